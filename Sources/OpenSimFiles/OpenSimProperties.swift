internal import Foundation
internal import Musculoskeletal

/// Which numbers a property may hold.
enum NumberRange {
  /// Any finite number.
  case any
  /// Zero or more.
  case notNegative
  /// More than zero.
  case positive

  /// True when `number` is allowed.
  func contains(_ number: Double) -> Bool {
    switch self {
    case .any: true
    case .notNegative: number >= 0
    case .positive: number > 0
    }
  }

  /// The rule in words.
  var words: String {
    switch self {
    case .any: "any number"
    case .notNegative: "zero or more"
    case .positive: "more than zero"
    }
  }
}

extension OpenSimElement {
  /// Its text without surrounding white space.
  var trimmed: String { text.trimmingCharacters(in: .whitespacesAndNewlines) }

  /// The property `tag`, or nil when it is not there.
  func property(_ tag: String) throws(OpenSimError) -> OpenSimElement? {
    let found = children.filter { $0.tag == tag }
    if found.count > 1 {
      throw found[1].error("\(label) has <\(tag)> twice", remedy: "delete one of them")
    }
    return found.first
  }

  /// The property `tag`, which must be there.
  func requiredProperty(_ tag: String, holding: String) throws(OpenSimError) -> OpenSimElement {
    guard let found = try property(tag) else {
      throw error("\(label) has no <\(tag)>", remedy: "add <\(tag)>...</\(tag)> with \(holding)")
    }
    return found
  }

  /// The property `tag` where it is there, else the element itself: where a fault is shown.
  func place(of tag: String) -> OpenSimElement {
    children.first { $0.tag == tag } ?? self
  }

  /// The name, which must be there and fit for parameter names and paths.
  func requiredName() throws(OpenSimError) -> String {
    guard let name, !name.isEmpty else {
      throw error("a \(tag) has no name", remedy: "write <\(tag) name=\"...\">")
    }
    let isFit = name.unicodeScalars.allSatisfy { scalar in
      !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
        && !"/*:\"".unicodeScalars.contains(scalar)
    }
    guard isFit, name != ".", name != ".." else {
      throw error(
        "the name of \(label) holds a character that paths and parameter names cannot",
        remedy: "rename it with letters, digits, '_', '-' and '.'")
    }
    return name
  }

  /// The numbers of property `tag`; `fallback` stands in when it is not there.
  func numbers(
    _ tag: String, count: Int, unit: String, range: NumberRange = .any, fallback: [Double]? = nil
  ) throws(OpenSimError) -> [Double] {
    let wanted = "\(count == 1 ? "one number" : "\(count) numbers") [\(unit)]"
    if let fallback, try property(tag) == nil { return fallback }
    let property = try requiredProperty(tag, holding: wanted)
    let words = property.text.split(whereSeparator: \.isWhitespace)
    let numbers = words.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == words.count, numbers.count == count, property.children.isEmpty else {
      throw property.error(
        "<\(tag)> of \(label) is \(quoted(property.trimmed))", remedy: "write \(wanted)")
    }
    for number in numbers where !range.contains(number) {
      throw property.error(
        "<\(tag)> of \(label) is \(number)", remedy: "write \(wanted), \(range.words)")
    }
    return numbers
  }

  /// Numbers in a list at most [1].
  static let listLimit = 20_000

  /// The numbers of property `tag`, however many.
  func numberList(_ tag: String, unit: String) throws(OpenSimError) -> [Double] {
    let wanted = "numbers [\(unit)]"
    let property = try requiredProperty(tag, holding: wanted)
    let words = property.text.split(
      maxSplits: Self.listLimit, whereSeparator: \.isWhitespace)
    guard words.count <= Self.listLimit else {
      throw property.error(
        "<\(tag)> of \(label) has more than \(Self.listLimit) numbers", remedy: "write fewer")
    }
    let numbers = words.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == words.count, property.children.isEmpty else {
      throw property.error(
        "<\(tag)> of \(label) is \(quoted(property.trimmed))", remedy: "write \(wanted)")
    }
    return numbers
  }

  /// The number of property `tag`; `fallback` stands in when it is not there.
  func number(
    _ tag: String, unit: String, range: NumberRange = .any, fallback: Double? = nil
  ) throws(OpenSimError) -> Double {
    try numbers(tag, count: 1, unit: unit, range: range, fallback: fallback.map { [$0] })[0]
  }

  /// The three numbers of property `tag`; `fallback` stands in when it is not there.
  func vector(
    _ tag: String, unit: String, fallback: Vector3? = nil
  ) throws(OpenSimError) -> Vector3 {
    let numbers = try numbers(
      tag, count: 3, unit: unit, fallback: fallback.map { [$0.x, $0.y, $0.z] })
    return Vector3(numbers[0], numbers[1], numbers[2])
  }

  /// The truth of property `tag`; `fallback` stands in when it is not there.
  func truth(_ tag: String, fallback: Bool) throws(OpenSimError) -> Bool {
    guard let property = try property(tag) else { return fallback }
    switch property.trimmed.lowercased() {
    case "true", "1": return true
    case "false", "0": return false
    default:
      throw property.error(
        "<\(tag)> of \(label) is \(quoted(property.trimmed))", remedy: "write true or false")
    }
  }

  /// What stands in the `<objects>` of the set `tag`; nothing when there is no such set.
  func objects(ofSet tag: String) throws(OpenSimError) -> [OpenSimElement] {
    guard let set = try property(tag), let objects = try set.property("objects") else { return [] }
    return objects.children
  }

  /// The same element with the properties that only `defaults` states.
  func filled(from defaults: OpenSimElement?) -> OpenSimElement {
    guard let defaults else { return self }
    var filled = self
    let own = Set(children.map(\.tag))
    filled.children += defaults.children.filter { !own.contains($0.tag) }
    return filled
  }
}

/// Fails at the first element whose name an earlier one of its kind already has.
func requireUniqueNames(_ elements: [OpenSimElement], kind: String) throws(OpenSimError) {
  var lines: [String: Int] = [:]
  for element in elements {
    let name = try element.requiredName()
    if let line = lines[name] {
      throw element.error(
        "the \(kind) name \(quoted(name)) is already taken on line \(line)",
        remedy: "rename one of the two")
    }
    lines[name] = element.line
  }
}
