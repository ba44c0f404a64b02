/// All signals at one moment of the estimator's grid.
public struct Frame: Sendable, Hashable {
  /// The moment [ns on the session timeline].
  public var time: SampleTime
  /// Normalised linear envelopes that act at this moment (channelCount) [1].
  public var envelopes: [Double]
  /// Joint angles (coordinateCount) [rad].
  public var angles: [Double]
  /// Which angles have a sensor that can be trusted.
  public var isMeasured: [Bool]
  /// Angular rates where gyroscopes measure them (coordinateCount) [rad/s].
  public var rates: [Double]
  /// Which rates are measured.
  public var isRateMeasured: [Bool]
  /// What is wrong with each angle (coordinateCount).
  public var angleFaults: [AngleFaults]
  /// How each inertial unit stands and turns (unitCount); nil where it says nothing of use.
  public var units: [InertialUnit.State?]
  /// What is wrong with each envelope's EMG (channelCount).
  public var quality: [QualityFlags]
  /// Torque that a worn device gives (coordinateCount) [N·m].
  public var externalTorque: [Double]
  /// Payload held [kg].
  public var payload: Double
  /// False inside gaps and while filters settle after them; the other numbers then mean nothing.
  public var isValid: Bool

  /// A frame of zeros.
  public init(channelCount: Int, coordinateCount: Int, unitCount: Int = 0) {
    time = SampleTime(nanoseconds: 0)
    envelopes = Array(repeating: 0, count: channelCount)
    angles = Array(repeating: 0, count: coordinateCount)
    isMeasured = Array(repeating: false, count: coordinateCount)
    rates = angles
    isRateMeasured = isMeasured
    angleFaults = Array(repeating: [], count: coordinateCount)
    units = Array(repeating: nil, count: unitCount)
    quality = Array(repeating: [], count: channelCount)
    externalTorque = angles
    payload = 0
    isValid = false
  }
}

extension Frame: Resumable {
  /// Every number.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&time)
    archive.carry(&envelopes)
    archive.carry(&angles)
    archive.carry(&isMeasured)
    archive.carry(&rates)
    archive.carry(&isRateMeasured)
    archive.carry(&angleFaults)
    for index in units.indices {
      archive.carry(&units[index], blank: InertialUnit.State(orientation: .identity))
    }
    archive.carry(&quality)
    archive.carry(&externalTorque)
    archive.carry(&payload)
    archive.carry(&isValid)
  }
}
