import Foundation

/// What is wrong with a table: file, line, column, what was expected and what to do.
public struct TableError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sort of fault.
  public enum Kind: String, Hashable, Sendable {
    /// The file does not exist or may not be read.
    case cannotOpen
    /// There is no header line or no row after it.
    case empty
    /// Two columns have the same name, or a column has none.
    case wrongHeader
    /// No column is called as a time column is.
    case noTimeColumn
    /// A row has more or fewer cells than the header.
    case wrongCellCount
    /// A cell is no finite number.
    case notANumber
    /// Time stands still or runs backwards.
    case timeNotIncreasing
  }

  /// The sort of fault.
  public let kind: Kind
  /// The file, as the caller named it.
  public let path: String
  /// The line, counted from one; nil when no line is to blame [1].
  public let line: Int?
  /// The character in the line, counted from one; nil when no cell is to blame [1].
  public let column: Int?
  /// What a good file would have there.
  public let expected: String
  /// What was there instead.
  public let found: String
  /// What the reader of this message can do about it.
  public let remedy: String

  /// `file:line:column: expected .., found ..; remedy`.
  public var description: String {
    let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    return "\(path)\(place): expected \(expected), found \(found); \(remedy)"
  }
}

/// A table of numbers over time, read from a file of comma, semicolon or tab separated values.
///
/// Column names carry their unit as `RF_mV`, `RF [mV]` or `RF (mV)`. With semicolons or tabs a comma in
/// a number is taken for the decimal point, as spreadsheets in much of Europe write it.
public struct DelimitedTable: Sendable {
  /// A column other than time.
  public struct Column: Hashable, Sendable {
    /// The name without its unit.
    public let name: String
    /// The unit as written; empty when the header gives none.
    public let unit: String
    /// The numbers, row by row (row count) [the unit as written].
    public let values: [Double]
  }

  /// When each row was taken (row count) [s].
  public let times: [Double]
  /// The columns other than time, in file order (count).
  public let columns: [Column]

  /// Reads a file.
  public init(path: String) throws(TableError) {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw TableError(
        kind: .cannotOpen, path: path, line: nil, column: nil, expected: "a table",
        found: error.localizedDescription, remedy: "check the name and that you may read it")
    }
    try self.init(text: Array(bytes), path: path)
  }

  /// Reads the bytes of a table that `path` names in messages.
  public init(text: [UInt8], path: String) throws(TableError) {
    let reader = DelimitedReader(text: text, path: path)
    let header = try reader.header()
    let values = try reader.values(header)
    times = values[header.timeColumn].map { $0 * header.timeFactor }
    columns = header.names.indices.filter { $0 != header.timeColumn }.map {
      Column(name: header.names[$0].name, unit: header.names[$0].unit, values: values[$0])
    }
  }
}

/// A column's name, taken apart.
struct ColumnName: Hashable {
  let name: String
  let unit: String

  /// Takes `RF_mV`, `RF [mV]` and `RF (mV)` apart; a tail that is no known unit stays in the name.
  init(_ written: String) {
    let text = written.trimming { $0.isWhitespace || $0 == "\"" }
    for (open, close) in [("[", "]"), ("(", ")")] as [(Character, Character)] {
      if text.last == close, let start = text.lastIndex(of: open), start > text.startIndex {
        name = text[..<start].trimming(while: \.isWhitespace)
        unit = text[text.index(after: start)...].dropLast().trimming(while: \.isWhitespace)
        return
      }
    }
    if let underscore = text.lastIndex(of: "_"), underscore > text.startIndex {
      let tail = String(text[text.index(after: underscore)...])
      // A number after an underscore counts channels; it is no unit.
      if Int(tail) == nil, PhysicalUnit(tail) != nil {
        name = String(text[..<underscore])
        unit = tail
        return
      }
    }
    name = text
    unit = ""
  }

  /// Whether this is what time columns are called.
  var isTime: Bool {
    ["time", "t", "timestamp", "timestamps", "seconds"].contains(name.lowercased())
      && (unit.isEmpty || PhysicalUnit(unit)?.siUnit == "s")
  }
}

/// Walks the bytes of a delimited file.
private struct DelimitedReader {
  let text: [UInt8]
  let path: String

  struct Header {
    var names: [ColumnName]
    var delimiter: UInt8
    var timeColumn: Int
    /// Seconds in a unit of the time column [s per unit].
    var timeFactor: Double
    /// Where the first row begins [bytes].
    var end: Int
  }

  private static let newline = UInt8(ascii: "\n")
  private static let comma = UInt8(ascii: ",")

  private func failure(
    _ kind: TableError.Kind, line: Int?, column: Int?, expected: String, found: String,
    remedy: String
  ) -> TableError {
    TableError(
      kind: kind, path: path, line: line, column: column, expected: expected, found: found,
      remedy: remedy)
  }

  func header() throws(TableError) -> Header {
    // Spreadsheets begin files with a byte order mark.
    let start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let end = text[start...].firstIndex(of: Self.newline) ?? text.count
    let line = text[start..<end]
    let candidates = [Self.comma, UInt8(ascii: ";"), UInt8(ascii: "\t")]
    var delimiter = Self.comma
    var most = 0
    for candidate in candidates {
      let count = line.count { $0 == candidate }
      if count > most { (delimiter, most) = (candidate, count) }
    }
    let cells = line.split(separator: delimiter, omittingEmptySubsequences: false)
    let names = cells.map { ColumnName(String(decoding: $0, as: UTF8.self)) }
    guard names.contains(where: { !$0.name.isEmpty }) else {
      throw failure(
        .empty, line: 1, column: nil, expected: "a header line such as 'time_s,RF_mV'",
        found: "none", remedy: "add one")
    }
    var column = 1
    for (index, name) in names.enumerated() {
      if name.name.isEmpty || names[..<index].contains(where: { $0.name == name.name }) {
        throw failure(
          .wrongHeader, line: 1, column: column, expected: "a name no other column has",
          found: "'\(name.name)'", remedy: "rename the column")
      }
      column += String(decoding: cells[index], as: UTF8.self).count + 1
    }
    guard names.count > 1 else {
      throw failure(
        .wrongHeader, line: 1, column: nil, expected: "a time column and at least one more",
        found: "'\(names[0].name)' alone",
        remedy: "separate columns by commas, semicolons or tabs")
    }
    guard let time = names.firstIndex(where: \.isTime) else {
      throw failure(
        .noTimeColumn, line: 1, column: nil,
        expected: "a column called 'time_s', 'time' or 't'",
        found: names.map { "'\($0.name)'" }.joined(separator: ", "),
        remedy: "add the time of each row in seconds, or rename its column")
    }
    return Header(
      names: names, delimiter: delimiter, timeColumn: time,
      timeFactor: PhysicalUnit(names[time].unit)?.factor ?? 1, end: min(end + 1, text.count))
  }

  /// The cells as numbers, column by column.
  func values(_ header: Header) throws(TableError) -> [[Double]] {
    var values = Array(repeating: [Double](), count: header.names.count)
    var position = header.end
    var line = 1
    while position < text.count {
      line += 1
      let start = position
      var end = text[start...].firstIndex(of: Self.newline) ?? text.count
      position = end + 1
      while end > start, text[end - 1] == 0x0D || text[end - 1] == 0x20 { end -= 1 }
      if end == start { continue }
      try readRow(header, start..<end, line: line, into: &values)
    }
    guard !values[0].isEmpty else {
      throw failure(
        .empty, line: 2, column: nil, expected: "at least one row of numbers", found: "none",
        remedy: "check how the file was exported")
    }
    return values
  }

  private func readRow(
    _ header: Header, _ row: Range<Int>, line: Int, into values: inout [[Double]]
  ) throws(TableError) {
    var start = row.lowerBound
    var column = 0
    while true {
      var end = start
      while end < row.upperBound, text[end] != header.delimiter { end += 1 }
      let place = start - row.lowerBound + 1
      guard column < header.names.count else {
        throw failure(
          .wrongCellCount, line: line, column: place, expected: "\(header.names.count) cells",
          found: "more", remedy: "check the delimiter and that the row is complete")
      }
      let value = try number(header, start..<end, line: line, column: place)
      if column == header.timeColumn, let last = values[column].last, value <= last {
        throw failure(
          .timeNotIncreasing, line: line, column: place, expected: "a time after \(last)",
          found: "\(value)", remedy: "sort the rows, or split the file where time starts again")
      }
      values[column].append(value)
      column += 1
      if end == row.upperBound { break }
      start = end + 1
    }
    guard column == header.names.count else {
      throw failure(
        .wrongCellCount, line: line, column: nil, expected: "\(header.names.count) cells",
        found: "\(column)", remedy: "check the delimiter and that the row is complete")
    }
  }

  private func number(
    _ header: Header, _ cell: Range<Int>, line: Int, column: Int
  ) throws(TableError) -> Double {
    var written = String(decoding: text[cell], as: UTF8.self)
    if let value = Double(written), value.isFinite { return value }
    written = written.trimming { $0.isWhitespace || $0 == "\"" }
    if header.delimiter != Self.comma { written = written.replacing(",", with: ".") }
    if let value = Double(written), value.isFinite { return value }
    throw failure(
      .notANumber, line: line, column: column, expected: "a finite number", found: "'\(written)'",
      remedy: "leave rows out where there is no measurement: a gap stays a gap")
  }
}
