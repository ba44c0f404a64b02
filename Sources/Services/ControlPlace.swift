public import Foundation

/// Where a daemon's control socket is: what the operator named, or the place where both sides look.
public enum ControlPlace {
  /// The service's own folder, which systemd makes.
  static let service = "/run/diffmsm/control.sock"

  /// The socket that a daemon opens, and whether anybody named it.
  ///
  /// In order: the argument, `DIFFMSM_SOCKET`, systemd's runtime folder, the user's.
  public static func forDaemon(
    named: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> (path: String, isNamed: Bool) {
    if let named = named ?? value("DIFFMSM_SOCKET", environment) { return (named, true) }
    if let folder = value("RUNTIME_DIRECTORY", environment)?.split(separator: ":").first {
      return ("\(folder)/control.sock", true)
    }
    return (own(environment), false)
  }

  /// The socket that a command talks to: what was named, else the user's own daemon, else the service.
  public static func forCommand(
    named: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    if let named = named ?? value("DIFFMSM_SOCKET", environment) { return named }
    let own = own(environment)
    let candidates = [own, service]
    return candidates.first { FileManager.default.fileExists(atPath: $0) } ?? own
  }

  /// The user's own place.
  private static func own(_ environment: [String: String]) -> String {
    if let folder = value("XDG_RUNTIME_DIR", environment) {
      return "\(folder)/diffmsm/control.sock"
    }
    return "/tmp/diffmsm-\(getuid())/control.sock"
  }

  private static func value(_ name: String, _ environment: [String: String]) -> String? {
    guard let value = environment[name], !value.isEmpty else { return nil }
    return value
  }
}
