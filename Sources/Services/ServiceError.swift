/// Why a service of the daemon, or a talk with it, is not to be had: what is wrong, where, and what to do.
public struct ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: String, Hashable, Sendable {
    /// Another process has the place.
    case held
    /// No daemon listens there.
    case nobody
    /// The system says that this user may not.
    case permission
    /// A socket or file could not be made.
    case cannotCreate
    /// The talk broke off, or what was said is no line of the protocol.
    case protocolBroken
    /// The daemon understood and refused.
    case refused
    /// The daemon's session file has mistakes; the message is a line for each.
    case misread
  }

  /// What kind of trouble it is.
  public var kind: Kind
  /// The socket or address.
  public var place: String
  /// What is wrong.
  public var message: String
  /// What to do about it.
  public var remedy: String

  /// Trouble at `place`.
  public init(_ kind: Kind, place: String, message: String, remedy: String) {
    self.kind = kind
    self.place = place
    self.message = message
    self.remedy = remedy
  }

  /// One line: `place: error: message; remedy`.
  public var description: String {
    "\(place): error: \(message)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}
