internal import Synchronization

/// Durations counted in bins of 1.6 %, as HdrHistogram lays them out.
///
/// Below 64 ns each nanosecond has a bin of its own; above, each power of two has 64. One thread
/// records, taking no lock and allocating nothing; any other reads meanwhile and sees each count either
/// before or after a recording.
///
/// `@unchecked Sendable` holds because the bins are atomic and stay where they are until `deinit`.
public final class LatencyHistogram: @unchecked Sendable {
  /// Bins of one power of two [1].
  private static let fineness = 64
  /// The longest duration that is told from longer ones, 2^40 ns or 18 minutes [ns].
  public static let longest: Int64 = 1 << 40
  private static let binCount = fineness * (40 - 6 + 1) + 1

  private let bins: UnsafeMutablePointer<Atomic<Int>>
  private let largest = Atomic<Int>(0)
  private let sum = Atomic<Int>(0)

  /// A histogram of nothing.
  public init() {
    bins = .allocate(capacity: Self.binCount)
    for index in 0..<Self.binCount { (bins + index).initialize(to: Atomic(0)) }
  }

  deinit {
    bins.deinitialize(count: Self.binCount)
    bins.deallocate()
  }

  /// Counts one duration; those before zero count as zero [ns].
  public func record(_ nanoseconds: Int64) {
    let value = Int(min(max(nanoseconds, 0), Self.longest))
    let bin = Self.bin(of: value)
    bins[bin].store(bins[bin].load(ordering: .relaxed) + 1, ordering: .relaxed)
    sum.store(sum.load(ordering: .relaxed) &+ value, ordering: .relaxed)
    if value > largest.load(ordering: .relaxed) { largest.store(value, ordering: .relaxed) }
  }

  /// What has been counted so far.
  public func snapshot() -> LatencyFigures {
    var figures = LatencyFigures()
    var counts = [Int](repeating: 0, count: Self.binCount)
    for index in counts.indices { counts[index] = bins[index].load(ordering: .relaxed) }
    figures.counts = counts
    figures.count = counts.reduce(0, +)
    figures.largest = Int64(largest.load(ordering: .relaxed))
    figures.sum = Int64(sum.load(ordering: .relaxed))
    return figures
  }

  private static func bin(of value: Int) -> Int {
    guard value >= fineness else { return value }
    // value lies in [2^power, 2^(power + 1)), of which the six bits after the first choose the bin
    let power = Int.bitWidth - 1 - value.leadingZeroBitCount
    return fineness * (power - 5) + (value >> (power - 6)) - fineness
  }

  /// The longest duration that bin `index` counts [ns].
  static func upperEnd(ofBin index: Int) -> Int64 {
    guard index >= fineness else { return Int64(index) }
    let power = index / fineness + 5
    let low = (index % fineness + fineness) << (power - 6)
    return Int64(low + (1 << (power - 6)) - 1)
  }
}

/// What a histogram of durations had counted at one moment.
public struct LatencyFigures: Hashable, Sendable {
  /// How many durations in each bin (binCount) [1].
  var counts: [Int] = []
  /// How many altogether [1].
  public var count = 0
  /// The longest [ns].
  public var largest: Int64 = 0
  /// All together [ns].
  public var sum: Int64 = 0

  /// Nothing was counted.
  public init() {}

  /// The duration that this fraction of all does not exceed, at most 1.6 % too long; zero when there is none [ns].
  public func quantile(_ fraction: Double) -> Int64 {
    let rank = max(1, Int((fraction * Double(count)).rounded(.up)))
    var passed = 0
    for index in counts.indices where counts[index] > 0 {
      passed += counts[index]
      if passed >= rank { return min(LatencyHistogram.upperEnd(ofBin: index), largest) }
    }
    return largest
  }

  /// How many did not exceed `duration`, as far as the bins tell [1].
  public func count(upTo duration: Int64) -> Int {
    counts.indices.reduce(0) {
      LatencyHistogram.upperEnd(ofBin: $1) <= duration ? $0 + counts[$1] : $0
    }
  }
}
