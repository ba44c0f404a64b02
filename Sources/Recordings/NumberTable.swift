public import OpenSimFiles

/// A table of plain numbers under names that mean what they say: no units in names, time optional.
public struct NumberTable: Sendable {
  /// The names, in file order (columnCount).
  public let names: [String]
  /// The numbers, column by column (columnCount x rowCount) [SI, as the name implies].
  public let columns: [[Double]]
  /// The line of the file on which each row stands (rowCount) [1].
  public let lines: [Int]
  /// The column called `t`, `time` or the like, which must rise; nil when there is none.
  public let timeColumn: Int?
  /// The file, as the caller named it.
  public let path: String
  /// True for a table in OpenSim's format, whose columns may be named by paths in the model.
  public let isOpenSim: Bool
  /// True when columns without a unit that are angles are in degrees.
  public let isInDegrees: Bool

  /// Reads a file.
  public init(path: String) throws(TableError) {
    try self.init(text: try DelimitedReader.bytes(path: path), path: path)
  }

  /// Reads the bytes of a table that `path` names in messages.
  public init(text: [UInt8], path: String) throws(TableError) {
    let reader = DelimitedReader(text: text, path: path)
    let header = try reader.header(needsTime: false)
    (columns, lines) = try reader.rows(header)
    names = header.names.map(\.name)
    timeColumn = header.timeColumn
    self.path = path
    isOpenSim = false
    isInDegrees = false
  }

  /// Reads a table in OpenSim's format (`.sto`, `.mot`), which must have a number in every cell.
  ///
  /// Columns get the unit that DiffMSM wrote beside them into their names, degrees made radians.
  public init(openSim path: String) throws(OpenSimError) {
    let table = try OpenSimTable(path: path)
    for (column, values) in table.columns.enumerated() {
      guard let row = values.firstIndex(where: { !$0.isFinite }) else { continue }
      throw OpenSimError(
        file: path, line: table.lines[row],
        message: "the column \"\(table.labels[column])\" has no number there",
        remedy: "fill the gap, or delete the row or the column")
    }
    let radians = Double.pi / 180
    var names = ["time"]
    var columns = [table.times]
    for (index, label) in table.labels.enumerated() {
      let unit = table.units.isEmpty ? "" : table.units[index]
      let isAngle = unit == "deg" || unit == "deg/s"
      columns.append(isAngle ? table.columns[index].map { $0 * radians } : table.columns[index])
      let plain = isAngle ? unit.replacing("deg", with: "rad") : unit
      names.append(plain.isEmpty ? label : "\(label) [\(plain)]")
    }
    self.names = names
    self.columns = columns
    lines = table.lines
    timeColumn = 0
    self.path = path
    isOpenSim = true
    isInDegrees = table.isInDegrees == true && table.units.isEmpty
  }

  private init(_ other: NumberTable, columns: [[Double]]) {
    names = other.names
    self.columns = columns
    lines = other.lines
    timeColumn = other.timeColumn
    path = other.path
    isOpenSim = other.isOpenSim
    isInDegrees = false
  }

  /// The same table with these columns (indices) made radians of degrees.
  public func inRadians(_ angles: [Int]) -> NumberTable {
    var columns = columns
    for index in angles { columns[index] = columns[index].map { $0 * (Double.pi / 180) } }
    return NumberTable(self, columns: columns)
  }

  /// Rows [1].
  public var rowCount: Int { columns[0].count }
}
