/// How an encoder's counts become a joint's angle.
public struct EncoderConfiguration: Hashable, Sendable, Codable {
  /// Counts in one turn of the encoder's shaft, all four edges of its lines [counts].
  public var countsPerTurn: Double
  /// Counts after which the number on the wire starts again; nil when it never does [counts].
  public var modulus: Int64?
  /// Turns of the encoder's shaft in one turn of the joint [1].
  public var gearRatio: Double
  /// Plus or minus one: which way it counts [1].
  public var sign: Double
  /// The angle that the joint has at count zero, or at the index pulse once that was seen [rad].
  public var zero: Double

  /// An encoder; see the properties.
  public init(
    countsPerTurn: Double, modulus: Int64? = nil, gearRatio: Double = 1, sign: Double = 1,
    zero: Double = 0
  ) {
    precondition(countsPerTurn > 0 && gearRatio > 0, "an encoder and its gear turn")
    precondition(sign.magnitude == 1, "an encoder counts one way or the other")
    precondition(modulus ?? 1 > 0, "a counter has a range")
    self.countsPerTurn = countsPerTurn
    self.modulus = modulus
    self.gearRatio = gearRatio
    self.sign = sign
    self.zero = zero
  }
}

/// Follows a quadrature encoder over the wraps of its counter, and finds its zero at the index pulse.
///
///     angle = zero + sign 2 pi (count - index count) / (countsPerTurn gearRatio)
///
/// Each count is taken for the one nearest to the last. At every later index pulse the count must be a
/// whole number of turns from the first; by what it is not, counts were lost, and the angle is put right.
public struct EncoderReading: Hashable, Sendable {
  /// Counts, gear, sign and zero.
  public let configuration: EncoderConfiguration
  /// True once the index pulse has been seen, so that the angle is absolute.
  public private(set) var isReferenced = false
  /// Counts that index pulses have shown to be lost or made up, all together [counts].
  public private(set) var lostCounts = 0.0
  /// The continuous count [counts].
  private var count: Double = 0
  /// The last count on the wire; nil before the first [counts].
  private var last: Int64?
  /// Continuous count that the angle `zero` belongs to [counts].
  private var reference = 0.0

  /// An encoder that has not been read.
  public init(_ configuration: EncoderConfiguration) {
    self.configuration = configuration
  }

  /// Takes the next count, and whether the index pulse came with it, and gives the angle [rad].
  public mutating func advance(_ wire: Int64, index: Bool = false) -> Double {
    if let last {
      var step = wire - last
      if let modulus = configuration.modulus {
        step = ((step % modulus) + modulus) % modulus
        if step > modulus / 2 { step -= modulus }
      }
      count += Double(step)
    } else {
      count = Double(wire)
    }
    last = wire
    if index { takeIndex() }
    return configuration.zero + configuration.sign * 2 * .pi * (count - reference)
      / (configuration.countsPerTurn * configuration.gearRatio)
  }

  private mutating func takeIndex() {
    guard isReferenced else {
      isReferenced = true
      reference = count
      return
    }
    let turns = ((count - reference) / configuration.countsPerTurn).rounded()
    let error = count - reference - turns * configuration.countsPerTurn
    lostCounts += error.magnitude
    count -= error
  }
}

/// A potentiometer or goniometer: a voltage that is a straight line of the angle, within its range.
public struct PotentiometerReading: Hashable, Sendable {
  /// Angle per voltage [rad/V].
  public var scale: Double
  /// Angle at zero volts [rad].
  public var offset: Double
  /// Voltages that a whole sensor can give; others are a broken wire or a short [V].
  public var range: ClosedRange<Double>

  /// The line through two known poses [V, rad].
  public init?(
    _ first: (volts: Double, angle: Double), _ second: (volts: Double, angle: Double),
    range: ClosedRange<Double>
  ) {
    guard first.volts != second.volts else { return nil }
    scale = (second.angle - first.angle) / (second.volts - first.volts)
    offset = first.angle - scale * first.volts
    self.range = range
  }

  /// The angle; nil outside the range [rad].
  public func angle(_ volts: Double) -> Double? {
    range.contains(volts) ? offset + scale * volts : nil
  }
}
