/// One mistake in a configuration: where it stands, what is wrong, and what to do about it.
public struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as the caller named it, or as a configuration that names it does.
  public var file: String
  /// Line in the file, counted from one; zero when the file could not be read at all [1].
  public var line: Int
  /// Column of the line, counted from one; zero when it is not known [1].
  public var column: Int
  /// What is wrong.
  public var message: String
  /// What to do about it; empty when the message says it.
  public var remedy: String

  /// A mistake at a place of a file.
  public init(file: String, line: Int, column: Int, message: String, remedy: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.remedy = remedy
  }

  /// One line in the form that editors jump to: `file:line:column: error: message; remedy`.
  public var description: String {
    let place = file + (line > 0 ? ":\(line)" + (column > 0 ? ":\(column)" : "") : "")
    return "\(place): error: \(message)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}

/// Every mistake of a configuration at once.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The mistakes, in the order of the file, those of files it names after them; never empty.
  public var problems: [ConfigurationProblem]

  /// These mistakes.
  public init(problems: [ConfigurationProblem]) {
    precondition(!problems.isEmpty, "an error has a reason")
    self.problems = problems
  }

  /// One line per mistake.
  public var description: String {
    problems.map(\.description).joined(separator: "\n")
  }
}
