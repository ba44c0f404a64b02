internal import Algebra
internal import Identification
internal import Musculoskeletal
internal import Signals

/// A limb's motion by an adaptive integrator that has nothing in common with the product's.
struct ReferenceTrajectory {
  /// A moment to reach.
  struct Stop {
    /// Time since the start [s].
    var time: Double
    /// Payload held until then, since the stop before [kg].
    var payloadMass: Double
    /// Torque of a worn device until then, since the stop before; empty is none (coordinateCount) [N·m].
    var torque: [Double] = []
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
  ///
  /// - Parameter start: angles and rates; tendons that stretch begin in equilibrium
  ///   (2 coordinateCount) [rad, rad/s].
  func angles(from start: [Double], stops: [Stop]) throws(CrossCheckFailure) -> [Double] {
    let count = equations.limb.coordinateCount
    let isElastic = !equations.elasticMuscles.isEmpty
    var integrator = try GSLIntegrator(
      equations, from: isElastic ? try equilibrium(start) : start,
      method: isElastic ? .backwardDifferentiation : .princeDormand, tolerance: tolerance,
      firstStep: firstStep, stepLimit: stepLimit)
    var angles = Array(start[0..<count])
    for stop in stops {
      try integrator.advance(to: stop.time, payloadMass: stop.payloadMass, torque: stop.torque)
      if stop.isWanted { angles += integrator.y[0..<count] }
    }
    return angles
  }

  /// The whole state that belongs to angles and rates.
  private func equilibrium(_ start: [Double]) throws(CrossCheckFailure) -> [Double] {
    let count = equations.limb.coordinateCount
    var equations = equations
    do throws(TendonEquilibriumFailure) {
      return try equations.start(
        q: Array(start[0..<count]), u: Array(start[count..<(2 * count)]), at: 0)
    } catch {
      throw .notFinite(after: 0)
    }
  }
}

extension ReferenceTrajectory {
  /// The motion that `window` drives, activations being the spline through those at its half steps.
  init(
    _ model: LimbEstimationModel, window: Window, system: SystemParameters, activations: [Double]
  ) {
    let spline =
      model.limb.muscleCount == 0
      ? nil
      : CubicSpline(
        start: 0, spacing: 0.5 * window.step, channelCount: model.limb.muscleCount,
        values: activations)
    self.init(
      equations: LimbSystem(model.limb, parameters: system.limb, excitations: spline))
    firstStep = 0.5 * window.step
  }
}
