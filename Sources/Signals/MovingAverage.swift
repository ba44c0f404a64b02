/// The mean of the last N samples (boxcar), at a constant cost a sample and without drift.
///
///     y[n] = (x[n] + x[n-1] + ... + x[n-N+1]) / N
///
/// The running sum is compensated (Neumaier), and each time the ring comes round it is replaced by a
/// sum of the ring's present contents alone, which has been growing beside it. So rounding errors never
/// accumulate, and a NaN or a huge value is forgotten at the latest 2N samples after it came.
/// Until N samples have come, the mean is over those that have.
public struct MovingAverage: Hashable, Sendable {
  /// The last samples (N) [the signal's unit].
  private var ring: [Double]
  /// Where the next sample goes [1].
  private var next: Int
  /// Samples held, at most N [samples].
  public private(set) var count: Int
  /// The sum of the samples held [the signal's unit].
  private var sum: CompensatedSum
  /// The sum of the samples since the ring last came round [the signal's unit].
  private var freshSum: CompensatedSum

  /// A mean over `samples` samples, empty.
  public init(samples: Int) {
    precondition(samples > 0, "a mean needs a sample")
    ring = Array(repeating: 0, count: samples)
    next = 0
    count = 0
    sum = CompensatedSum()
    freshSum = CompensatedSum()
  }

  /// Takes the next sample and gives the mean of the last ones.
  public mutating func advance(_ input: Double) -> Double {
    if count == ring.count {
      sum.add(-ring[next])
    } else {
      count += 1
    }
    ring[next] = input
    sum.add(input)
    freshSum.add(input)
    next += 1
    if next == ring.count {
      next = 0
      sum = freshSum
      freshSum = CompensatedSum()
    }
    return sum.value / Double(count)
  }

  /// Forgets all samples.
  public mutating func reset() {
    next = 0
    count = 0
    sum = CompensatedSum()
    freshSum = CompensatedSum()
  }

  /// The N of the mean [samples].
  public var samples: Int { ring.count }

  /// Whether N samples have come, so that the delay is the full (N - 1) / 2 samples.
  public var isFull: Bool { count == ring.count }

  /// The delay at every frequency, (N - 1) / (2 rate), at a sampling `rate` [Hz] [s].
  public func delay(atRate rate: Double) -> Double {
    Double(ring.count - 1) / (2 * rate)
  }
}

/// A sum that carries its own rounding error (Neumaier 1974).
private struct CompensatedSum: Hashable, Sendable {
  /// The rounded sum [the signal's unit].
  private var rounded = 0.0
  /// What rounding has lost [the signal's unit].
  private var lost = 0.0

  /// The sum with what was lost.
  var value: Double { rounded + lost }

  mutating func add(_ term: Double) {
    let total = rounded + term
    lost +=
      rounded.magnitude >= term.magnitude ? (rounded - total) + term : (term - total) + rounded
    rounded = total
  }
}

extension MovingAverage: Resumable {
  /// The samples held and their sums.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&ring)
    archive.carry(&next, in: ring.indices)
    archive.carry(&count, in: 0..<(ring.count + 1))
    archive.carry(&sum)
    archive.carry(&freshSum)
  }
}

extension CompensatedSum: Resumable {
  /// The sum and what rounding has lost.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&rounded)
    archive.carry(&lost)
  }
}
