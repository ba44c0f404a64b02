public import Configuration
internal import Foundation
internal import Report
internal import Recordings
internal import Synchronization

/// One run, one folder, named by time and subject code: recording, configuration as used, result, report and log.
///
/// What stands in it about the subject is the code and what the session file says. Belongs to the main thread.
public struct SessionFolder: Sendable {
  /// The folder, without a slash at its end.
  public let path: String
  private let log: FolderLog

  /// Makes the folder in `recording.folder` and puts the configuration into it.
  public init(_ configuration: SessionConfiguration) throws(SessionError) {
    try self.init(configuration, at: Date())
  }

  init(_ configuration: SessionConfiguration, at date: Date) throws(SessionError) {
    let format = Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted)
    let time = date.formatted(format).replacing("Z", with: "").replacing("T", with: "-")
    let code = configuration.subjectCode.map {
      $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_"
    }
    let root = configuration.recordingFolder.isEmpty ? "." : configuration.recordingFolder
    let stem = "\(root)/\(time)-\(String(code))"
    // two within a second are told apart
    let path =
      ([stem] + (2...99).map { "\(stem)-\($0)" }).first {
        !FileManager.default.fileExists(atPath: $0)
      } ?? stem
    self.path = path
    do {
      try FileManager.default.createDirectory(
        atPath: path + "/configuration", withIntermediateDirectories: true)
      try Self.copy(configuration, to: path + "/configuration")
      log = FolderLog(path + "/log.txt")
    } catch {
      throw SessionError(
        .cannotCreate, file: path, message: "cannot be made: \(error.localizedDescription)",
        remedy: "check that recording.folder is yours and has room")
    }
  }

  /// Where the recording goes.
  public var recording: String { path + "/recording.xdf" }

  /// Notes what a status says.
  public mutating func show(_ assembly: SessionAssembly, _ status: LiveStatus) {
    log.show(assembly, status)
  }

  /// Writes result and report; what could not be written is an error, what the report lacks is on it.
  public func finish(_ summary: SessionSummary) throws(SessionError) {
    let result = try ResultFile(path: path + "/result.json", overwrite: true)
    try result.write(summary.json)
    let page = try ResultFile(path: path + "/report.html", overwrite: true)
    var problems: [String] = []
    var digest: RecordingDigest?
    var document: ResultDocument?
    do {
      digest = try RecordingDigest(RecordingSource(path: recording, salvaging: true))
      document = try ResultDocument(json: Data(summary.json.utf8))
    } catch {
      problems.append("\(error)")
    }
    try page.write(
      ReportPage(result: document, recording: digest, source: "recording.xdf", problems: problems)
        .html)
  }

  /// The files of the session at the places relative to its file, so that it can be run again from there.
  private static func copy(_ configuration: SessionConfiguration, to folder: String) throws {
    let session = URL(fileURLWithPath: configuration.file)
    let home = session.deletingLastPathComponent().path + "/"
    var texts = [(session.lastPathComponent, configuration.text)]
    for file in configuration.files {
      let full = URL(fileURLWithPath: file.path).path
      let isInside = full.hasPrefix(home)
      // devices are looked up by name beside the session file
      let place =
        isInside
        ? String(full.dropFirst(home.count))
        : full.hasSuffix(".yaml") ? "devices/\(file.name)" : file.name
      texts.append((place, file.text))
    }
    for (place, text) in texts {
      let target = URL(fileURLWithPath: "\(folder)/\(place)")
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: target)
    }
  }
}

/// The log of a session's folder.
private final class FolderLog: Sendable {
  private let log: Mutex<SessionJournalLog>

  init(_ path: String) {
    let file = LogFile(path)
    log = Mutex(SessionJournalLog(hasPriorities: false) { file.write($0) })
  }

  func show(_ assembly: SessionAssembly, _ status: LiveStatus) {
    log.withLock { $0.show(assembly, status) }
  }
}

/// A text file that lines are added to, each with the time of day.
private final class LogFile: Sendable {
  private let handle: Mutex<FileHandle?>

  init(_ path: String) {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    handle = Mutex(FileHandle(forWritingAtPath: path))
  }

  func write(_ text: String) {
    let time = Date().formatted(.iso8601)
    let lines = text.split(separator: "\n").map { "\(time) \($0)\n" }.joined()
    // a full disk must not end the session
    handle.withLock { try? $0?.write(contentsOf: Data(lines.utf8)) }
  }
}
