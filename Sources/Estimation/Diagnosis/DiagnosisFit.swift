internal import Signals

/// How well a session is explained, one thing about it being changed.
struct DiagnosisFit: Sendable {
  /// What was changed.
  var hypothesis: DiagnosisHypothesis
  /// The best point (parameterCount of the hypothesis) [theta's unit].
  var theta: [Double]
  /// Negative log posterior there up to a constant that all hypotheses share [1].
  var cost: Double
  /// Mean squared whitened residual [1].
  var meanSquaredResidual: Double
}

/// Short windows with free starts that stand for a session when hypotheses are compared.
///
/// Short, because then a wrong hypothesis is merely bad rather than chaotic, and a few Gauss-Newton steps
/// reach its best.
struct DiagnosisWindows: Sendable {
  /// Where windows lie: stretch and measurements.
  var places: [(stretch: Int, range: ClosedRange<Int>)]

  /// At most `limit` windows of `duration` [s], evenly over all of `stretches`.
  init(_ stretches: [Window], duration: Double, limit: Int) {
    var places: [(stretch: Int, range: ClosedRange<Int>)] = []
    for (index, stretch) in stretches.enumerated() {
      let interval = Double(stretch.measurementStride) * stretch.step
      let length = max(3, Int((duration / interval).rounded()))
      var first = 0
      while first + length <= stretch.measurementCount {
        places.append((index, first...(first + length)))
        first += length
      }
    }
    let keep = min(limit, places.count)
    self.places = (0..<keep).map { places[$0 * places.count / keep] }
  }

  /// Every `step`-th of them.
  func thinned(by step: Int) -> DiagnosisWindows {
    var result = self
    result.places = stride(from: 0, to: places.count, by: step).map { places[$0] }
    return result
  }

  /// The windows of `stretches`.
  func cut(_ stretches: [Window]) -> [Window] {
    places.enumerated().map { index, place in
      stretches[place.stretch].part(place.range, index: index, followsPrevious: false)
    }
  }
}
