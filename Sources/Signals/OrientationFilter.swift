import RealModule

/// One reading of an inertial measurement unit, in its own axes.
public struct InertialSample: Hashable, Sendable {
  /// Angular rate (3) [rad/s].
  public var rate: SIMD3<Double>
  /// Specific force: at rest one g upwards (3) [m/s^2].
  public var force: SIMD3<Double>
  /// Magnetic field, in any unit; nil without a magnetometer (3) [1].
  public var field: SIMD3<Double>?

  /// A reading.
  public init(rate: SIMD3<Double>, force: SIMD3<Double>, field: SIMD3<Double>? = nil) {
    self.rate = rate
    self.force = force
    self.field = field
  }
}

/// How orientation is made of rates, gravity and the magnetic field.
public struct OrientationConfiguration: Hashable, Sendable {
  /// Time in which gravity corrects the inclination [s].
  public var gravityTime = 8.0
  /// Time in which the magnetic field corrects the heading [s].
  public var fieldTime = 8.0
  /// Time in which these corrections become the gyroscope's bias [s].
  public var biasTime = 60.0
  /// Time in which both correct at rest, where neither is disturbed by movement [s].
  public var restCorrectionTime = 0.4
  /// Deviation of the force's size from g from which it is not gravity alone [m/s^2].
  public var forceTolerance = 0.3
  /// Rate from which the force has a centripetal part that looks like gravity [rad/s].
  public var rateTolerance = 0.5
  /// Relative deviation of the field's strength that is a disturbance [1].
  public var fieldTolerance = 0.1
  /// Deviation of the field's dip that is a disturbance [rad].
  public var dipTolerance = 0.1
  /// Rates, less the bias, below which a unit may be at rest [rad/s].
  public var restRate = 0.03
  /// How long it must be so [s].
  public var restTime = 1.5

  /// The documented defaults.
  public init() {}
}

/// The orientation of one inertial unit: rates integrated, leaned on gravity and, where sound, the field.
///
///     q <- q exp(((rate + rate before) / 2 - bias + correction) T)
///     correction = (up seen x up expected) / gravityTime + the same of the horizontal field / fieldTime
///     bias <- bias - correction T / biasTime
///
/// (Mahony, Hamel and Pflimlin 2008, with gates.) Gravity counts the less the more the force's size
/// differs from g and the faster the unit turns: the force of a swinging arm has g's size and yet another
/// direction. At rest the mean rate is the bias, and corrections are quick. The field corrects the heading only, and only while
/// its strength and dip are those of the start; `isFieldDisturbed` says when they are not, and heading
/// then goes by the gyroscope alone. World axes: z up, x the horizontal field at the start, or without a
/// magnetometer the unit's own x, levelled.
public struct OrientationFilter: Hashable, Sendable {
  /// Standard gravity [m/s^2].
  public static let gravity = 9.80665

  /// Times and tolerances.
  public let configuration: OrientationConfiguration
  /// The sampling rate [Hz].
  public let rate: Double
  /// From the unit's axes to the world's; nil before the first sample.
  public private(set) var orientation: Orientation?
  /// The gyroscope's bias as known now (3) [rad/s].
  public private(set) var bias = SIMD3<Double>.zero
  /// True while the magnetic field is not the one of the start.
  public private(set) var isFieldDisturbed = false
  /// True while the unit lies still.
  public private(set) var isAtRest = false
  /// How long the heading has gone by the gyroscope alone [s].
  public private(set) var headingAge = 0.0

  /// The last orientation before a gap; nil without one.
  private var lost: Orientation?
  /// The rate of the reading before (3) [rad/s].
  private var previousRate = SIMD3<Double>.zero
  /// Strength of the undisturbed field [1].
  private var fieldStrength = 0.0
  /// Upward part of the undisturbed field's direction [1].
  private var fieldRise = 0.0
  /// How long the unit has been still [s].
  private var stillTime = 0.0
  /// Mean rate since it is still (3) [rad/s].
  private var stillRate = SIMD3<Double>.zero
  /// Samples in that mean [1].
  private var stillCount = 0.0

  /// A filter for a unit sampled at `rate` [Hz].
  public init(_ configuration: OrientationConfiguration = OrientationConfiguration(), rate: Double)
  {
    precondition(rate > 0, "a sampling rate is positive")
    self.configuration = configuration
    self.rate = rate
  }

  /// Looks for the orientation anew, as after a gap; the bias and what is known of the field are kept.
  public mutating func restart() {
    lost = orientation ?? lost
    orientation = nil
    (stillTime, stillCount, stillRate, isAtRest) = (0, 0, .zero, false)
  }

  /// Takes the next reading and gives the orientation, from the unit's axes to the world's.
  public mutating func advance(_ sample: InertialSample) -> Orientation {
    let size = length(sample.force)
    guard let last = orientation else {
      var start = Self.alignment(sample)
      previousRate = sample.rate
      if let lost {
        // level by gravity, and with the heading of before the gap
        let turn = (lost * start.inverse).twist(about: SIMD3(0, 0, 1))
        start = (Orientation(vector: SIMD3(0, 0, turn)) * start).normalised
        orientation = start
        return start
      }
      orientation = start
      if let field = sample.field {
        fieldStrength = length(field)
        fieldRise = start.rotated(field).z / fieldStrength
      }
      return start
    }
    let period = 1 / rate
    watchRest(sample, size: size, period: period)

    // how far up as seen is from up as believed, in the unit's axes
    var correction = SIMD3<Double>.zero
    let excess = (size - Self.gravity) / configuration.forceTolerance
    let swiftness = length(sample.rate - bias) / configuration.rateTolerance
    let trust = Double.exp(-excess * excess - swiftness * swiftness)
    let gravityTime = isAtRest ? configuration.restCorrectionTime : configuration.gravityTime
    let up = last.inverse.rotated(SIMD3(0, 0, 1))
    if size > 0 {
      correction += trust / gravityTime * cross(sample.force / size, up)
    }
    correction += headingCorrection(sample, last: last, up: up, period: period)
    if !isAtRest { bias -= period / configuration.biasTime * correction }
    let mean = 0.5 * (sample.rate + previousRate)
    previousRate = sample.rate
    let next = (last * Orientation(vector: period * (mean - bias + correction))).normalised
    orientation = next
    return next
  }

  /// What the field says of the heading, when it is sound (3) [rad/s].
  private mutating func headingCorrection(
    _ sample: InertialSample, last: Orientation, up: SIMD3<Double>, period: Double
  ) -> SIMD3<Double> {
    headingAge += period
    guard let field = sample.field, fieldStrength > 0 else { return .zero }
    let strength = length(field)
    let world = last.rotated(field)
    let strengthError = (strength / fieldStrength - 1).magnitude
    let dipError = (Double.asin(min(max(world.z / strength, -1), 1)) - .asin(fieldRise)).magnitude
    isFieldDisturbed =
      strengthError > configuration.fieldTolerance || dipError > configuration.dipTolerance
    guard !isFieldDisturbed else { return .zero }
    headingAge = 0
    // seen from above, the field stands at this angle from where it stood at the start
    let heading = Double.atan2(y: world.y, x: world.x)
    let time = isAtRest ? configuration.restCorrectionTime : configuration.fieldTime
    return -heading / time * up
  }

  /// Whether the unit lies still; what it then shows is its bias.
  private mutating func watchRest(_ sample: InertialSample, size: Double, period: Double) {
    let isStill =
      length(sample.rate - (stillCount > 0 ? stillRate : bias)) < configuration.restRate
      && (size - Self.gravity).magnitude < configuration.forceTolerance
    guard isStill else {
      (stillTime, stillCount, stillRate, isAtRest) = (0, 0, .zero, false)
      return
    }
    stillTime += period
    stillCount += 1
    stillRate += (sample.rate - stillRate) / min(stillCount, 2 * rate)
    isAtRest = stillTime >= configuration.restTime
    if isAtRest { bias = stillRate }
  }

  /// Up from gravity, x from the horizontal field or the unit's own x.
  private static func alignment(_ sample: InertialSample) -> Orientation {
    let size = length(sample.force)
    guard size > 0 else { return .identity }
    let up = sample.force / size
    var ahead = sample.field ?? SIMD3(1, 0, 0)
    if length(cross(up, ahead)) < 1e-3 * length(ahead) { ahead = SIMD3(0, 1, 0) }
    ahead -= (ahead * up).sum() * up
    ahead /= length(ahead)
    return Orientation(rows: ahead, cross(up, ahead), up)
  }
}

extension OrientationFilter: Resumable {
  /// Orientation, bias, field and rest.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&orientation, blank: .identity)
    archive.carry(&bias)
    archive.carry(&isFieldDisturbed)
    archive.carry(&isAtRest)
    archive.carry(&headingAge)
    archive.carry(&lost, blank: .identity)
    archive.carry(&previousRate)
    archive.carry(&fieldStrength)
    archive.carry(&fieldRise)
    archive.carry(&stillTime)
    archive.carry(&stillRate)
    archive.carry(&stillCount)
  }
}
