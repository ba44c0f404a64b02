/// Some consecutive samples of one stream as they came from the wire, in native values.
///
/// This is the seam of the house: live, simulated and recorded sources all yield it, and it is what a
/// recording holds. Sample counters are unwrapped; a step between the end of one block and
/// `firstSample` of the next is a gap and stays one. The storage is made once and refilled.
public struct SampleBlock: Sendable, Equatable {
  /// Which of the session's streams this is (index into its stream list).
  public private(set) var stream: Int
  /// Unwrapped counter of the first sample [samples].
  public private(set) var firstSample: Int64
  /// When the block's last byte reached the host [ns on the session timeline].
  public var arrival: SampleTime
  /// Time stamp of the first sample where the device or file gives one [ns on the session timeline].
  public var deviceTime: SampleTime?
  /// How many samples the block holds [samples].
  public internal(set) var sampleCount: Int
  /// Values per sample [1].
  public internal(set) var channelCount: Int
  /// Native values, sample by sample (sampleCount x channelCount, then room) [native units].
  @usableFromInline
  var values: [Double]

  /// An empty block with room for `capacity` native values in all.
  public init(capacity: Int) {
    precondition(capacity > 0, "a block holds at least one value")
    self.stream = 0
    self.firstSample = 0
    self.arrival = SampleTime(nanoseconds: 0)
    self.deviceTime = nil
    self.sampleCount = 0
    self.channelCount = 1
    self.values = Array(repeating: 0, count: capacity)
  }

  /// The number of samples of the present shape that fit [samples].
  public var sampleCapacity: Int { values.count / channelCount }

  /// Empties the block and gives it the shape of `stream`, keeping its storage.
  public mutating func begin(stream: Int, channelCount: Int, firstSample: Int64) {
    precondition(channelCount > 0 && channelCount <= values.count, "one sample must fit")
    self.stream = stream
    self.channelCount = channelCount
    self.firstSample = firstSample
    self.deviceTime = nil
    self.sampleCount = 0
  }

  /// Adds one sample of zeros and returns its index in the block; the block must not be full.
  public mutating func appendSample() -> Int {
    precondition(sampleCount < sampleCapacity, "the block is full")
    sampleCount += 1
    for channel in 0..<channelCount {
      values[(sampleCount - 1) * channelCount + channel] = 0
    }
    return sampleCount - 1
  }

  /// Adds `count` samples whose values `fill` sets, sample by sample; they must fit.
  ///
  /// `fill`: gets all values of the block, and where the new ones begin.
  public mutating func appendSamples(
    _ count: Int, _ fill: (inout MutableSpan<Double>, Int) -> Void
  ) {
    precondition(sampleCount + count <= sampleCapacity, "the block is full")
    let first = sampleCount * channelCount
    sampleCount += count
    var all = values.mutableSpan
    fill(&all, first)
  }

  /// The native value of `channel` in sample `sample` of the block.
  @inlinable
  public subscript(sample: Int, channel: Int) -> Double {
    get {
      precondition(sample < sampleCount && channel < channelCount, "inside the block")
      return values[sample * channelCount + channel]
    }
    set {
      precondition(sample < sampleCount && channel < channelCount, "inside the block")
      values[sample * channelCount + channel] = newValue
    }
  }
}
