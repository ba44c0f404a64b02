/// Where messages lie in shared memory: each behind a seqlock of its own, on cache lines of its own.
///
/// A place begins with the lock, four bytes that are odd while the writer is inside, and four bytes of
/// nothing; the message follows, copied as whole words of eight bytes.
public enum FeedSegment {
  /// The first four bytes: `DMSS`.
  public static let magic: UInt32 = 0x5353_4D44
  /// The whole segment [bytes].
  public static let byteCount = 4096
  /// Where the latest state lies [bytes].
  public static let statePlace = 64
  /// Where the latest parameters lie [bytes].
  public static let parametersPlace = 576
  /// Where a worn device's answer lies, in a segment of its own [bytes].
  public static let interactionPlace = 64
  /// From a place to its message [bytes].
  static let lockSize = 8
}
