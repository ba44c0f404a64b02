/// The recent past of a uniformly sampled signal, to be read between its samples.
///
/// Reads the cubic through the four samples around the moment (Lagrange), h apart:
///
///     |error| <= 3/128 h^4 max|x''''|   between the middle two, where there are two on either side,
///     |error| <=  1/24 h^4 max|x''''|   in the first and the last interval of the history
///
/// so the error is of fourth order, and cubics are exact. The curve is continuous; its slope has small
/// steps at the samples. Nothing is allocated after the start.
public struct CubicSampler: Hashable, Sendable {
  /// The last samples, each at its index modulo the capacity (capacity) [the signal's unit].
  private var ring: [Double]
  /// Index of the oldest sample held [samples].
  public private(set) var firstSample: Int64
  /// How many samples are held [samples].
  public private(set) var count: Int

  /// An empty history with room for `capacity` samples, whose first has the index `firstSample`.
  public init(capacity: Int, firstSample: Int64 = 0) {
    precondition(capacity >= 4, "a cubic needs four samples")
    precondition(firstSample >= 0, "indices count from zero")
    ring = Array(repeating: 0, count: capacity)
    self.firstSample = firstSample
    count = 0
  }

  /// Forgets all samples, as at a gap; the next one has the index `firstSample`.
  public mutating func restart(firstSample: Int64) {
    precondition(firstSample >= 0, "indices count from zero")
    self.firstSample = firstSample
    count = 0
  }

  /// Adds the sample after the newest, forgetting the oldest when there is no more room.
  public mutating func append(_ value: Double) {
    ring[place(of: firstSample + Int64(count))] = value
    if count == ring.count {
      firstSample += 1
    } else {
      count += 1
    }
  }

  /// The index after the newest sample's, which the next one gets [samples].
  public var endSample: Int64 { firstSample + Int64(count) }

  /// The signal at a moment from the oldest to the newest sample, nil outside or of fewer than four.
  ///
  /// The moment is `fraction` samples after the index `sample`; a fraction need not be within 0 ..< 1.
  public func value(at sample: Int64, fraction: Double = 0) -> Double? {
    guard count >= 4, fraction.magnitude < 0x1p52 else { return nil }
    let whole = fraction.rounded(.down)
    let index = sample + Int64(whole)
    let rest = fraction - whole
    let newest = endSample - 1
    guard index >= firstSample, index < newest || (index == newest && rest == 0) else { return nil }
    // one sample before and two after, moved inwards at the ends of the history
    let start = min(max(index - 1, firstSample), newest - 3)
    let t = Double(index - start) + rest
    return interpolated(from: start, at: t)
  }

  /// The signal at a moment in samples; beyond 1e9 samples the form with a fraction is more exact.
  public func value(at position: Double) -> Double? {
    value(at: 0, fraction: position)
  }

  /// Lagrange's cubic through the four samples from `start`, at `t` samples after the first.
  private func interpolated(from start: Int64, at t: Double) -> Double {
    let (t1, t2, t3) = (t - 1, t - 2, t - 3)
    let first = -t1 * t2 * t3 / 6 * ring[place(of: start)]
    let second = t * t2 * t3 / 2 * ring[place(of: start + 1)]
    let third = -t * t1 * t3 / 2 * ring[place(of: start + 2)]
    let fourth = t * t1 * t2 / 6 * ring[place(of: start + 3)]
    return (first + fourth) + (second + third)
  }

  private func place(of sample: Int64) -> Int {
    Int(sample % Int64(ring.count))
  }
}

extension CubicSampler: Resumable {
  /// The samples held and their numbers.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&ring)
    archive.carry(&firstSample)
    archive.carry(&count, in: 0..<(ring.count + 1))
    archive.require(firstSample >= 0)
  }
}
