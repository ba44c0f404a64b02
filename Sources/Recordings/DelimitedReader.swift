import Foundation

/// Walks the bytes of a delimited file.
struct DelimitedReader {
  let text: [UInt8]
  let path: String

  struct Header {
    var names: [ColumnName]
    var delimiter: UInt8
    /// The column that holds the time; nil when there is none.
    var timeColumn: Int?
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

  /// The bytes of the file at `path`.
  static func bytes(path: String) throws(TableError) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw TableError(
        kind: .cannotOpen, path: path, line: nil, column: nil, expected: "a table",
        found: FileManager.default.fileExists(atPath: path)
          ? "something that cannot be read as a file" : "no such file",
        remedy: "check the name and that you may read it")
    }
  }

  /// The first line, taken apart; without `needsTime` names stay whole and one column will do.
  func header(needsTime: Bool) throws(TableError) -> Header {
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
    let names = cells.map { cell in
      let written = String(decoding: cell, as: UTF8.self)
      return needsTime ? ColumnName(written) : ColumnName(whole: written)
    }
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
    guard names.count > 1 || !needsTime else {
      throw failure(
        .wrongHeader, line: 1, column: nil, expected: "a time column and at least one more",
        found: "'\(names[0].name)' alone",
        remedy: "separate columns by commas, semicolons or tabs")
    }
    let time = names.firstIndex(where: \.isTime)
    guard time != nil || !needsTime else {
      throw failure(
        .noTimeColumn, line: 1, column: nil,
        expected: "a column called 'time_s', 'time' or 't'",
        found: names.map { "'\($0.name)'" }.joined(separator: ", "),
        remedy: "add the time of each row in seconds, or rename its column")
    }
    return Header(
      names: names, delimiter: delimiter, timeColumn: time,
      timeFactor: time.flatMap { PhysicalUnit(names[$0].unit)?.factor } ?? 1,
      end: min(end + 1, text.count))
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
