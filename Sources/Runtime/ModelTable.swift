internal import Foundation
internal import Musculoskeletal
internal import OpenSimFiles
internal import Recordings

/// The columns of a table that name a model's coordinates, speeds and muscles.
struct ModelTable {
  /// What a column of the table feeds.
  enum Column: Hashable {
    /// Time.
    case time
    /// A free coordinate (index).
    case coordinate(Int)
    /// The speed of a free coordinate (index).
    case speed(Int)
    /// A muscle (index).
    case muscle(Int)
    /// The state of a muscle's elastic tendon (muscle index).
    case tendonState(Int)
    /// A coordinate or speed that others determine, or a state that is not asked for.
    case dependent
  }

  /// The table.
  let table: NumberTable
  /// What each of its columns feeds (columnCount).
  let columns: [Column]

  /// Finds what each column of `table` means for `limb`; angles in degrees are made radians.
  ///
  /// - Parameter allowsStates: coordinates and speeds may stand there, not only muscles.
  init(_ table: NumberTable, limb: LimbModel, allowsStates: Bool) throws {
    let muscles = limb.description.muscles
    // OpenSim's own tables hold all states, and what is not asked for is passed over
    let knowsStates = allowsStates || table.isOpenSim
    var meanings: [String: Column] = [:]
    for (index, muscle) in muscles.enumerated() {
      meanings[muscle.name] = .muscle(index)
      meanings[muscle.name + ".activation"] = .muscle(index)
      if table.isOpenSim {
        for state in ["fiber_length", "normalized_tendon_force"] {
          meanings[muscle.name + "." + state] = .dependent
        }
      }
      if knowsStates, let state = muscle.tendonStateName {
        meanings[muscle.name + "." + state] = .tendonState(index)
      }
    }
    if knowsStates {
      for muscle in muscles { meanings[muscle.name + ".tendon_force"] = .dependent }
      for coordinate in limb.description.coordinates {
        meanings[coordinate.name] = .dependent
        meanings[coordinate.name + "_u"] = .dependent
      }
      for (index, name) in limb.skeleton.coordinateNames.enumerated() {
        meanings[name] = .coordinate(index)
        meanings[name + "_u"] = .speed(index)
      }
    }
    var columns: [Column] = []
    for (index, written) in table.names.enumerated() {
      let plain = try Self.withoutUnit(written, of: table)
      let name = table.isOpenSim ? Self.withoutPath(plain) : plain
      if index == table.timeColumn {
        columns.append(.time)
      } else if let meaning = meanings[name] {
        if allowsStates, muscles.contains(where: { $0.name == name }),
          limb.description.coordinates.map(\.name).contains(where: {
            $0 == name || $0 + "_u" == name
          })
        {
          throw SessionError(
            .data, file: Self.head(table),
            message: "the column \"\(name)\" may be a muscle's or a coordinate's of the model",
            remedy: "rename one of them in the model")
        }
        if case .muscle = meaning {
          columns.append(meaning)
        } else {
          columns.append(allowsStates ? meaning : .dependent)
        }
      } else {
        if Self.isResult(name, muscles: muscles.map(\.name)) {
          throw SessionError(
            .data, file: Self.head(table),
            message: "the column \"\(name)\" is a result of model evaluate, which is no input",
            remedy: "give the table of states or activations that it was made from")
        }
        let close = spellingSuggestion(for: name, among: meanings.keys.sorted())
        throw SessionError(
          .data, file: Self.head(table),
          message: "the column \"\(name)\" names nothing in the model",
          remedy: close.map { "did you mean \"\($0)\"?" }
            ?? (allowsStates
              ? "name coordinates, COORDINATE_u for speeds and muscles for activations"
              : "name muscles, one column each"))
      }
    }
    for (index, column) in columns.enumerated() where column != .dependent {
      guard let first = columns[..<index].firstIndex(of: column) else { continue }
      throw SessionError(
        .data, file: Self.head(table),
        message:
          "the columns \"\(table.names[first])\" and \"\(table.names[index])\" mean the same",
        remedy: "delete one of them")
    }
    self.columns = columns
    let angles = columns.indices.filter {
      switch columns[$0] {
      case .coordinate(let index), .speed(let index):
        !limb.description.coordinates[limb.skeleton.modelCoordinates[index]].isTranslational
      default: false
      }
    }
    self.table = table.isInDegrees ? table.inRadians(angles) : table
  }

  /// The file and the line of its labels.
  private static func head(_ table: NumberTable) -> String {
    "\(table.path):\(table.isOpenSim ? (table.lines.first ?? 2) - 1 : 1)"
  }

  /// A label as OpenSim 4 writes it, by the path of a state in the model, in the names of OpenSim 3.
  private static func withoutPath(_ label: String) -> String {
    let parts = label.split(separator: "/").map(String.init)
    guard label.hasPrefix("/"), parts.count >= 2 else { return label }
    let (owner, last) = (parts[parts.count - 2], parts[parts.count - 1])
    switch last {
    case "value": return owner
    case "speed": return owner + "_u"
    // the control of an actuator stands under its own path
    default: return parts.count == 2 ? last : owner + "." + last
    }
  }

  /// A column's name without the unit that `convert` writes behind it, which must be SI.
  private static func withoutUnit(_ name: String, of table: NumberTable) throws -> String {
    guard name.hasSuffix("]"), let start = name.range(of: " [") else { return name }
    let unit = name[start.upperBound...].dropLast()
    guard ["rad", "rad/s", "m", "m/s", "1", "s"].contains(unit) else {
      throw SessionError(
        .data, file: Self.head(table), message: "the column \"\(name)\" is in \(unit)",
        remedy: "give SI units and radians")
    }
    return String(name[..<start.lowerBound])
  }

  /// What the columns say of coordinates that the model itself determines, a sentence each coordinate whose columns
  /// differ from it.
  func determined(_ limb: LimbModel) -> [String] {
    let names = limb.description.coordinates.map(\.name)
    let passed = zip(table.names, columns).compactMap { name, column in
      column == .dependent && names.contains { Self.names(name, coordinate: $0) } ? name : nil
    }
    if passed.isEmpty { return [] }
    return [
      "\(table.path): note: passed over, because the model locks or couples these coordinates: "
        + passed.joined(separator: ", ")
    ]
  }

  /// What is said of the columns of OpenSim's table that have no bearing, where they are no coordinates that the model
  /// determines; `words` says why.
  func passedOver(_ words: String, besides coordinates: [String] = []) -> [String] {
    guard table.isOpenSim else { return [] }
    let passed = zip(table.names, columns).compactMap { name, column in
      let isDetermined = coordinates.contains { Self.names(name, coordinate: $0) }
      return column == .dependent && !isDetermined ? name : nil
    }
    if passed.isEmpty { return [] }
    return ["\(table.path): note: passed over, because \(words): " + passed.joined(separator: ", ")]
  }

  /// True when the column `name` is the value or the speed of `coordinate`.
  private static func names(_ name: String, coordinate: String) -> Bool {
    let plain = withoutPath(name.split(separator: " [").first.map(String.init) ?? name)
    return plain == coordinate || plain == coordinate + "_u"
  }

  /// True for the columns that `model evaluate` writes.
  private static func isResult(_ name: String, muscles: [String]) -> Bool {
    let quantities = ["M.", "gravity.", "coriolis.", "udot."]
    if quantities.contains(where: name.hasPrefix) { return true }
    let endings = [".length", ".lengthening_speed", ".moment_arm.", ".tendon_force"]
    return muscles.contains { muscle in
      endings.contains { name.hasPrefix(muscle + $0) }
    }
  }

  /// The values of a row for one kind of column; `fallback` where the table has none.
  func row(_ row: Int, fallback: [Double], _ place: (Column) -> Int?) -> [Double] {
    var values = fallback
    for (index, column) in columns.enumerated() {
      if let target = place(column) { values[target] = table.columns[index][row] }
    }
    return values
  }
}

extension NumberTable {
  /// The table at `path`: OpenSim's where its ending is `.sto` or `.mot`, else a delimited one.
  static func read(_ path: String) throws -> NumberTable {
    switch URL(fileURLWithPath: path).pathExtension.lowercased() {
    case "sto", "mot": try NumberTable(openSim: path)
    default: try NumberTable(path: path)
    }
  }
}

/// How low and how high activations go, zero and one included.
struct ActivationReach {
  /// Lowest of each muscle (muscleCount) [1].
  private(set) var lowest: [Double]
  /// Highest of each muscle (muscleCount) [1].
  private(set) var highest: [Double]

  /// Nothing yet.
  init(muscleCount: Int) {
    lowest = Array(repeating: 0, count: muscleCount)
    highest = Array(repeating: 1, count: muscleCount)
  }

  /// Takes in activations (muscleCount) [1].
  mutating func take(_ levels: [Double]) {
    for muscle in levels.indices {
      lowest[muscle] = min(lowest[muscle], levels[muscle])
      highest[muscle] = max(highest[muscle], levels[muscle])
    }
  }
}

extension ModelTable {
  /// What is said about activations that no muscle reaches, outside zero to one, a sentence a muscle; `words` says
  /// where they come from.
  func unreachable(_ reach: ActivationReach, limb: LimbModel, words: String) -> [String] {
    limb.description.muscles.indices.compactMap { muscle in
      let (low, high) = (reach.lowest[muscle], reach.highest[muscle])
      guard low < -1e-9 || high > 1 + 1e-9 else { return nil }
      let worst = low < -1e-9 ? low : high
      let isOpen = limb.description.muscles[muscle].model.kind == .deGrooteFregly2016
      let isRigid = limb.description.muscles[muscle].isTendonRigid
      let treatment =
        isOpen
        ? (isRigid || low >= -1e-9
          ? "taken as it is, as OpenSim does" : "raised above zero, which an elastic tendon needs")
        : "held between the minimum activation and one"
      let name = limb.description.muscles[muscle].name
      return "\(table.path): note: \(words) \(name) reaches \(plain(worst)): \(treatment)"
    }
  }
}

/// A time as tables of results hold it: twelve significant digits, and all of them where that is not enough.
func tableTime(_ value: Double) -> String {
  let text = tableNumber(value)
  return Double(text).map { abs($0 - value) < 1e-9 } == true ? text : "\(value)"
}

/// A number as tables of results hold it: twelve significant digits.
func tableNumber(_ value: Double) -> String { String(format: "%.12g", value) }
