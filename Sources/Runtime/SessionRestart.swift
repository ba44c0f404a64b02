internal import Foundation
internal import Recordings

/// How a session goes on after an earlier run of it, one that ended without order or one that was named.
///
/// The new run begins with what the old one had learned and records into a file of its own, linked to the old.
struct SessionRestart {
  /// The session with the belief that it begins with.
  let assembly: SessionAssembly
  /// What the log says, and the recording's first marker; nil when it goes on from nothing.
  let sentence: String?
  /// The recording that is continued, by whole path; nil when there is none.
  private let continued: String?

  /// The session `fresh` after `left`; as it is when nothing was left.
  init(_ fresh: SessionAssembly, after left: StateFile.Left?) {
    guard let left else {
      (assembly, sentence, continued) = (fresh, nil, nil)
      return
    }
    var words = "an earlier run ended without order: this one begins with what it had learned"
    var next = fresh
    continued = left.recording
    if let recording = left.recording {
      do {
        next = try fresh.continuing(recording)
        words += " and continues \(next.continues?.words ?? recording)"
      } catch {
        words += "; its recording cannot be continued: \(error)"
      }
    }
    // a recording that ends before its first estimate knows less than the state that the run itself began with
    if next.resume?.adopted == nil { next.resume = left.belief }
    (assembly, sentence) = (next, words)
  }

  /// The session `fresh` after the recording at `path`.
  init(_ fresh: SessionAssembly, continuing path: String) throws {
    assembly = try fresh.continuing(path)
    sentence = "this session continues \(assembly.continues?.words ?? path)"
    continued = URL(fileURLWithPath: path).standardizedFileURL.path
  }

  /// Where to record when `path` was asked for: beside the file that is continued, never over it.
  func recording(_ path: String) -> String {
    let whole = URL(fileURLWithPath: path).standardizedFileURL
    guard whole.path == continued, FileManager.default.fileExists(atPath: whole.path) else {
      return path
    }
    let ending = whole.pathExtension.isEmpty ? "" : "." + whole.pathExtension
    let stem = path.dropLast(ending.count)
    let next = (2...9999).map { "\(stem)-\($0)\(ending)" }.first {
      !FileManager.default.fileExists(atPath: $0)
    }
    return next ?? path
  }
}

extension RecordingLink {
  /// The file, when it ends and what it lacks.
  var words: String {
    file + ", which ends at \(fixed(Double(end) * 1e-9, 1)) s"
      + (lostByteCount > 0 ? " and lacks \(lostByteCount) bytes that were no whole chunk" : "")
  }
}
