public import Identification
internal import Musculoskeletal
public import Signals

/// A second opinion on a window: the same reference equations, integrated by GSL at 1e-10.
///
/// The product steps with fixed RK4; this follows the same limb, numbers and start with the adaptive
/// eighth-order `rk8pd`, or `msbdf` where tendons stretch. Activations are the C2 cubic spline through the product's own at half steps,
/// payloads are constant in each step, and there are no disturbances: what differs is the integration.
/// A second opinion, never the answer.
public struct TrajectoryCrossCheck: Sendable {
  /// The difference of any angle that fails the check [rad].
  public var threshold: Double
  /// The model whose predictions are checked.
  private let model: LimbEstimationModel
  /// The product's activations.
  private var residual: WindowResidual

  /// A check of predictions of `model`, failing above `threshold` [rad].
  public init(_ model: LimbEstimationModel, threshold: Double = 0.5e-3) {
    precondition(threshold > 0, "no two integrators agree to the last digit")
    self.model = model
    self.threshold = threshold
    residual = WindowResidual(model)
  }

  /// Compares the product's angles over `window` with the independent ones.
  ///
  /// - `theta`: the unknowns that `predicted` was made with (parameterCount).
  /// - `start`: angles and rates at the window's start (2 coordinateCount) [rad, rad/s].
  /// - `predicted`: what `WindowResidual.predict` gave
  ///   ((measurementCount + 1) x coordinateCount) [rad].
  public mutating func check(
    _ window: Window, theta: [Double], start: [Double], predicted: [Double]
  ) -> CrossCheckOutcome {
    let count = model.limb.coordinateCount
    precondition(start.count == 2 * count, "angles and rates of every coordinate")
    precondition(
      predicted.count == (window.measurementCount + 1) * count,
      "an angle of every coordinate at the start and at each measurement")
    guard predicted.allSatisfy(\.isFinite), start.allSatisfy(\.isFinite) else {
      return .failed(.predictionNotFinite)
    }
    let trajectory = ReferenceTrajectory(
      model, window: window, system: model.parameters.system(at: theta),
      activations: residual.activations(window, theta: theta))
    do throws(CrossCheckFailure) {
      let angles = try trajectory.angles(from: start, stops: Self.stops(of: window))
      let farthest = zip(angles, predicted).map { abs($0 - $1) }.max() ?? 0
      return .compared(CrossCheckResult(maxAngleDifference: farthest, threshold: threshold))
    } catch {
      return .failed(error)
    }
  }

  /// Every half step of `window`, where the activations' spline has its knots.
  ///
  /// Between knots the equations are smooth; across one the fifth derivative of an angle jumps, and an
  /// eighth-order method that steps over it is sent back several times. Stopping there costs a quarter.
  static func stops(of window: Window) -> [ReferenceTrajectory.Stop] {
    (1...(2 * window.stepCount)).map { half in
      ReferenceTrajectory.Stop(
        time: 0.5 * Double(half) * window.step, payloadMass: window.payload[(half - 1) / 2],
        torque: window.externalTorque.isEmpty
          ? []
          : Array(
            window.externalTorque[
              ((half - 1) / 2 * window.coordinateCount)..<(((half - 1) / 2 + 1)
                * window.coordinateCount)]),
        isWanted: half % (2 * window.measurementStride) == 0)
    }
  }
}
