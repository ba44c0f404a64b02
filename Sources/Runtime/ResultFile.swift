public import Foundation

/// A result that is written whole or not at all.
///
/// It is made beside its place and moved there, so that nobody ever reads half of one and a failure
/// leaves what was there before.
public struct ResultFile: Sendable {
  /// Where it goes.
  public let path: String
  private let overwrite: Bool

  /// A result at `path`; an existing file is refused at once unless `overwrite` says otherwise, and one of the `inputs`
  /// that it is made from in any case.
  public init(path: String, overwrite: Bool, inputs: [String] = []) throws(SessionError) {
    self.path = path
    self.overwrite = overwrite
    for input in inputs where Self.areSame(input, path) {
      throw SessionError(
        .usage, file: path, message: "the result would replace \(input), which it is made from",
        remedy: "name another output")
    }
    try checkAbsence()
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard access(folder, W_OK) == 0 else {
      throw SessionError(
        .cannotCreate, file: path, message: "cannot be made: \(String(cString: strerror(errno)))",
        remedy: "check that the folder exists and is yours")
    }
  }

  /// Writes `text` and a line's end.
  public func write(_ text: String) throws(SessionError) {
    try write(contents: Data((text + "\n").utf8))
  }

  /// Writes these bytes.
  public func write(contents: Data) throws(SessionError) {
    try checkAbsence()
    let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_EXCL, 0o644)
    guard descriptor >= 0 else { throw failure(.cannotCreate, temporary: nil) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: contents)
      try handle.synchronize()
      try handle.close()
    } catch {
      throw failure(.cannotWrite, temporary: temporary)
    }
    if overwrite {
      guard rename(temporary, path) == 0 else {
        throw failure(.cannotWrite, temporary: temporary)
      }
    } else {
      // a link, unlike a move, never replaces what another program put there meanwhile
      guard link(temporary, path) == 0 else {
        throw failure(.cannotCreate, temporary: temporary)
      }
      unlink(temporary)
    }
  }

  /// True when both paths lead to one file that exists.
  private static func areSame(_ one: String, _ other: String) -> Bool {
    var (first, second) = (stat(), stat())
    guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  private func checkAbsence() throws(SessionError) {
    guard !overwrite, FileManager.default.fileExists(atPath: path) else { return }
    throw SessionError(
      .cannotCreate, file: path, message: "the file exists",
      remedy: "choose another name, or replace it with --force")
  }

  /// The system's last error as one of ours; the temporary file goes.
  private func failure(_ kind: SessionError.Kind, temporary: String?) -> SessionError {
    let reason = String(cString: strerror(errno))
    if let temporary { unlink(temporary) }
    return SessionError(
      kind, file: path, message: "cannot be written: \(reason)",
      remedy: "check the folder and the room on the disk")
  }
}
