internal import Algebra
public import Musculoskeletal
public import Signals

/// The constant part of an identification: limb, unknowns, noise and which channels excite which muscle.
public struct LimbEstimationModel: Sendable {
  /// The limb's equations.
  public let limb: LimbModel
  /// The unknowns and the numbers they start from.
  public let parameters: ParameterSet
  /// What keeps model and measurement apart.
  public let noise: NoiseModel
  /// What excites each muscle (muscleCount).
  public let drives: [MuscleDrive]
  /// True when the envelopes are activations themselves: no dynamics stand between.
  public let drivesActivation: Bool

  /// An identification of `parameters` of `limb`, muscle m being excited by channel `channels[m]`.
  public init(
    limb: LimbModel, parameters: ParameterSet, noise: NoiseModel, channels: [Int],
    drivesActivation: Bool = false
  ) {
    self.init(
      limb: limb, parameters: parameters, noise: noise,
      drives: channels.map { MuscleDrive(channel: $0) }, drivesActivation: drivesActivation)
  }

  /// An identification of `parameters` of `limb`, muscle m being excited by `drives[m]`.
  public init(
    limb: LimbModel, parameters: ParameterSet, noise: NoiseModel, drives: [MuscleDrive],
    drivesActivation: Bool = false
  ) {
    precondition(
      noise.rate.isEmpty || noise.rate.count == limb.coordinateCount,
      "every coordinate has a rate noise, or none")
    precondition(drives.count == limb.muscleCount, "every muscle has a drive")
    precondition(limb.elasticMuscles.isEmpty, "tendons of a fitted limb do not stretch")
    precondition(noise.angle.count == limb.coordinateCount, "every coordinate has a sensor noise")
    self.limb = limb
    self.parameters = parameters
    self.noise = noise
    self.drives = drives
    self.drivesActivation = drivesActivation
  }

  /// The same with other beliefs about noise.
  public func with(noise: NoiseModel) -> LimbEstimationModel {
    LimbEstimationModel(
      limb: limb, parameters: parameters, noise: noise, drives: drives,
      drivesActivation: drivesActivation)
  }

  /// The same with other unknowns.
  public func with(parameters: ParameterSet) -> LimbEstimationModel {
    LimbEstimationModel(
      limb: limb, parameters: parameters, noise: noise, drives: drives,
      drivesActivation: drivesActivation)
  }

  /// Activation disturbances, one per muscle or none [1].
  var activationDisturbances: Int { noise.activation > 0 ? limb.muscleCount : 0 }
  /// Torque disturbances, one per coordinate or none [1].
  var torqueDisturbances: Int { noise.torque > 0 ? limb.coordinateCount : 0 }
  /// Angles, rates and disturbances [1].
  public var stateCount: Int {
    2 * limb.coordinateCount + activationDisturbances + torqueDisturbances
  }

  /// The channel that excites each muscle most (muscleCount).
  public var channels: [Int] { drives.map(\.mainChannel) }

  /// Relative standard deviation of a muscle's activation: the session's, or more where it has no EMG of
  /// its own or its channels were bad in `window` [1].
  func activationDeviation(_ muscle: Int, in window: Window) -> Double {
    let drive = drives[muscle]
    var deviation = max(noise.activation, drive.deviation)
    for share in drive.shares {
      deviation = max(deviation, window.quality[share.channel].activationDoubt)
    }
    return deviation
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
    for index in 0..<activationDisturbances {
      deviations[2 * count + index] = max(noise.activation, drives[index].deviation)
    }
    for index in 0..<torqueDisturbances {
      deviations[2 * count + activationDisturbances + index] = noise.torque
    }
    return StateBelief(
      mean: mean, covariance: Matrix(diagonal: deviations.map { $0 * $0 }),
      sensitivity: sensitivity, theta: theta)
  }
}
