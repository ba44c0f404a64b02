internal import Musculoskeletal

extension CoordinateDescription {
  /// The coordinate that an OpenSim `Coordinate` element states; the file knows no damping.
  init(_ element: OpenSimElement, isTranslational: Bool) throws(OpenSimError) {
    let unit = isTranslational ? "m" : "rad"
    let range = try element.numbers("range", count: 2, unit: unit, fallback: [-10, 10])
    if range[0] >= range[1] {
      throw element.place(of: "range").error(
        "<range> of \(element.label) is empty", remedy: "write the smaller number first")
    }
    if try element.truth("prescribed", fallback: false) {
      throw element.error(
        "\(element.label) is prescribed, which is not supported",
        remedy: "set <prescribed> to false, or lock the coordinate")
    }
    self.init(
      name: try element.requiredName(),
      defaultValue: try element.number("default_value", unit: unit, fallback: 0),
      rangeMinimum: range[0], rangeMaximum: range[1],
      isLocked: try element.truth("locked", fallback: false))
    self.isTranslational = isTranslational
  }
}

/// Finds the coordinate that a name or path means.
struct CoordinateDirectory {
  /// Names of the coordinates, in model order (coordinateCount).
  let names: [String]
  private let indices: [String: Int]

  /// A directory of these coordinates, whose names are unique.
  init(_ names: [String]) {
    self.names = names
    indices = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
  }

  /// The coordinate that `text` of `element` names, by name or by path.
  func index(_ text: String, of element: OpenSimElement) throws(OpenSimError) -> Int {
    let name = text.split(separator: "/").last.map(String.init) ?? ""
    if let index = indices[name] { return index }
    let suggestion = spellingSuggestion(for: name, among: names)
    throw element.error(
      "<\(element.tag)> is \(quoted(text)), and no coordinate is called so",
      remedy: suggestion.map { "did you mean \(quoted($0))?" } ?? "write one of: \(listed(names))")
  }
}
