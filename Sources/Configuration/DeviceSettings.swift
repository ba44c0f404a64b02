internal import Devices
internal import OpenSimFiles
internal import Yams

/// What somebody chooses of a device: `gain` is to be `12`.
struct DeviceWish {
  /// The setting.
  var setting: String
  /// The choice.
  var choice: String
  /// Hears what is wrong with it: a message and a remedy.
  var complain: (String, String) -> Void
}

/// The settings that a device file offers, and the file's tree as the choices make it.
///
/// Where a word of the file holds `${gain}`, the choice stands; for `${gain.code}`, what the choice says under `code`.
/// An item of a list with `when: { gain: [1, 2] }` is there only with these choices.
struct DeviceSettings {
  /// A setting, and what each of its choices says.
  private struct Setting {
    let name: String
    let words: String
    let choices: [(name: String, values: [String: String])]
    var chosen: Int
  }

  private var settings: [Setting] = []

  /// The settings of the file under `root`, each at its default, or at the last wish for it.
  init(_ root: ConfigurationNode, wishes: [DeviceWish]) {
    for (name, place, node) in root.section("settings")?.entries ?? [] where node.isMapping {
      node.allow("title", "default", "choices")
      let words = node.required("title", "one line for people")?.text("one line for people")
      let standard = node.required("default", "one of the choices")?.text("one of the choices")
      var choices: [(name: String, values: [String: String])] = []
      for (choice, _, values) in node.required("choices", "{ 1: {}, 2: {} }")?.entries ?? [] {
        let words =
          values.isMapping ? values.entries.map { ($0.key, $0.value.text("a value") ?? "") } : []
        choices.append((choice, Dictionary(words) { first, _ in first }))
      }
      guard let words, let standard else { continue }
      guard let chosen = choices.firstIndex(where: { $0.name == standard }) else {
        place.report(
          "\(quoted(standard)) is no choice of \(quoted(name))",
          remedy: "write one of: \(listed(choices.map(\.name)))")
        continue
      }
      settings.append(Setting(name: name, words: words, choices: choices, chosen: chosen))
    }
    for wish in wishes { choose(wish) }
  }

  private mutating func choose(_ wish: DeviceWish) {
    guard let place = settings.firstIndex(where: { $0.name == wish.setting }) else {
      let known = settings.map(\.name)
      wish.complain(
        "the device has no setting \(quoted(wish.setting))",
        known.isEmpty
          ? "delete it"
          : spellingSuggestion(for: wish.setting, among: known).map {
            "did you mean \(quoted($0))?"
          }
            ?? "it has: \(listed(known))")
      return
    }
    let known = settings[place].choices.map(\.name)
    guard let choice = known.firstIndex(of: wish.choice) else {
      wish.complain(
        "the setting \(quoted(wish.setting)) cannot be \(quoted(wish.choice))",
        "write one of: \(listed(known))")
      return
    }
    settings[place].chosen = choice
  }

  /// The settings as the device's description tells of them.
  var told: [DeviceSetting] {
    settings.map { setting in
      DeviceSetting(
        name: setting.name, title: setting.words, choices: setting.choices.map(\.name),
        chosen: setting.choices[setting.chosen].name)
    }
  }

  /// `root` with the choices in it.
  func applied(to root: ConfigurationNode) -> ConfigurationNode {
    guard case .mapping(let mapping) = root.node else { return root }
    var result = root
    result.node = .mapping(
      Node.Mapping(
        mapping.map { key, value in
          (key, key.string == "settings" ? value : applied(value, root))
        }, mapping.tag, mapping.style, mapping.mark))
    return result
  }

  private func applied(_ node: Node, _ root: ConfigurationNode) -> Node {
    switch node {
    case .scalar(let scalar):
      guard scalar.string.contains("${") else { return node }
      return .scalar(
        Node.Scalar(filled(scalar.string, scalar.mark, root), scalar.tag, scalar.style, scalar.mark)
      )
    case .mapping(let mapping):
      return .mapping(
        Node.Mapping(
          mapping.map { ($0.key, applied($0.value, root)) }, mapping.tag, mapping.style,
          mapping.mark))
    case .sequence(let sequence):
      let kept = sequence.compactMap { item -> Node? in
        guard case .mapping(var entry) = item, let condition = entry["when"] else { return item }
        entry["when"] = nil
        return holds(condition, root) ? .mapping(entry) : nil
      }
      return .sequence(
        Node.Sequence(kept.map { applied($0, root) }, sequence.tag, sequence.style, sequence.mark))
    case .alias: return node
    }
  }

  /// `text` with what the choices say for `${...}`.
  private func filled(_ text: String, _ mark: Mark?, _ root: ConfigurationNode) -> String {
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstRange(of: "${") {
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
      let name = String(rest[start.upperBound..<end])
      result += rest[..<start.lowerBound]
      if let value = value(of: name) {
        result += value
      } else {
        root.document.report(
          mark, "no setting says what ${\(name)} is",
          remedy: "add it under settings, to each of the choices")
      }
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private func value(of name: String) -> String? {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    guard let setting = settings.first(where: { $0.name == parts.first }) else { return nil }
    let choice = setting.choices[setting.chosen]
    return parts.count == 1 ? choice.name : choice.values[parts[1]]
  }

  /// True when every setting that `condition` names has one of the choices that stand there.
  private func holds(_ condition: Node, _ root: ConfigurationNode) -> Bool {
    guard case .mapping(let mapping) = condition else {
      root.document.report(
        condition.mark, "when is no mapping", remedy: "write as in \"when: { gain: [1, 2] }\"")
      return false
    }
    return mapping.allSatisfy { key, value in
      guard let setting = settings.first(where: { $0.name == key.string }) else {
        root.document.report(
          key.mark, "there is no setting \(quoted(key.string ?? ""))",
          remedy: "settings are: \(listed(settings.map(\.name)))")
        return false
      }
      let wanted = value.sequence?.compactMap(\.scalar?.string) ?? [value.scalar?.string ?? ""]
      return wanted.contains(setting.choices[setting.chosen].name)
    }
  }
}
