import Foundation

/// What went wrong with a recording: the file, the place, what was expected and what to do.
public struct XDFError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sort of fault.
  public enum Kind: String, Hashable, Sendable {
    /// The file does not exist or may not be read.
    case cannotOpen
    /// The file could not be made; an existing one is never replaced unasked.
    case cannotCreate
    /// The disk refused bytes.
    case cannotWrite
    /// The file does not begin as an XDF file does.
    case notXDF
    /// A chunk's length or tag is impossible.
    case wrongChunk
    /// The XML of a file or stream header is missing, malformed or contradictory.
    case wrongHeader
    /// The samples of a chunk do not fill it, or hold impossible numbers.
    case wrongSamples
    /// A chunk speaks of a stream that no earlier header described.
    case unknownStream
    /// The session journal contradicts the streams beside it.
    case wrongJournal
  }

  /// The sort of fault.
  public let kind: Kind
  /// The file, as the caller named it.
  public let path: String
  /// Where in the file the fault lies; nil when no byte is to blame [bytes].
  public let byteOffset: Int?
  /// What a good file would have there.
  public let expected: String
  /// What was there instead.
  public let found: String
  /// What the reader of this message can do about it.
  public let remedy: String
  /// The C library's error number, zero when none was set [1].
  public let systemCode: Int32

  /// A fault at a place in a file.
  public init(
    _ kind: Kind, path: String, byteOffset: Int? = nil, expected: String, found: String,
    remedy: String, systemCode: Int32 = 0
  ) {
    self.kind = kind
    self.path = path
    self.byteOffset = byteOffset
    self.expected = expected
    self.found = found
    self.remedy = remedy
    self.systemCode = systemCode
  }

  /// One line: file, byte, expectation, finding, remedy.
  public var description: String {
    let place = byteOffset.map { ": byte \($0)" } ?? ""
    return "\(path)\(place): expected \(expected), found \(found); \(remedy)"
  }

  /// A failed system call on `path`.
  static func system(
    _ kind: Kind, path: String, call: String, code: Int32, expected: String, remedy: String
  ) -> XDFError {
    XDFError(
      kind, path: path, expected: expected,
      found: "\(call): \(String(cString: strerror(code))) (errno \(code))",
      remedy: remedy, systemCode: code)
  }
}
