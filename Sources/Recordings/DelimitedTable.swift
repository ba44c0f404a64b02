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
/// Column names carry their unit as `RF_mV`, `RF [mV]` or `RF (mV)`, or a second line gives the units. Empty
/// cells are samples that were not measured. With semicolons or tabs a comma in
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
    try self.init(text: try DelimitedReader.bytes(path: path), path: path)
  }

  /// Reads the bytes of a table that `path` names in messages; `mapping` says where its time stands.
  public init(
    text: [UInt8], path: String, mapping: FileMapping? = nil
  ) throws(TableError) {
    let reader = DelimitedReader(text: text, path: path)
    let header = try reader.header(needsTime: true, mapping: mapping)
    let values = try reader.values(header)
    let time = header.timeColumn
    if let time {
      times = values[time].map { $0 * header.timeFactor }
    } else {
      let rate = mapping?.rate ?? 1
      times = values[0].indices.map { Double($0) / rate }
    }
    columns = header.names.indices.filter { $0 != time }.map {
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

  /// A name and its unit.
  init(name: String, unit: String) {
    self.name = name
    self.unit = unit
  }

  /// A name that stays as it is written.
  init(whole written: String) {
    name = written.trimming { $0.isWhitespace || $0 == "\"" }
    unit = ""
  }

  /// Whether this is what time columns are called.
  var isTime: Bool {
    ["time", "time_s", "t", "timestamp", "timestamps", "seconds"].contains(name.lowercased())
      && (unit.isEmpty || PhysicalUnit(unit)?.siUnit == "s")
  }
}
