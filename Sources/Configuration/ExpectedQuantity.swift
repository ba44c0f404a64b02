/// The exponents of the base quantities in a unit; angle counts as one of them.
struct PhysicalDimension: Hashable, Sendable {
  /// Exponent of length [1].
  var length = 0
  /// Exponent of mass [1].
  var mass = 0
  /// Exponent of time [1].
  var time = 0
  /// Exponent of electric current [1].
  var current = 0
  /// Exponent of plane angle [1].
  var angle = 0

  /// This dimension times `other` to the power `exponent`.
  func times(_ other: PhysicalDimension, power exponent: Int) -> PhysicalDimension {
    PhysicalDimension(
      length: length + exponent * other.length, mass: mass + exponent * other.mass,
      time: time + exponent * other.time, current: current + exponent * other.current,
      angle: angle + exponent * other.angle)
  }
}

/// What a configuration expects in a place: a quantity of some dimension, with the words for messages.
struct ExpectedQuantity: Hashable, Sendable {
  /// What it is, with its article: `a duration`.
  var words: String
  /// A well-formed value: `30 s`.
  var example: String
  /// The dimension that its unit must have.
  var dimension: PhysicalDimension
  /// The SI unit that values are converted to, in the words of `ChannelDescription`.
  var unit: String

  static let duration = ExpectedQuantity(
    words: "a duration", example: "30 s", dimension: PhysicalDimension(time: 1), unit: "s")
  static let frequency = ExpectedQuantity(
    words: "a frequency", example: "6 Hz", dimension: PhysicalDimension(time: -1), unit: "Hz")
  static let length = ExpectedQuantity(
    words: "a length", example: "-0.25 m", dimension: PhysicalDimension(length: 1), unit: "m")
  static let mass = ExpectedQuantity(
    words: "a mass", example: "2 kg", dimension: PhysicalDimension(mass: 1), unit: "kg")
  static let angle = ExpectedQuantity(
    words: "an angle", example: "5 deg", dimension: PhysicalDimension(angle: 1), unit: "rad")
  static let angularRate = ExpectedQuantity(
    words: "an angular rate", example: "5 rad/s",
    dimension: PhysicalDimension(time: -1, angle: 1), unit: "rad/s")
  static let angleByVoltage = ExpectedQuantity(
    words: "an angle by voltage", example: "40 deg/V",
    dimension: PhysicalDimension(length: -2, mass: -1, time: 3, current: 1, angle: 1), unit: "rad/V"
  )
  static let acceleration = ExpectedQuantity(
    words: "an acceleration", example: "9.81 m/s^2",
    dimension: PhysicalDimension(length: 1, time: -2), unit: "m/s^2")
  static let force = ExpectedQuantity(
    words: "a force", example: "20 N",
    dimension: PhysicalDimension(length: 1, mass: 1, time: -2), unit: "N")
  static let torque = ExpectedQuantity(
    words: "a torque", example: "1.5 N*m",
    dimension: PhysicalDimension(length: 2, mass: 1, time: -2), unit: "N*m")
  static let inertia = ExpectedQuantity(
    words: "a moment of inertia", example: "0.002 kg*m^2",
    dimension: PhysicalDimension(length: 2, mass: 1), unit: "kg*m^2")
  static let damping = ExpectedQuantity(
    words: "a damping", example: "0.3 N*m*s/rad",
    dimension: PhysicalDimension(length: 2, mass: 1, time: -1, angle: -1), unit: "N*m*s/rad")
  static let stiffness = ExpectedQuantity(
    words: "a stiffness", example: "5 N*m/rad",
    dimension: PhysicalDimension(length: 2, mass: 1, time: -2, angle: -1), unit: "N*m/rad")
  static let voltage = ExpectedQuantity(
    words: "a voltage", example: "1.2 mV",
    dimension: PhysicalDimension(length: 2, mass: 1, time: -3, current: -1), unit: "V")
  static let current = ExpectedQuantity(
    words: "a current", example: "6 nA", dimension: PhysicalDimension(current: 1), unit: "A")
  static let resistance = ExpectedQuantity(
    words: "a resistance", example: "2.2 kOhm",
    dimension: PhysicalDimension(length: 2, mass: 1, time: -3, current: -2), unit: "Ohm")
  /// A share of something; written in percent, because a bare 10 could mean either.
  static let fraction = ExpectedQuantity(
    words: "a percentage", example: "10 %", dimension: PhysicalDimension(), unit: "1")

  /// What channels of a device can measure.
  static let ofChannels: [ExpectedQuantity] = [
    .voltage, .angle, .angularRate, .acceleration, .force, .torque, .fraction,
  ]
}

/// Which values are allowed, after conversion to SI.
enum QuantityRange {
  /// Any finite value.
  case any
  /// Zero or more.
  case notNegative
  /// More than zero.
  case positive
  /// Between two values, the ends included; the words say it for messages.
  case within(ClosedRange<Double>, words: String)

  /// True when `value` is allowed.
  func contains(_ value: Double) -> Bool {
    switch self {
    case .any: true
    case .notNegative: value >= 0
    case .positive: value > 0
    case .within(let range, _): range.contains(value)
    }
  }

  /// The rule in words.
  var words: String {
    switch self {
    case .any: "any value"
    case .notNegative: "zero or more"
    case .positive: "more than zero"
    case .within(_, let words): words
    }
  }
}
