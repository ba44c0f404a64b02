/// A moment on the session timeline: nanoseconds since an origin that the source fixes once.
///
/// Live sources use CLOCK_MONOTONIC, recordings their own time stamps, simulations zero at the start.
public struct SampleTime: Hashable, Comparable, Sendable, Codable {
  /// Time since the origin of the session timeline [ns].
  public var nanoseconds: Int64

  /// The moment `nanoseconds` after the origin [ns].
  public init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The moment `seconds` after the origin, rounded to the nanosecond [s].
  public init(seconds: Double) {
    self.nanoseconds = Int64((seconds * 1e9).rounded())
  }

  /// A bare integer of nanoseconds, so that files stay readable [ns].
  public init(from decoder: any Decoder) throws {
    nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  /// Time since the origin [s].
  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// Writes the bare integer of nanoseconds [ns].
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(nanoseconds)
  }

  /// Earlier than.
  public static func < (left: SampleTime, right: SampleTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The moment `seconds` after this one, rounded to the nanosecond [s].
  public func advanced(seconds: Double) -> SampleTime {
    SampleTime(nanoseconds: nanoseconds + Int64((seconds * 1e9).rounded()))
  }

  /// From `earlier` to this moment, negative when it is later [s].
  public func seconds(since earlier: SampleTime) -> Double {
    Double(nanoseconds - earlier.nanoseconds) / 1e9
  }
}
