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
  }

  /// Rows [1].
  public var rowCount: Int { columns[0].count }
}
