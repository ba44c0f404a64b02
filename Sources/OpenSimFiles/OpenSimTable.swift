internal import Foundation

/// A table over time in OpenSim's text format (`.sto`, `.mot`), versions 1 to 3.
public struct OpenSimTable: Sendable, Hashable {
  /// The name in the header's first line; empty when the file gives none.
  public var name: String
  /// What the header says about angles: true for degrees; nil when it says nothing.
  public var isInDegrees: Bool?
  /// When each row was taken (rowCount) [s].
  public var times: [Double]
  /// The columns other than time (columnCount).
  public var labels: [String]
  /// The unit of each column where DiffMSM wrote the file, else empty (columnCount or none).
  public var units: [String]
  /// The numbers, column by column (columnCount x rowCount) [as the labels imply].
  public var columns: [[Double]]
  /// The line of the file on which each row stands (rowCount), where it was read from one [1].
  public private(set) var lines: [Int] = []

  /// A table of columns that have one number a row.
  public init(
    name: String, isInDegrees: Bool?, times: [Double], labels: [String], units: [String] = [],
    columns: [[Double]]
  ) {
    precondition(labels.count == columns.count, "one label a column")
    precondition(columns.allSatisfy { $0.count == times.count }, "one number a row")
    self.name = name
    self.isInDegrees = isInDegrees
    self.times = times
    self.labels = labels
    self.units = units
    self.columns = columns
  }

  /// Reads the file at `path`.
  public init(path: String) throws(OpenSimError) {
    try self.init(text: try OpenSimLines.text(path: path), path: path)
  }

  /// Reads the text of a file that `path` names in messages.
  public init(text: String, path: String) throws(OpenSimError) {
    var lines = OpenSimLines(text: text, path: path)
    var rowLines: [Int] = []
    name = ""
    var values: [String: (text: String, line: Int)] = [:]
    var isHeader = true
    while isHeader {
      guard let line = lines.next() else {
        throw lines.failure("the header has no end", "add a line \"endheader\" before the labels")
      }
      let text = line.trimmingCharacters(in: .whitespaces)
      if text.lowercased() == "endheader" {
        isHeader = false
      } else if let equals = text.firstIndex(of: "=") {
        let key = text[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
        let value = text[text.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        values[key] = (value, lines.number)
      } else if lines.number == 1 {
        name = text
      }
    }
    if let type = values["datatype"], type.text.lowercased() != "double" {
      throw OpenSimError(
        file: path, line: type.line,
        message: "a table of DataType \(quoted(type.text)) is not read",
        remedy: "export numbers (DataType=double), or markers as .trc")
    }
    isInDegrees = values["indegrees"].map { $0.text.lowercased().hasPrefix("y") }
    guard let labelLine = lines.nextFilled() else {
      throw lines.failure("there is no line of labels", "check how the file was exported")
    }
    var names = OpenSimLines.cells(labelLine)
    guard names.first?.lowercased() == "time", names.count > 1 else {
      throw lines.failure(
        "the first label is \(quoted(names.first ?? "")), not \"time\"",
        "put time into the first column and one more beside it")
    }
    names.removeFirst()
    for (index, label) in names.enumerated() where names[..<index].contains(label) {
      throw lines.failure("the label \(quoted(label)) occurs twice", "rename one of the columns")
    }
    labels = names
    let written = values[Self.unitsKey]?.text.split(
      separator: ";", omittingEmptySubsequences: false)
    units = written?.count == names.count ? written?.map(String.init) ?? [] : []
    times = []
    columns = Array(repeating: [], count: names.count)
    while let line = lines.nextFilled() {
      let numbers = try lines.numbers(line, count: names.count + 1)
      try lines.requireLater(numbers[0], than: times.last)
      times.append(numbers[0])
      rowLines.append(lines.number)
      for column in names.indices { columns[column].append(numbers[column + 1]) }
    }
    if times.isEmpty {
      throw lines.failure("there is no row of numbers", "check how the file was exported")
    }
    for (key, count) in [("nrows", times.count), ("datarows", times.count)] {
      guard let claim = values[key], let claimed = Int(claim.text), claimed != count else {
        continue
      }
      throw OpenSimError(
        file: path, line: claim.line,
        message: "the header announces \(claimed) rows and \(count) follow",
        remedy: "the file was cut or edited: export it again, or correct the number")
    }
    self.lines = rowLines
  }

  /// The header line in which DiffMSM notes the units of the columns; OpenSim passes it over.
  private static let unitsKey = "units"

  /// The table as OpenSim 4 and its predecessors read it.
  public var text: String {
    var lines = [name.isEmpty ? "table" : name.replacing("\n", with: " ")]
    lines += ["version=1", "nRows=\(times.count)", "nColumns=\(labels.count + 1)"]
    lines.append("inDegrees=\(isInDegrees == true ? "yes" : "no")")
    if !units.isEmpty { lines.append("\(Self.unitsKey)=\(units.joined(separator: ";"))") }
    lines.append("endheader")
    lines.append((["time"] + labels).joined(separator: "\t"))
    for (row, time) in times.enumerated() {
      var line = "\(time)"
      for column in columns {
        line += "\t"
        line += column[row].isNaN ? "NaN" : "\(column[row])"
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The lines of a text file with their numbers.
struct OpenSimLines {
  private let lines: [Substring]
  private let path: String
  /// The number of the line last read, counted from one [1].
  private(set) var number = 0

  init(text: String, path: String) {
    self.path = path
    lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  /// The text of the file at `path`.
  static func text(path: String) throws(OpenSimError) -> String {
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw OpenSimError(
        file: path, line: 0, message: "the file cannot be read",
        remedy: "check that it exists and that you may read it")
    }
    return String(decoding: contents, as: UTF8.self)
  }

  /// The cells of a line, between tabs, blanks or both.
  static func cells(_ line: Substring) -> [String] {
    line.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  mutating func next() -> Substring? {
    guard number < lines.count else { return nil }
    number += 1
    return lines[number - 1]
  }

  /// The next line that is not blank.
  mutating func nextFilled() -> Substring? {
    while let line = next() {
      if line.contains(where: { !$0.isWhitespace }) { return line }
    }
    return nil
  }

  /// The numbers of a row, which must be `count`; `nan` is one that was not measured.
  func numbers(_ line: Substring, count: Int) throws(OpenSimError) -> [Double] {
    let cells = line.split(whereSeparator: \.isWhitespace)
    guard cells.count == count else {
      throw failure(
        "the row has \(cells.count) numbers, and there are \(count) labels",
        "the file was cut or edited: export it again")
    }
    return try cells.map { cell throws(OpenSimError) in try self.number(cell) }
  }

  func number(_ cell: Substring) throws(OpenSimError) -> Double {
    guard let value = Double(cell) else {
      throw failure("\(quoted(String(cell))) is no number", "correct the cell")
    }
    return value
  }

  func requireLater(_ time: Double, than last: Double?) throws(OpenSimError) {
    guard time.isFinite, time > last ?? -.infinity else {
      throw failure(
        "time \(time) does not come after \(last ?? 0)",
        "sort the rows, or split the file where time starts again")
    }
  }

  func failure(_ message: String, _ remedy: String) -> OpenSimError {
    OpenSimError(file: path, line: number, message: message, remedy: remedy)
  }
}
