internal import Glibc

/// A way to the controllers could not be opened.
public struct CarrierError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The way: a segment's name or an address.
  public var place: String
  /// What happened, with the call's own words.
  public var message: String
  /// What to do about it.
  public var remedy: String

  init(_ place: String, _ message: String, remedy: String) {
    self.place = place
    self.message = message
    self.remedy = remedy
  }

  /// `call` failed just now.
  init(_ place: String, call: String, remedy: String) {
    self.init(place, "\(call): \(String(cString: strerror(errno)))", remedy: remedy)
  }

  /// One line with place, message and remedy.
  public var description: String { "\(place): error: \(message); \(remedy)" }
}
