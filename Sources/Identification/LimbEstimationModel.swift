internal import Algebra
public import Musculoskeletal
public import Signals

/// The constant part of an identification: limb, unknowns, noise and which channel excites which muscle.
public struct LimbEstimationModel: Sendable {
  /// The limb's equations.
  public let limb: LimbModel
  /// The unknowns and the numbers they start from.
  public let parameters: ParameterSet
  /// What keeps model and measurement apart.
  public let noise: NoiseModel
  /// The channel that excites each muscle (muscleCount).
  public let channels: [Int]
  /// True when the envelopes are activations themselves: no dynamics stand between.
  public let drivesActivation: Bool

  /// An identification of `parameters` of `limb`, muscle m being excited by channel `channels[m]`.
  public init(
    limb: LimbModel, parameters: ParameterSet, noise: NoiseModel, channels: [Int],
    drivesActivation: Bool = false
  ) {
    precondition(
      noise.rate.isEmpty || noise.rate.count == limb.coordinateCount,
      "every coordinate has a rate noise, or none")
    precondition(channels.count == limb.muscleCount, "every muscle has a channel")
    precondition(limb.elasticMuscles.isEmpty, "tendons of a fitted limb do not stretch")
    precondition(noise.angle.count == limb.coordinateCount, "every coordinate has a sensor noise")
    self.limb = limb
    self.parameters = parameters
    self.noise = noise
    self.channels = channels
    self.drivesActivation = drivesActivation
  }

  /// Activation disturbances, one per muscle or none [1].
  var activationDisturbances: Int { noise.activation > 0 ? limb.muscleCount : 0 }
  /// Torque disturbances, one per coordinate or none [1].
  var torqueDisturbances: Int { noise.torque > 0 ? limb.coordinateCount : 0 }
  /// Angles, rates and disturbances [1].
  public var stateCount: Int {
    2 * limb.coordinateCount + activationDisturbances + torqueDisturbances
  }

  /// The activation dynamics of each muscle (muscleCount).
  var dynamics: [ActivationDynamics] {
    limb.description.muscles.map {
      ActivationDynamics(
        activationTimeConstant: $0.activationTimeConstant,
        deactivationTimeConstant: $0.deactivationTimeConstant,
        smoothing: $0.activationDynamicsSmoothing)
    }
  }

  /// The belief where nothing came before: the first measured angle, any rate, stationary disturbances.
  public func freshStart(_ window: Window, theta: [Double]) -> StateBelief {
    let count = limb.coordinateCount
    let offsets = parameters.system(at: theta).angleOffsets
    var mean = Array(repeating: 0.0, count: stateCount)
    var deviations = Array(repeating: 0.0, count: stateCount)
    var sensitivity = Matrix(rows: stateCount, columns: parameters.count)
    for index in 0..<count {
      let isMeasured = window.isMeasured[index]
      let coordinate = limb.description.coordinates[limb.skeleton.modelCoordinates[index]]
      mean[index] = isMeasured ? window.angles[index] - offsets[index] : coordinate.defaultValue
      deviations[index] =
        isMeasured ? noise.angle[index] : coordinate.rangeMaximum - coordinate.rangeMinimum
      deviations[count + index] = noise.initialRate
      if !window.rates.isEmpty, !noise.rate.isEmpty, window.isRateMeasured[index] {
        mean[count + index] = window.rates[index]
        deviations[count + index] = noise.rate[index]
      }
      guard isMeasured else { continue }
      for (column, parameter) in parameters.free.enumerated()
      where parameter.targets.contains(.coordinate(index, .offset)) {
        sensitivity[index, column] = -1
      }
    }
    for index in 0..<activationDisturbances { deviations[2 * count + index] = noise.activation }
    for index in 0..<torqueDisturbances {
      deviations[2 * count + activationDisturbances + index] = noise.torque
    }
    return StateBelief(
      mean: mean, covariance: Matrix(diagonal: deviations.map { $0 * $0 }),
      sensitivity: sensitivity, theta: theta)
  }
}
