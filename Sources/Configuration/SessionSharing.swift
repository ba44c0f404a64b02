internal import Identification
internal import Musculoskeletal
internal import OpenSimFiles

extension SessionReading {
  /// Joins the unknowns that the session declares to be one: `symmetric`, then `shared`.
  func share(_ catalogue: inout ParameterCatalogue) {
    guard let section = root.section("identification") else { return }
    for item in section.optional("symmetric")?.items("a list of endings, as in [[_r, _l]]") ?? [] {
      guard let pair = item.items("two endings of names, as in [_r, _l]", count: 2),
        let right = pair[0].text("an ending"), let left = pair[1].text("an ending")
      else { continue }
      if catalogue.mirror(right, left) == 0 {
        item.report(
          "no two names of muscles, bodies or coordinates differ only by ending in "
            + "\(quoted(right)) and \(quoted(left))",
          remedy: "write the endings that the model uses")
      }
    }
    let wanted = "a list of { name: NAME, parameters: [PATTERN, ...] }"
    for item in section.optional("shared")?.items(wanted) ?? [] where item.isMapping {
      item.allow("name", "parameters")
      guard let nameNode = item.required("name", "muscle/NAME/PROPERTY"),
        let name = nameNode.text("a name as in muscle/all/activation_time_constant"),
        let list = item.required("parameters", "[PATTERN, ...]"),
        let patterns = list.items("a list of parameters' names; '*' stands for any part")
      else { continue }
      var members: [String] = []
      for node in patterns {
        guard let pattern = node.text("a parameter's name") else { continue }
        let found = catalogue.matches(pattern).map(\.name)
        if found.isEmpty {
          let names = catalogue.entries.map(\.name)
          node.report(
            "\(quoted(pattern)) matches no parameter",
            remedy: spellingSuggestion(for: pattern, among: names).map {
              "did you mean \(quoted($0))?"
            } ?? "write the name of a parameter")
        }
        members += found.filter { !members.contains($0) }
      }
      if patterns.isEmpty { list.report("\(list.keyPath) is an empty list", remedy: "write two") }
      guard !members.isEmpty else { continue }
      if let problem = catalogue.share(members, as: name) {
        nameNode.report(problem.message, remedy: problem.remedy)
      }
    }
  }
}

extension ParameterCatalogue {
  /// Joins each muscle's, body's or coordinate's unknown on the one side with that on the other.
  ///
  /// Angles and places, whose sign may depend on the side, stay apart.
  /// - Returns: how many pairs there were.
  mutating func mirror(_ right: String, _ left: String) -> Int {
    var pairs: [(String, String, String)] = []
    for entry in entries {
      var parts = entry.name.split(separator: "/").map(String.init)
      guard parts.count >= 3, parts[1].hasSuffix(right), entry.targets.allSatisfy(Self.isSideless)
      else { continue }
      let stem = parts[1].dropLast(right.count)
      parts[1] = stem + left
      let other = parts.joined(separator: "/")
      guard entries.contains(where: { $0.name == other }) else { continue }
      parts[1] = "\(stem)\(right)+\(stem)\(left)"
      pairs.append((entry.name, other, parts.joined(separator: "/")))
    }
    for pair in pairs { _ = share([pair.0, pair.1], as: pair.2) }
    return pairs.count
  }

  /// True when a quantity means the same on both sides of the body.
  private static func isSideless(_ quantity: Quantity) -> Bool {
    switch quantity {
    case .muscle, .body: true
    case .distribution(_, let property): property.isLogarithmic
    case .coordinate(_, let property): property != .offset && property != .restAngle
    case .emg, .payload, .tilt: false
    }
  }

  /// Puts one unknown that moves all of `members` in the place of the first.
  ///
  /// - Returns: why that cannot be, and what to do; nil when it is done.
  mutating func share(
    _ members: [String], as name: String
  ) -> (message: String, remedy: String)? {
    let places = entries.indices.filter { members.contains(entries[$0].name) }
    guard let first = places.first else { return ("there is nothing to share", "name parameters") }
    let kind = Self.kind(of: entries[first].name)
    guard places.allSatisfy({ Self.kind(of: entries[$0].name) == kind }) else {
      return (
        "\(quoted(name)) would join quantities of different kinds",
        "share each kind under a name of its own"
      )
    }
    guard Self.kind(of: name) == kind else {
      return (
        "\(quoted(name)) does not say what is shared",
        "write it as \(kind.replacing("*", with: "NAME"))"
      )
    }
    let isTaken = entries.contains { $0.name == name && !members.contains($0.name) }
    if isTaken || name.contains("*") {
      return ("\(quoted(name)) is another parameter's name or holds '*'", "rename it")
    }
    var whole = entries[first]
    whole.name = name
    for place in places.dropFirst() { whole.targets += entries[place].targets }
    if case .muscle(_, .maxIsometricForce) = whole.targets[0] {
      whole.base = places.reduce(0) { $0 + entries[$1].base }
    }
    entries[first] = whole
    for place in places.dropFirst().reversed() { entries.remove(at: place) }
    return nil
  }

  /// A name without the part that says whose: `muscle/*/max_isometric_force`.
  private static func kind(of name: String) -> String {
    var parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 2 { parts[1] = "*" }
    return parts.joined(separator: "/")
  }
}
