internal import Algebra
internal import Musculoskeletal

/// A limb's motion by an adaptive integrator that has nothing in common with the product's.
struct ReferenceTrajectory {
  /// A moment to reach.
  struct Stop {
    /// Time since the start [s].
    var time: Double
    /// Payload held until then, since the stop before [kg].
    var payloadMass: Double
    /// True when the angles there are wanted.
    var isWanted: Bool
  }

  /// The equations to be integrated.
  let equations: LimbSystem
  /// Absolute and relative tolerance of a step [1].
  var tolerance = 1e-10
  /// The first step to try [s].
  var firstStep = 1e-3
  /// Steps between two stops at most [1].
  var stepLimit: UInt = 100_000

  /// The angles at the start and at each wanted stop ((1 + wanted stops) x coordinateCount) [rad].
  func angles(from start: [Double], stops: [Stop]) throws(CrossCheckFailure) -> [Double] {
    let count = equations.limb.coordinateCount
    var integrator = try GSLIntegrator(
      equations, from: start, method: .princeDormand, tolerance: tolerance, firstStep: firstStep,
      stepLimit: stepLimit)
    var angles = Array(start[0..<count])
    for stop in stops {
      try integrator.advance(to: stop.time, payloadMass: stop.payloadMass)
      if stop.isWanted { angles += integrator.y[0..<count] }
    }
    return angles
  }
}
