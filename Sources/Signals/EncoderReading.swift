/// How an encoder's counts become a joint's angle.
public struct EncoderConfiguration: Hashable, Sendable, Codable {
  /// Counts in one turn of the encoder's shaft, all four edges of its lines [counts].
  public var countsPerTurn: Double
  /// Counts after which the number on the wire starts again; nil when it never does [counts].
  public var modulus: Double?
  /// Turns of the encoder's shaft in one turn of the joint [1].
  public var gearRatio: Double
  /// Plus or minus one: which way it counts [1].
  public var sign: Double
  /// The angle that the joint has at count zero, or at the index pulse once that was seen [rad].
  public var zero: Double

  /// An encoder; see the properties.
  public init(
    countsPerTurn: Double, modulus: Double? = nil, gearRatio: Double = 1, sign: Double = 1,
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
/// whole number of turns from the first, to within what it went in a sample; by what it is not, counts
/// were lost, and the angle is put right.
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
  private var last: Double?
  /// Continuous count that the angle `zero` belongs to [counts].
  private var reference = 0.0

  /// An encoder that has not been read.
  public init(_ configuration: EncoderConfiguration) {
    self.configuration = configuration
  }

  /// Takes the next count, and whether the index pulse came with it, and gives the angle [rad].
  public mutating func advance(_ wire: Double, index: Bool = false) -> Double {
    var step = 0.0
    if let last {
      step = wire - last
      if let modulus = configuration.modulus { step = step.remainder(dividingBy: modulus) }
      count += step
    } else {
      count = wire
    }
    last = wire
    if index { takeIndex(within: step.magnitude + 1) }
    return configuration.zero + configuration.sign * 2 * .pi * (count - reference)
      / (configuration.countsPerTurn * configuration.gearRatio)
  }

  /// Takes an index pulse that came some time in the last sample.
  ///
  /// - Parameter travel: how far the count went meanwhile, which says nothing about lost counts [counts].
  private mutating func takeIndex(within travel: Double) {
    guard isReferenced else {
      isReferenced = true
      reference = count
      return
    }
    let turns = ((count - reference) / configuration.countsPerTurn).rounded()
    let error = count - reference - turns * configuration.countsPerTurn
    guard error.magnitude > travel else { return }
    lostCounts += error.magnitude
    count -= error
  }
}

extension EncoderReading: Resumable {
  /// The count and what it is counted from.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&isReferenced)
    archive.carry(&lostCounts)
    archive.carry(&count)
    archive.carry(&last, blank: 0)
    archive.carry(&reference)
  }
}
