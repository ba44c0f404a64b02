internal import OpenSimFiles
internal import Yams

/// A place in a YAML file: what stands there, its key path, line and column.
///
/// Every reading verb returns nil after it has reported what is wrong, so that all mistakes of a file
/// are found in one pass.
struct ConfigurationNode {
  /// What stands there.
  var node: Node
  /// The keys that lead there: `signals.emg[0].mvc`; empty for the root.
  let keyPath: String
  /// The file.
  let document: ConfigurationDocument
  /// The same place in included files, whose keys hold where this one has none; the first speaks loudest.
  var behind: [ConfigurationNode] = []

  /// How messages call the place.
  var label: String { keyPath.isEmpty ? "the file" : keyPath }

  /// Adds a problem at this place.
  func report(_ message: String, remedy: String = "") {
    document.report(node.mark, message, remedy: remedy)
  }

  /// Reports that this place holds something else than wanted.
  private func reportKind(_ wanted: String) {
    let found: String
    switch node {
    case .mapping: found = "a mapping"
    case .sequence: found = "a list"
    case .scalar(let scalar):
      let isNull = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
      found = isNull ? "empty" : quoted(scalar.string)
    case .alias: found = "an alias"
    }
    report("\(label) is \(found)", remedy: "write \(wanted)")
  }

  // MARK: mappings

  /// True when keys stand here; otherwise that is reported.
  var isMapping: Bool {
    if case .mapping = node { return true }
    reportKind("a mapping of keys to values")
    return false
  }

  /// The keys that stand here, in file order: each word, its place and its value.
  var entries: [(key: String, place: ConfigurationNode, value: ConfigurationNode)] {
    guard case .mapping(let mapping) = node else { return [] }
    var entries = mapping.compactMap {
      key, value -> (key: String, place: ConfigurationNode, value: ConfigurationNode)? in
      guard case .scalar(let scalar) = key else { return nil }
      return (
        scalar.string, child(scalar.string, key),
        optional(scalar.string) ?? child(scalar.string, value)
      )
    }
    for entry in behind.flatMap(\.entries) where !entries.contains(where: { $0.key == entry.key }) {
      entries.append(entry)
    }
    return entries
  }

  /// Reports every key that is not one of `known`.
  func allow(_ known: String...) {
    allow(known)
  }

  private func allow(_ known: [String]) {
    document.shelf.noteKeys(known, at: keyPath, of: document.file)
    for other in behind { other.allow(known) }
    guard case .mapping(let mapping) = node else { return }
    for (key, _) in mapping {
      guard case .scalar(let scalar) = key else {
        document.report(key.mark, "a key of \(label) is not a word", remedy: "write a plain word")
        continue
      }
      guard !known.contains(scalar.string) else { continue }
      let suggestion = spellingSuggestion(for: scalar.string, among: known)
      let place = keyPath.isEmpty ? "" : " in \(keyPath)"
      document.report(
        scalar.mark, "unknown key \(quoted(scalar.string))\(place)",
        remedy: suggestion.map { "did you mean \(quoted($0))?" } ?? "known are: \(listed(known))")
    }
  }

  /// The value of `key`, or nil when the key is not there.
  func optional(_ key: String) -> ConfigurationNode? {
    guard case .mapping(let mapping) = node else { return nil }
    let others = behind.compactMap { $0.optional(key) }
    for (candidate, value) in mapping {
      guard case .scalar(let scalar) = candidate, scalar.string == key else { continue }
      var found = child(key, value)
      if case .mapping = value { found.behind = others.filter(\.hasKeys) }
      return found
    }
    guard var found = others.first else { return nil }
    if found.hasKeys { found.behind += others.dropFirst().filter(\.hasKeys) }
    return found
  }

  /// True when keys stand here.
  private var hasKeys: Bool {
    if case .mapping = node { true } else { false }
  }

  /// The value as a YAML tree, with what included files say.
  var merged: Node {
    guard case .mapping = node, !behind.isEmpty else { return node }
    return .mapping(
      Node.Mapping(
        entries.filter { $0.key != "include" && $0.key != "set" }
          .map { (Node($0.key), $0.value.merged) }))
  }

  /// The value of `key`, which must be there.
  func required(_ key: String, _ holding: String) -> ConfigurationNode? {
    if let found = optional(key) { return found }
    report(
      keyPath.isEmpty ? "the key \"\(key)\" is missing" : "\(keyPath) has no \"\(key)\"",
      remedy: "add \"\(key): \(holding)\"")
    return nil
  }

  /// The mapping under `key`, or nil when the key is not there or holds something else.
  func section(_ key: String) -> ConfigurationNode? {
    guard let found = optional(key), found.isMapping else { return nil }
    return found
  }

  private func child(_ key: String, _ value: Node) -> ConfigurationNode {
    ConfigurationNode(
      node: value, keyPath: keyPath.isEmpty ? key : "\(keyPath).\(key)", document: document)
  }

  // MARK: lists

  /// The items of the list that stands here.
  func items(_ wanted: String) -> [ConfigurationNode]? {
    guard case .sequence(let sequence) = node else {
      reportKind(wanted)
      return nil
    }
    return sequence.enumerated().map { index, item in
      ConfigurationNode(node: item, keyPath: "\(keyPath)[\(index)]", document: document)
    }
  }

  /// The items of the list that stands here, which must be `count`.
  func items(_ wanted: String, count: Int) -> [ConfigurationNode]? {
    guard let items = items(wanted) else { return nil }
    guard items.count == count else {
      report("\(label) has \(items.count) items", remedy: "write \(wanted)")
      return nil
    }
    return items
  }

  // MARK: values

  /// The words that stand here, or nil without a report.
  var plainText: String? {
    if case .scalar(let scalar) = node { scalar.string } else { nil }
  }

  /// True when a list stands here.
  var isList: Bool {
    if case .sequence = node { true } else { false }
  }

  /// The words that stand here.
  func text(_ wanted: String) -> String? {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      reportKind(wanted)
      return nil
    }
    return scalar.string
  }

  /// The whole number that stands here, decimal or `0x` hexadecimal.
  func whole(_ wanted: String, in range: ClosedRange<Int>) -> Int? {
    let wanted = "\(wanted), a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard case .scalar(let scalar) = node else {
      reportKind(wanted)
      return nil
    }
    let hexadecimal =
      scalar.string.hasPrefix("0x") ? Int(scalar.string.dropFirst(2), radix: 16) : nil
    guard let number = hexadecimal ?? Int(scalar.string), range.contains(number) else {
      reportKind(wanted)
      return nil
    }
    return number
  }

  /// The bare number that stands here.
  func number(_ wanted: String, in range: ClosedRange<Double>) -> Double? {
    guard case .scalar(let scalar) = node, let quantity = try? PhysicalQuantity(scalar.string),
      !quantity.hasUnit, range.contains(quantity.value)
    else {
      reportKind(
        "\(wanted), a number without unit from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return quantity.value
  }

  /// The choice that stands here.
  func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) -> Choice?
  where Choice.RawValue == String {
    let known = Choice.allCases.map(\.rawValue)
    guard case .scalar(let scalar) = node else {
      reportKind("one of: \(listed(known))")
      return nil
    }
    if let choice = Choice(rawValue: scalar.string) { return choice }
    let suggestion = spellingSuggestion(for: scalar.string, among: known)
    report(
      "\(label) is \(quoted(scalar.string))",
      remedy: suggestion.map { "did you mean \(quoted($0))?" } ?? "write one of: \(listed(known))")
    return nil
  }

  /// The quantity that stands here, in SI.
  func quantity(_ expected: ExpectedQuantity, _ range: QuantityRange = .any) -> Double? {
    let wanted = "\(expected.words) with its unit, as in \(quoted(expected.example))"
    guard case .scalar(let scalar) = node else {
      reportKind(wanted)
      return nil
    }
    let found = "\(label) is \(quoted(scalar.string))"
    do throws(PhysicalQuantity.Fault) {
      let quantity = try PhysicalQuantity(scalar.string)
      if !quantity.hasUnit {
        report("\(found), a number without unit", remedy: "write \(wanted)")
      } else if quantity.dimension != expected.dimension {
        report("\(found), which is not \(expected.words)", remedy: "write \(wanted)")
      } else if !range.contains(quantity.value) {
        report("\(found), out of range", remedy: "write \(expected.words), \(range.words)")
      } else {
        return quantity.value
      }
    } catch {
      switch error {
      case .noNumber: reportKind(wanted)
      case .unknownUnit(let unit):
        report("\(found), and \(quoted(unit)) is no unit", remedy: "write \(wanted)")
      }
    }
    return nil
  }

  /// The quantity under `key`, in SI; nil when the key is not there or its value is wrong.
  func quantity(
    _ key: String, _ expected: ExpectedQuantity, _ range: QuantityRange = .any
  ) -> Double? {
    optional(key)?.quantity(expected, range)
  }
}
