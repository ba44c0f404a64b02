internal import Foundation
internal import Recordings

/// The earlier parts of a session that was recorded into one file after another.
///
/// Each file's steps begin where those of the one before end, so that going through all of them brings filters,
/// clocks, windows, estimator and feed to the state in which the last one began.
struct RecordingChain {
  /// The files before, oldest first; empty when the recording begins with its session.
  private(set) var parts: [RecordingSource] = []
  /// Why the state in which the recording began cannot be had; nil when it can.
  private(set) var fault: String?

  /// What precedes `source`, which was read from `path`.
  init(before source: RecordingSource, at path: String) {
    var preamble = source.preamble
    var place = URL(fileURLWithPath: path)
    var next = source.start
    var seen: Set = [place.standardizedFileURL.path]
    while preamble?.beginsInMidSession == true {
      guard let name = preamble?.follows else {
        fault = "the recording begins in mid-session"
        return
      }
      place = URL(fileURLWithPath: name, relativeTo: place.deletingLastPathComponent())
      guard seen.insert(place.standardizedFileURL.path).inserted,
        let part = try? RecordingSource(path: place.path)
      else {
        fault = "the recording goes on from \(name), which cannot be read from where it is"
        return
      }
      guard part.isClosed, part.lostByteCount == 0, part.losses.isEmpty,
        part.preamble?.configuration == source.preamble?.configuration, part.start <= next
      else {
        fault = "the recording goes on from \(name), which is not whole or another session's"
        return
      }
      parts.insert(part, at: 0)
      preamble = part.preamble
      next = part.start
    }
  }

  /// What the session knew when its first part began.
  func resume(_ source: RecordingSource) -> ResumeState? {
    (parts.first ?? source).preamble?.resume
  }

  /// How a file at `path` names the one at `earlier`: from its own folder, so that both can be moved.
  static func name(of earlier: String, from path: String) -> String {
    let folder = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent()
      .pathComponents
    let target = URL(fileURLWithPath: earlier).standardizedFileURL.pathComponents
    let common = zip(folder, target).prefix { $0 == $1 }.count
    return
      (Array(repeating: "..", count: folder.count - common) + target.dropFirst(common))
      .joined(separator: "/")
  }
}
