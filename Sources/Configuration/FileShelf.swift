internal import Foundation

/// The text of a file that a configuration was read from.
public struct ConfigurationText: Hashable, Sendable {
  /// The file as the configuration found it.
  public var path: String
  /// Its whole text.
  public var text: String

  /// The text of the file at `path`.
  public init(path: String, text: String) {
    self.path = path
    self.text = text
  }

  /// The file's name without its folder.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// Where configuration files stand: on disk, or in a recording that carries them by name.
///
/// Used by the thread that reads a configuration; it notes what was read, so that a recording can carry
/// it along.
final class FileShelf {
  /// The texts that stand here by file name or path; nil reads the disk.
  private let stored: [String: String]?
  /// True when texts stand here by their whole path.
  private let isByPath: Bool
  /// What was read, each file once, in order.
  private(set) var read: [ConfigurationText] = []

  /// The keys that each place of each file may have, by key paths without the numbers of items.
  ///
  /// The schemas for editors are held against them.
  private(set) var knownKeys: [String: [String: Set<String>]] = [:]

  /// Notes that these keys may stand at `path` of `file`.
  func noteKeys(_ keys: [String], at path: String, of file: String) {
    knownKeys[file, default: [:]][path.replacing(/\[\d+\]/, with: "[]"), default: []]
      .formUnion(keys)
  }

  /// The disk.
  init() {
    stored = nil
    isByPath = true
  }

  /// Texts that a recording carries; folders in paths to them do not matter.
  init(_ texts: [ConfigurationText]) {
    stored = Dictionary(texts.map { ($0.name, $0.text) }) { first, _ in first }
    isByPath = false
  }

  /// Texts as they stood on this computer's disk.
  init(byPath texts: [ConfigurationText]) {
    stored = Dictionary(texts.map { ($0.path, $0.text) }) { first, _ in first }
    isByPath = true
  }

  /// The text under `path` among `stored`.
  private func text(of path: String, in stored: [String: String]) -> String? {
    stored[isByPath ? path : ConfigurationText(path: path, text: "").name]
  }

  /// True when there is a file at `path`.
  func holds(_ path: String) -> Bool {
    guard let stored else { return FileManager.default.fileExists(atPath: path) }
    return text(of: path, in: stored) != nil
  }

  /// The file at `path`; nil when it cannot be read.
  func contents(of path: String) -> Data? {
    let contents: Data?
    if let stored {
      contents = text(of: path, in: stored).map { Data($0.utf8) }
    } else {
      contents = FileManager.default.contents(atPath: path)
    }
    if let contents, let text = String(data: contents, encoding: .utf8),
      !read.contains(where: { $0.path == path })
    {
      read.append(ConfigurationText(path: path, text: text))
    }
    return contents
  }

  /// The names in the folder `path`, without order; empty when there is none.
  func names(inFolder path: String) -> [String] {
    guard let stored else {
      return (try? FileManager.default.contentsOfDirectory(atPath: path.isEmpty ? "." : path)) ?? []
    }
    return Array(stored.keys)
  }
}
