import RealModule

/// A seeded, reproducible stream of random numbers: xoshiro256** started by SplitMix64.
///
/// Blackman and Vigna, Scrambled Linear Pseudorandom Number Generators, ACM Trans. Math. Softw. 47
/// (2021), 36; period 2^256 - 1. The same seed gives the same 64-bit words on every machine, and the
/// same Gaussian numbers with the same libm. Not for secrets.
public struct RandomSource: RandomNumberGenerator, Hashable, Sendable {
  /// The generator's memory, never all zero (4 words) [1].
  private var state: (UInt64, UInt64, UInt64, UInt64)
  /// The second number of the last Gaussian pair, until it is asked for [1].
  private var spareGaussian: Double?

  /// The stream of this seed.
  public init(seed: UInt64) {
    var seeder = SplitMix64(state: seed)
    self.init(state: (seeder.next(), seeder.next(), seeder.next(), seeder.next()))
  }

  /// The stream that goes on from this memory, which must not be all zero.
  init(state: (UInt64, UInt64, UInt64, UInt64)) {
    precondition(state != (0, 0, 0, 0), "an all-zero memory stays zero")
    self.state = state
    spareGaussian = nil
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotateLeft(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotateLeft(state.3, by: 45)
    return result
  }

  /// A number from [0, 1), one of 2^53 evenly spaced ones, each equally likely [1].
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number from the normal distribution of mean 0 and variance 1 [1].
  ///
  /// Marsaglia's polar method: for (u, v) uniform in the unit disc and s = u^2 + v^2, both
  /// u sqrt(-2 ln(s) / s) and v sqrt(-2 ln(s) / s) are normal; the second waits for the next call.
  public mutating func gaussian() -> Double {
    if let spare = spareGaussian {
      spareGaussian = nil
      return spare
    }
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0 && s < 1 {
        let factor = Double.sqrt(-2 * .log(s) / s)
        spareGaussian = v * factor
        return u * factor
      }
    }
  }

  /// A new stream, independent of this one and of all others split from it, at any depth.
  ///
  /// The child starts from four words of this stream, each scrambled once more by SplitMix64, so
  /// that it is not linearly related to the parent. Two of n streams of length m overlap with a
  /// probability below n^2 m / 2^256.
  public mutating func split() -> RandomSource {
    let words = (scrambled(), scrambled(), scrambled(), scrambled())
    return words == (0, 0, 0, 0) ? split() : RandomSource(state: words)
  }

  private mutating func scrambled() -> UInt64 {
    var scrambler = SplitMix64(state: next())
    return scrambler.next()
  }

  private static func rotateLeft(_ word: UInt64, by count: UInt64) -> UInt64 {
    (word << count) | (word >> (64 - count))
  }

  /// Equal when all that follows is equal.
  public static func == (left: RandomSource, right: RandomSource) -> Bool {
    left.state == right.state && left.spareGaussian == right.spareGaussian
  }

  /// Feeds the whole memory to the hasher.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(state.0)
    hasher.combine(state.1)
    hasher.combine(state.2)
    hasher.combine(state.3)
    hasher.combine(spareGaussian)
  }
}

/// The seeding generator: a counter with a good mixing function (Steele, Lea and Flood 2014).
struct SplitMix64 {
  /// The counter [1].
  var state: UInt64

  /// The next 64 mixed bits.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
