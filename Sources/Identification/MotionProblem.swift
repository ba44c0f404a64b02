/// A fit of measured motion that tells how well it fits.
protocol MotionProblem: LeastSquaresProblem {
  /// Residuals in the last finite evaluation [1].
  var residualCount: Int { get }
  /// Those of them that are angles [1].
  var angleCount: Int { get }
  /// Half the residuals' sum of squares [1].
  var residualCost: Double { get }
  /// Sum of squared angle errors of each coordinate (coordinateCount) [rad^2].
  var squaredErrors: [Double] { get }
}
