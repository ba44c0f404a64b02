internal import OpenSimFiles
internal import Yams

/// Every value of a session by its key path, with included files and settings in place.
///
/// Two are compared to tell an operator which keys differ.
struct SessionLeaves {
  /// What stands at the end of each path, as the file writes it.
  private(set) var values: [String: String] = [:]
  /// The session's files that are included, by path: their keys are among the values.
  private(set) var includedFiles: Set<String> = []

  /// More differences than this in one section are told as one.
  private static let limit = 12

  /// The values of `session` as it was read.
  init(_ session: SessionConfiguration) {
    let texts = [ConfigurationText(path: session.file, text: session.text)] + session.files
    let document = ConfigurationDocument(path: session.file, on: FileShelf(byPath: texts))
    guard var root = document.open() else { return }
    note(root.behind)
    // a root without included files is merged the same way: the keys that were resolved go
    if root.behind.isEmpty { root.behind = [ConfigurationNode.empty(document)] }
    walk(root.merged, "")
  }

  private mutating func note(_ roots: [ConfigurationNode]) {
    for root in roots {
      includedFiles.insert(root.document.file)
      note(root.behind)
    }
  }

  private mutating func walk(_ node: Node, _ path: String) {
    switch node {
    case .mapping(let mapping):
      if mapping.isEmpty { values[path] = "{}" }
      for (key, value) in mapping {
        let word = key.string ?? ""
        walk(value, path.isEmpty ? word : "\(path).\(word)")
      }
    case .sequence(let sequence):
      if sequence.isEmpty { values[path] = "[]" }
      for (index, item) in sequence.enumerated() { walk(item, "\(path)[\(index)]") }
    case .scalar(let scalar): values[path] = scalar.string
    case .alias: break
    }
  }

  /// What `later` says otherwise, a sentence a key in the order of paths, without the keys `known`.
  func differences(to later: SessionLeaves, without known: [String]) -> [String] {
    var sections: [String: [String]] = [:]
    for path in Set(values.keys).union(later.values.keys).sorted() where !known.contains(path) {
      let sentence: String
      switch (values[path], later.values[path]) {
      case (let old?, let new?):
        if Self.isSame(old, new) { continue }
        sentence = "\(path): \(old) -> \(new)"
      case (nil, let new?): sentence = "\(path): \(new) is new"
      case (let old?, nil): sentence = "\(path): \(old) is gone"
      case (nil, nil): continue
      }
      sections[String(path.prefix { $0 != "." && $0 != "[" }), default: []].append(sentence)
    }
    return sections.sorted { $0.key < $1.key }.flatMap { section, sentences in
      sentences.count > Self.limit
        ? ["\(section): \(sentences.count) keys differ"] : sentences
    }
  }

  /// True when two spellings mean the same: equal words, or equal quantities.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    if one == other { return true }
    guard let first = try? PhysicalQuantity(one), let second = try? PhysicalQuantity(other) else {
      return false
    }
    return first == second
  }
}
