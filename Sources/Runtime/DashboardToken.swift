internal import Foundation
internal import Services

/// What a dashboard must say to change anything, as its operator keeps it in a file.
public enum DashboardToken {
  /// The first line of the file at `path`; throws when others can read it or it is easily guessed.
  public static func read(_ path: String) throws(SessionError) -> String {
    func refusal(_ message: String, _ remedy: String) -> SessionError {
      SessionError(.usage, file: path, message: message, remedy: remedy)
    }
    var status = stat()
    guard stat(path, &status) == 0,
      let text = try? String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    else {
      throw SessionError(
        .noInput, file: path, message: "the token cannot be read",
        remedy: "write a line of \(DashboardAccess.shortestToken) characters or more into it")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw refusal("others can read the token", "chmod 600 \(path)")
    }
    let token = text.prefix { !$0.isNewline }.trimmingCharacters(in: .whitespaces)
    let isPlain = token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    guard token.utf8.count >= DashboardAccess.shortestToken, token.utf8.count <= 128, isPlain else {
      throw refusal(
        "a token is \(DashboardAccess.shortestToken) to 128 characters without blanks",
        "head -c 18 /dev/urandom | base64 | tr '+/' '-_' >\(path)")
    }
    return token
  }
}
