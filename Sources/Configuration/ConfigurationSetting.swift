internal import Yams

/// One value that replaces what a file says: `identification.window=2 s`, `sources[0].serial=A7`.
///
/// Settings come from `--set`, and from the list `set` of a file, where a recording keeps those that it was made with.
struct ConfigurationSetting {
  /// A step on the way to the value.
  enum Step: Hashable {
    /// The value of this key.
    case key(String)
    /// The item with this number.
    case index(Int)
  }

  /// The way to the value.
  let path: [Step]
  /// The value, without places.
  let value: Node

  /// The setting that `text` says; nil when it says none.
  init?(_ text: String) {
    guard let mark = text.firstIndex(of: "="), let path = Self.path(text[..<mark]),
      let value = try? Yams.compose(yaml: String(text[text.index(after: mark)...]))
    else { return nil }
    self.path = path
    self.value = Self.withoutPlaces(value)
  }

  /// Replaces the value in `root`; false when the way leads nowhere.
  func apply(to root: inout Node) -> Bool {
    Self.replace(path[...], in: &root, with: value)
  }

  private static func replace(
    _ path: ArraySlice<Step>, in node: inout Node, with value: Node
  ) -> Bool {
    guard let step = path.first else {
      node = value
      return true
    }
    switch (step, node) {
    case (.key(let key), .mapping(var mapping)):
      var next = mapping[key] ?? Node.mapping(Node.Mapping([]))
      guard replace(path.dropFirst(), in: &next, with: value) else { return false }
      mapping[key] = next
      node = .mapping(mapping)
      return true
    case (.index(let index), .sequence(var sequence)):
      guard sequence.indices.contains(index) else { return false }
      var next = sequence[index]
      guard replace(path.dropFirst(), in: &next, with: value) else { return false }
      sequence[index] = next
      node = .sequence(sequence)
      return true
    default: return false
    }
  }

  /// The steps of `a.b[2].c`; nil when it is no way.
  private static func path(_ text: Substring) -> [Step]? {
    var steps: [Step] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      let key = pieces[0].filter { $0 != " " }
      guard !key.isEmpty else { return nil }
      steps.append(.key(String(key)))
      for piece in pieces.dropFirst() {
        guard piece.last == "]", let index = Int(piece.dropLast()), index >= 0 else { return nil }
        steps.append(.index(index))
      }
    }
    return steps.isEmpty ? nil : steps
  }

  /// The same value, whose places in its one line would mislead.
  private static func withoutPlaces(_ node: Node) -> Node {
    switch node {
    case .scalar(let scalar): .scalar(Node.Scalar(scalar.string, scalar.tag, scalar.style))
    case .mapping(let mapping):
      .mapping(
        Node.Mapping(mapping.map { (withoutPlaces($0.key), withoutPlaces($0.value)) }, mapping.tag))
    case .sequence(let sequence):
      .sequence(Node.Sequence(sequence.map(withoutPlaces), sequence.tag))
    case .alias: node
    }
  }
}
