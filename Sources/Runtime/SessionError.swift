/// Why a session cannot be run on the streams it was given: what is wrong, where, and what to do.
public struct SessionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whose mistake it is.
  public enum Kind: String, Hashable, Sendable {
    /// The session file asks for something that cannot be.
    case configuration
    /// The recording does not hold what the session file, rightly, asks for.
    case data
    /// What was asked for needs hardware or a library that is not there.
    case unavailable
    /// The recorded session and its repetition differ.
    case difference
    /// The command line leaves out what this case needs.
    case usage
    /// A file or folder is not there.
    case noInput
    /// A file could not be made.
    case cannotCreate
    /// A file could not be written.
    case cannotWrite
    /// The system refused a thread.
    case system
  }

  /// Whose mistake it is.
  public var kind: Kind
  /// The file that has to be changed, or that was found wanting.
  public var file: String
  /// What is wrong.
  public var message: String
  /// What to do about it.
  public var remedy: String

  /// A mistake in or about `file`.
  public init(_ kind: Kind, file: String, message: String, remedy: String) {
    self.kind = kind
    self.file = file
    self.message = message
    self.remedy = remedy
  }

  /// One line: `file: error: message; remedy`.
  public var description: String {
    "\(file): error: \(message)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}
