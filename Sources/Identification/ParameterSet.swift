public import Musculoskeletal
internal import RealModule
internal import Signals

/// What an EMG channel does to its envelope before it excites a muscle.
public struct ChannelParameters: Hashable, Sendable {
  /// Factor on the envelope [1].
  public var gain = 1.0
  /// Exponential shape factor A; zero is linear [1].
  public var shapeFactor = 0.0
  /// Delay on top of the window's nominal one [s].
  public var delay = 0.0

  /// A channel that passes its envelope on.
  public init() {}
}

/// Everything an identification works with, at one value of its unknowns.
public struct SystemParameters: Hashable, Sendable {
  /// The limb's numbers.
  public var limb: LimbParameters
  /// One set per EMG channel (channelCount).
  public var channels: [ChannelParameters]
  /// What each coordinate's sensor shows at angle zero (coordinateCount) [rad].
  public var angleOffsets: [Double]
  /// How the distributions that are free move with theta, one per such body.
  public internal(set) var distributionChanges: [DistributionChange] = []

  /// These numbers together.
  public init(limb: LimbParameters, channels: [ChannelParameters], angleOffsets: [Double]) {
    self.limb = limb
    self.channels = channels
    self.angleOffsets = angleOffsets
  }
}

extension SystemParameters {
  /// The value of `quantity` [its unit].
  public subscript(quantity: Quantity) -> Double {
    switch quantity {
    case .muscle(let index, let property): limb.muscles[index][property]
    case .body(let index, .mass): limb.bodies[index].mass
    case .body(let index, .massCenter): limb.bodies[index].massCenterFactor
    case .body(let index, .inertia): limb.bodies[index].inertiaFactor
    case .distribution(let index, let property):
      LogCholesky(limb.bodies[index].effective).map { property.value(in: $0) } ?? .nan
    case .coordinate(let index, .damping): limb.joints[index].damping
    case .coordinate(let index, .stiffness): limb.joints[index].stiffness
    case .coordinate(let index, .restAngle): limb.joints[index].restAngle
    case .coordinate(let index, .limitTorque): limb.joints[index].limitTorque
    case .coordinate(let index, .limitAngle): limb.joints[index].rangeMaximum
    case .coordinate(let index, .offset): angleOffsets[index]
    case .emg(let index, .gain): channels[index].gain
    case .emg(let index, .shapeFactor): channels[index].shapeFactor
    case .emg(let index, .delay): channels[index].delay
    case .tilt: limb.tilt
    case .payload(.mass): limb.payloadMassFactor
    case .payload(.location): limb.payloadLocationFactor
    }
  }
}

/// The unknowns of an identification and the numbers they start from.
public struct ParameterSet: Hashable, Sendable {
  /// The unknowns, in the order of theta (count).
  public let free: [FreeParameter]
  /// All numbers at theta zero.
  public let base: SystemParameters
  /// Relative standard deviation of each muscle's moment arms, which the model holds for exact [1].
  public let momentArmUncertainty: Double
  /// Every pair of an unknown (index) and a quantity that it moves.
  let moves: [Move]
  /// The bodies whose whole distribution is free.
  let distributions: [FreeDistribution]

  /// One quantity that an unknown moves.
  struct Move: Hashable, Sendable {
    /// The unknown (index into theta).
    let parameter: Int
    /// What it moves.
    let quantity: Quantity
  }

  /// The unknowns `free` around `base`; see the properties.
  public init(free: [FreeParameter], base: SystemParameters, momentArmUncertainty: Double = 0) {
    precondition(momentArmUncertainty >= 0, "an uncertainty is not negative")
    self.free = free
    self.base = base
    self.momentArmUncertainty = momentArmUncertainty
    moves = free.enumerated().flatMap { index, parameter in
      parameter.targets.map { Move(parameter: index, quantity: $0) }
    }
    var distributions: [FreeDistribution] = []
    for move in moves {
      guard case .distribution(let body, let property) = move.quantity else { continue }
      let place = distributions.firstIndex { $0.body == body } ?? distributions.count
      if place == distributions.count {
        distributions.append(FreeDistribution(body, in: base.limb))
      }
      distributions[place].add(move.parameter, property)
    }
    self.distributions = distributions
    precondition(
      !moves.contains { move in
        guard case .body(let body, _) = move.quantity else { return false }
        return distributions.contains { $0.body == body }
      }, "a body has free factors or a free distribution, not both")
  }

  /// Unknowns [1].
  public var count: Int { free.count }
  /// The prior mean of theta (count) [1, or the quantity's unit].
  public var priorMean: [Double] { free.map(\.priorMean) }

  /// All numbers at `theta` (count).
  public func system(at theta: [Double]) -> SystemParameters {
    var result = base
    fill(&result, at: theta)
    return result
  }

  /// Puts all numbers at `theta` (count) into `system`, which is one of this set's.
  ///
  /// Allocates nothing, unless a body's whole distribution is free.
  public func fill(_ system: inout SystemParameters, at theta: [Double]) {
    precondition(theta.count == count, "theta has one element per unknown")
    system.limb.muscles.copy(base.limb.muscles)
    system.limb.bodies.copy(base.limb.bodies)
    system.limb.joints.copy(base.limb.joints)
    system.limb.tilt = base.limb.tilt
    system.limb.payloadMassFactor = base.limb.payloadMassFactor
    system.limb.payloadLocationFactor = base.limb.payloadLocationFactor
    system.channels.copy(base.channels)
    system.angleOffsets.copy(base.angleOffsets)
    if !distributions.isEmpty {
      system.distributionChanges = distributions.map { $0.apply(theta, to: &system.limb) }
    }
    // by index: an unspecialised iterator allocates
    for index in free.indices {
      let isLogarithmic = free[index].isLogarithmic
      let change = isLogarithmic ? Double.exp(theta[index]) : theta[index]
      for target in free[index].targets.indices {
        apply(change, to: free[index].targets[target], in: &system)
      }
    }
  }

  /// The value of unknown `index` in its own unit.
  public func value(of index: Int, theta: Double) -> Double {
    let parameter = free[index]
    return parameter.isLogarithmic ? parameter.base * .exp(theta) : parameter.base + theta
  }

  /// The value of unknown `index` in a system that is known in another way, in its own unit.
  public func value(of index: Int, in system: SystemParameters) -> Double {
    let targets = free[index].targets
    guard case .muscle(_, .maxIsometricForce) = targets[0] else { return system[targets[0]] }
    return targets.reduce(0) { $0 + system[$1] }
  }

  /// Multiplies a logarithmic quantity by `change`, or adds `change` to another.
  private func apply(_ change: Double, to quantity: Quantity, in system: inout SystemParameters) {
    switch quantity {
    case .muscle(let index, .pennation):
      system.limb.muscles[index].pennationAngleAtOptimal += change
    case .muscle(let index, let property): system.limb.muscles[index][property] *= change
    case .body(let index, .mass): system.limb.bodies[index].mass *= change
    case .body(let index, .massCenter): system.limb.bodies[index].massCenterFactor *= change
    case .body(let index, .inertia): system.limb.bodies[index].inertiaFactor *= change
    case .distribution: break  // all ten of a body together, see `FreeDistribution`
    case .coordinate(let index, .damping): system.limb.joints[index].damping *= change
    case .coordinate(let index, .stiffness): system.limb.joints[index].stiffness *= change
    case .coordinate(let index, .restAngle): system.limb.joints[index].restAngle += change
    case .coordinate(let index, .limitTorque): system.limb.joints[index].limitTorque *= change
    case .coordinate(let index, .limitAngle): system.limb.joints[index].rangeMaximum += change
    case .coordinate(let index, .offset): system.angleOffsets[index] += change
    case .emg(let index, .gain): system.channels[index].gain *= change
    case .emg(let index, .shapeFactor): system.channels[index].shapeFactor += change
    case .emg(let index, .delay): system.channels[index].delay += change
    case .tilt: system.limb.tilt += change
    case .payload(.mass): system.limb.payloadMassFactor *= change
    case .payload(.location): system.limb.payloadLocationFactor *= change
    }
  }
}
