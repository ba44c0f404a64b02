/// What is wrong with a binary file that is no recording of ours: where, what was expected, what to do.
public struct FileFormatError: Error, Hashable, Sendable, CustomStringConvertible {
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
  /// True when there is no such file, or it may not be read.
  public let isMissing: Bool
  /// True when the file could not be written.
  public let isOutput: Bool

  init(
    path: String, byteOffset: Int? = nil, expected: String, found: String, remedy: String,
    isMissing: Bool = false, isOutput: Bool = false
  ) {
    self.path = path
    self.byteOffset = byteOffset
    self.expected = expected
    self.found = found
    self.remedy = remedy
    self.isMissing = isMissing
    self.isOutput = isOutput
  }

  /// One line: file, byte, expectation, finding, remedy.
  public var description: String {
    let place = byteOffset.map { ": byte \($0)" } ?? ""
    return "\(path)\(place): expected \(expected), found \(found); \(remedy)"
  }
}
