internal import Configuration
internal import Foundation
internal import Glibc
internal import Identification
internal import Recordings

/// What a session has learned, kept where a crash cannot take it: one file, replaced as a whole.
///
/// While the session runs the file holds the adopted belief; a clean end removes it, so what is found at a
/// start was left by a crash. Belongs to the main thread.
struct StateFile {
  /// What the file holds.
  private struct Content: Codable {
    var subject: String
    var configuration: String
    var belief: ResumeState
    /// What the session records to; nil when it does not, and in files of older versions.
    var recording: String?
  }

  /// What an earlier run left behind.
  struct Left {
    /// What it had learned.
    var belief: ResumeState
    /// What it recorded to, by whole path; nil when it did not.
    var recording: String?
  }

  private let path: String
  private let subject: String
  /// Digest of the session's text.
  private let digest: String
  private var lastWindow: Int?
  private var lastRecording: String?

  /// The file at `path` for `session`.
  init(_ path: String, session: SessionConfiguration) {
    self.path = path
    subject = session.subjectCode
    digest = SHA256(session.text).description
  }

  /// What a crashed session of the same text and subject left; nil when there is nothing of use.
  func left(for parameterNames: [String]) -> Left? {
    guard let contents = FileManager.default.contents(atPath: path),
      let content = try? Self.decoder.decode(Content.self, from: contents),
      content.subject == subject, content.configuration == digest,
      content.belief.parameterNames == parameterNames
    else { return nil }
    return Left(belief: content.belief, recording: content.recording)
  }

  /// Says that the session has begun with `belief` and records to `recording`, so that even a crash before
  /// the first estimate is one.
  mutating func begin(_ belief: ResumeState, recording: String?) throws(SessionError) {
    lastRecording = recording
    try write(belief)
  }

  /// Writes the belief that `estimate` is, unless it and the recording have been written before.
  mutating func keep(
    _ estimate: ParameterEstimate?, parameterNames: [String], hasAnchor: Bool, recording: String?
  ) throws(SessionError) {
    guard let estimate, estimate.window != lastWindow || recording != lastRecording else { return }
    lastRecording = recording
    try write(
      ResumeState(
        after: estimate, adopted: estimate, parameterNames: parameterNames, hasAnchor: hasAnchor))
    lastWindow = estimate.window
  }

  private func write(_ belief: ResumeState) throws(SessionError) {
    let content = Content(
      subject: subject, configuration: digest, belief: belief,
      recording: lastRecording.map { URL(fileURLWithPath: $0).standardizedFileURL.path })
    guard let bytes = try? Self.encoder.encode(content) else {
      preconditionFailure("every belief is JSON")
    }
    try replace(with: bytes)
  }

  /// Forgets, because the session ended in order.
  func remove() {
    unlink(path)
  }

  /// The whole file or nothing: written beside, put on the disk, then renamed over.
  private func replace(with bytes: Data) throws(SessionError) {
    func failure(_ call: String) -> SessionError {
      SessionError(
        .cannotWrite, file: path,
        message: "the state cannot be kept: \(call) says \(String(cString: strerror(errno)))",
        remedy: "name a file that can be written with --state")
    }
    let beside = path + ".new"
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw failure("open") }
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw failure("write") }
    guard fdatasync(descriptor) == 0 else { throw failure("fdatasync") }
    guard rename(beside, path) == 0 else { throw failure("rename") }
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return decoder
  }
}
