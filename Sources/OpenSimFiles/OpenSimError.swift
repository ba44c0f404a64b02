/// What is wrong with an OpenSim file, where it stands, and what to do about it.
public struct OpenSimError: Error, Hashable, CustomStringConvertible {
  /// The file as the caller named it.
  public var file: String
  /// Line in the file, counted from one; zero when the file could not be read at all [1].
  public var line: Int
  /// What is wrong, naming the element.
  public var message: String
  /// What to do about it.
  public var remedy: String

  /// A fault at a line of a file.
  public init(file: String, line: Int, message: String, remedy: String) {
    self.file = file
    self.line = line
    self.message = message
    self.remedy = remedy
  }

  /// One line in the form that editors jump to: `file:line: error: message; remedy`.
  public var description: String {
    let place = line > 0 ? "\(file):\(line)" : file
    return "\(place): error: \(message); \(remedy)"
  }
}
