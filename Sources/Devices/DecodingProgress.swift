/// What a decoder has seen since it was made.
public struct DecodingStatistics: Hashable, Sendable {
  /// Packets whose samples reached a block [packets].
  public var packets = 0
  /// Candidates refused because their checksum was wrong [packets].
  public var badChecksums = 0
  /// Bytes that belonged to no good packet [bytes].
  public var skippedBytes = 0
  /// Samples that the counter, or broken bytes where there is none, show to be missing [samples].
  public var lostSamples = 0
  /// Good packets refused because their counter had been seen already or was too late [packets].
  public var duplicates = 0
  /// How often the device began to count anew; what is lost there is not in `lostSamples` [1].
  public var counterRestarts = 0
  /// Packets refused because their content contradicts the description or their status is bad [packets].
  public var badContents = 0
  /// Whole packets that carry no samples: answers, messages [packets].
  public var otherPackets = 0
  /// Samples, among the lost ones, that the device itself says it lost [samples].
  public var lostInDevice = 0

  /// Nothing seen.
  public init() {}
}

/// Why a decoder stopped, and where it goes on.
public struct DecodingProgress: Hashable, Sendable {
  /// Why a decoder stopped.
  public enum Stop: Hashable, Sendable {
    /// All bytes are used; the decoder needs the next transfer.
    case bytesUsed
    /// The next packet does not fit into the block.
    case blockFull
    /// The next packet does not follow the block's last sample.
    case gap
  }

  /// The index of the first unused byte, to be given to the next call [bytes].
  public var nextOffset: Int
  /// Why the decoder stopped.
  public var stop: Stop

  /// True when the same bytes yield more samples: hand the block on and call again.
  public var hasMore: Bool { stop != .bytesUsed }

  /// A stop at this index.
  public init(nextOffset: Int, stop: Stop) {
    self.nextOffset = nextOffset
    self.stop = stop
  }
}
