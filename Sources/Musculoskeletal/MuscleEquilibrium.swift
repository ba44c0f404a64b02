internal import RealModule

/// The state at which an elastic muscle's fiber and tendon pull alike: where a simulation starts.
///
/// What "alike" means for a path that moves is each model's own in OpenSim 4.6's `equilibrateMuscles`:
/// - De Groote-Fregly: the tendon force does not change, so that the fiber takes all of the path's
///   speed, damping included; the force lies between 0 and 5 F0.
/// - Millard: the path is taken to stand still.
/// - Thelen: the speed is shared between fiber and tendon by their stiffnesses, in the iteration of
///   `Thelen2003Muscle::initMuscleState`.
/// Balances at rest are found to rounding, where OpenSim stops at 1e-8 F0.
public struct MuscleEquilibrium: Hashable, Sendable {
  /// How the search ended.
  public enum Outcome: Hashable, Sendable {
    /// Fiber and tendon pull alike.
    case balanced
    /// The fiber is at its smallest length and still pulls more than the tendon: the tendon is slack.
    case fiberAtMinimum
    /// The fiber pushes, and the tendon hangs slack without force.
    case slackTendon
    /// No speed sharing was found, where OpenSim gives up; the state balances the muscle at rest.
    case balancedAtRest
    /// There is no balance in the range; the state is the bound that comes nearest.
    case unbalanced
  }

  /// The state: tendon force over F0 for De Groote-Fregly, fiber length for the others [1 or m].
  public var state: Double
  /// How it was found.
  public var outcome: Outcome

  /// The equilibrium at path length `length` [m], lengthening speed [m/s] and `activation` [1].
  public init(
    _ muscle: MuscleParameters, length: Double, lengtheningSpeed: Double, activation: Double
  ) {
    let path = FiberGeometry.held(length)
    let speed = FiberGeometry.held(lengtheningSpeed)
    switch muscle.equations {
    case .deGrooteFregly2016:
      self = Self.deGrooteFregly(muscle, length: path, speed: speed, activation: activation)
    case .millard2012:
      self = Self.atRest(muscle, length: path, activation: activation)
    case .thelen2003:
      if speed == 0 {
        self = Self.atRest(muscle, length: path, activation: activation)
      } else if let shared = Self.sharing(
        muscle, length: path, speed: speed, activation: activation)
      {
        self = shared
      } else {
        self = Self.atRest(muscle, length: path, activation: activation)
        if outcome == .balanced { outcome = .balancedAtRest }
      }
    }
  }

  private init(state: Double, outcome: Outcome) {
    self.state = state
    self.outcome = outcome
  }

  /// f = y(l, v, a) cos with v = L' cos / (vmax l0), by bisection over f in [0, 5].
  private static func deGrooteFregly(
    _ muscle: MuscleParameters, length: Double, speed: Double, activation: Double
  ) -> MuscleEquilibrium {
    let numbers = FiberNumbers(muscle)
    let optimal = muscle.optimalFiberLength
    let height = optimal * muscle.pennationSine
    let steepness = MuscleCurves.tendonSteepness(
      strainAtOneNormForce: muscle.tendonStrainAtOneNormForce)
    func surplus(_ force: Double) -> Double {
      let tendon = MuscleCurves.tendonForceLengthInverse(force, steepness: steepness)
      let fiber = FiberGeometry(
        along: length - muscle.tendonSlackLength * tendon.value, height: height,
        optimalFiberLength: optimal)
      let pull = FiberForce(
        deGrooteFregly: numbers, length: fiber.length / optimal,
        velocity: speed * fiber.cosine / (muscle.maxContractionVelocity * optimal),
        activation: ElasticMuscle.raisedActivation(activation).value)
      return force - pull.value * fiber.cosine
    }
    // a fiber shorter than the passive curve's zero pushes a little, which a slack tendon does not take
    if surplus(0) > 0 { return MuscleEquilibrium(state: 0, outcome: .slackTendon) }
    return bisection(from: 0, to: 5, surplus)
  }

  /// (a f_AL(l) + f_PE(l)) cos = f_T(n), by bisection between the smallest fiber and a slack tendon.
  private static func atRest(
    _ muscle: MuscleParameters, length: Double, activation: Double
  ) -> MuscleEquilibrium {
    let limit = FiberLimit(muscle)
    let height = muscle.optimalFiberLength * muscle.pennationSine
    let along = max(length - muscle.tendonSlackLength, 0)
    let longest = (along * along + height * height).squareRoot()
    var balance = FiberBalance(muscle, length: length, activation: activation)
    func surplus(_ fiber: Double) -> Double {
      balance.move(to: fiber)
      return balance.error
    }
    guard longest > limit.length, surplus(limit.length) < 0 else {
      return MuscleEquilibrium(state: limit.length, outcome: .fiberAtMinimum)
    }
    return bisection(from: limit.length, to: longest, surplus)
  }

  /// The root of a function that is negative at `low` and not at `high`, to rounding.
  private static func bisection(
    from low: Double, to high: Double, _ surplus: (Double) -> Double
  ) -> MuscleEquilibrium {
    let (first, last) = (surplus(low), surplus(high))
    if first == 0 { return MuscleEquilibrium(state: low, outcome: .balanced) }
    guard first < 0, last >= 0 else {
      return MuscleEquilibrium(
        state: abs(first) < abs(last) ? low : high, outcome: .unbalanced)
    }
    var (low, high) = (low, high)
    while true {
      let middle = 0.5 * (low + high)
      if middle <= low || middle >= high { break }
      if surplus(middle) < 0 { low = middle } else { high = middle }
    }
    return MuscleEquilibrium(state: high, outcome: .balanced)
  }

  /// Thelen's iteration of OpenSim: Newton's method on the fiber length, the velocity shared anew after each step.
  private static func sharing(
    _ muscle: MuscleParameters, length: Double, speed: Double, activation: Double
  ) -> MuscleEquilibrium? {
    let limit = FiberLimit(muscle).length
    let tolerance = 1e-8
    let height = muscle.optimalFiberLength * muscle.pennationSine
    let along = length - 1.01 * muscle.tendonSlackLength
    var fiber = max(limit, along > 0 ? (along * along + height * height).squareRoot() : 0)
    var balance = FiberBalance(muscle, length: length, activation: activation)
    balance.move(to: fiber)
    balance.share(speed, fiberForce: 0)
    balance.move(to: fiber)
    var (lastError, lastFiber) = (balance.error, fiber)
    for _ in 0..<20 where abs(balance.error) > tolerance {
      let slope = balance.errorByFiber
      var fraction = 1.0
      while abs(balance.error) >= abs(lastError) {
        let step = -fraction * lastError / slope
        if abs(step) > 2e-14 {
          fiber = lastFiber + step
        } else {
          // stagnation: approach from the other side
          fiber = lastFiber - (step < 0 ? -1.4901161193847656e-8 : 1.4901161193847656e-8)
          fraction = 0
        }
        fiber = max(fiber, limit)
        balance.move(to: fiber)
        if fraction <= 1.4901161193847656e-8 { break }
        fraction *= 0.5
      }
      (lastError, lastFiber) = (balance.error, fiber)
      balance.share(speed, fiberForce: balance.fiberForce)
    }
    if abs(balance.error) <= tolerance {
      return MuscleEquilibrium(state: fiber, outcome: .balanced)
    }
    return fiber <= limit
      ? MuscleEquilibrium(state: limit, outcome: .fiberAtMinimum) : nil
  }
}

/// Fiber against tendon at a given fiber length and force-velocity multiplier, all over F0.
private struct FiberBalance {
  private let muscle: MuscleParameters
  /// Path length [m].
  private let length: Double
  /// Activation inside its bounds [1].
  private let activation: Double
  /// Fiber length [m].
  private var fiber = 0.0
  /// Cosine of the pennation angle [1].
  private var cosine = 1.0
  /// Normalised tendon length [1].
  private var tendonLength = 1.0
  /// Active force-length value and slope [1].
  private var active = MuscleCurves.Point(0, 0)
  /// Passive force-length value and slope [1].
  private var passive = MillardCurves.StrainPoint(0, 0, 0)
  /// Tendon force-length value and slope [1].
  private var tendon = MillardCurves.StrainPoint(0, 0, 0)
  /// Force-velocity multiplier [1].
  private var multiplier = 1.0
  /// Fiber force [1].
  private(set) var fiberForce = 0.0

  init(_ muscle: MuscleParameters, length: Double, activation: Double) {
    self.muscle = muscle
    self.length = length
    self.activation = muscle.held(activation).value
  }

  /// Fiber force along the tendon minus tendon force [1].
  var error: Double { fiberForce * cosine - tendon.value }

  /// d error / d fiber length with the multiplier held [1/m].
  var errorByFiber: Double {
    fiberStiffness(force: fiberForce)
      + tendon.slope / (cosine * muscle.tendonSlackLength)
  }

  /// Takes the fiber to this length [m].
  mutating func move(to fiber: Double) {
    self.fiber = fiber
    let sine = muscle.optimalFiberLength * muscle.pennationSine / fiber
    cosine = (1 - sine * sine).squareRoot()
    tendonLength = (length - fiber * cosine) / muscle.tendonSlackLength
    let normalized = fiber / muscle.optimalFiberLength
    if let curves = muscle.millard {
      active = curves.activeForceLength(normalized)
      passive = curves.passiveForceLength(normalized)
      tendon = curves.tendonForceLength(tendonLength)
    } else if let curves = muscle.thelen {
      active = curves.activeForceLength(normalized)
      passive = curves.passiveForceLength(
        normalized, strainAtOneNormForce: muscle.passiveFiberStrainAtOneNormForce)
      tendon = curves.tendonForceLength(
        tendonLength, strainAtOneNormForce: muscle.tendonStrainAtOneNormForce)
    }
    fiberForce = activation * active.value * multiplier + passive.value
  }

  /// Shares the path's speed [m/s] between fiber and tendon, Thelen only: multiplier of the fiber's part.
  mutating func share(_ speed: Double, fiberForce: Double) {
    let along = fiberStiffness(force: fiberForce) * cosine
    let stiffness = tendon.slope / muscle.tendonSlackLength
    let sum = along + stiffness
    let tendonSpeed =
      abs(sum) > 2e-14 / muscle.maxIsometricForce && tendonLength > 1
      ? along / sum * speed : speed
    let scale = muscle.maxContractionVelocity * muscle.optimalFiberLength
    let velocity = (speed - tendonSpeed) * cosine / scale
    guard let curves = muscle.thelen else { return }
    multiplier = max(0, curves.forceVelocity(velocity, activation: activation).value)
  }

  /// d (fiber force along the tendon) / d fiber length [1/m].
  private func fiberStiffness(force: Double) -> Double {
    let own =
      (activation * multiplier * active.slope + passive.slope) / muscle.optimalFiberLength
    let sineSquare = 1 - cosine * cosine
    return own * cosine + force * sineSquare / (fiber * cosine)
  }
}
