import Glibc

/// Watches the room on a recording's disk, so that a full one is foreseen and not met.
public struct DiskGuard: Sendable {
  /// What the room on the disk means for the recording.
  public enum Verdict: Hashable, Sendable {
    /// Enough for minutes.
    case enough
    /// It ends in this time at the present rate [s].
    case low(seconds: Double, freeBytes: Int)
    /// The recording must be closed now, while there is room for its end.
    case full(freeBytes: Int)
  }

  /// The recording's folder, or the recording.
  public let path: String
  /// Warns when the disk lasts shorter than this at the present rate [s].
  public static let warningTime = 600.0
  /// Room that is always warned about [bytes].
  public static let warningBytes = 64 << 20
  /// Room that closing needs, beside three seconds of recording [bytes].
  public static let closingBytes = 1 << 20

  /// A watch over the disk that holds `path`.
  public init(path: String) {
    self.path = path
  }

  /// Room for this user on the disk; nil when the disk does not say [bytes].
  public var freeBytes: Int? {
    var disk = statvfs()
    guard statvfs(path, &disk) == 0, disk.f_blocks > 0 else { return nil }
    let free = Double(disk.f_bavail) * Double(disk.f_frsize)
    return Int(min(free, 9e18))
  }

  /// The verdict at `rate` bytes a second.
  public func verdict(rate: Double) -> Verdict {
    guard let free = freeBytes else { return .enough }
    return Self.verdict(freeBytes: free, rate: rate)
  }

  /// The verdict on so much room.
  public static func verdict(freeBytes: Int, rate: Double) -> Verdict {
    if Double(freeBytes) < Double(closingBytes) + 3 * rate { return .full(freeBytes: freeBytes) }
    let seconds = rate > 0 ? (Double(freeBytes) - Double(closingBytes)) / rate : .infinity
    if seconds < warningTime || freeBytes < warningBytes {
      return .low(seconds: seconds, freeBytes: freeBytes)
    }
    return .enough
  }
}
