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
    /// The number of the last line before the rows [1].
    var line: Int
    /// True when empty cells are samples that were not measured, rather than mistakes.
    var allowsMissing: Bool
  }

  private static let newline = UInt8(ascii: "\n")
  private static let comma = UInt8(ascii: ",")
  private static let blank = UInt8(ascii: " ")

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
      let isThere = FileManager.default.fileExists(atPath: path)
      let isReadable = FileManager.default.isReadableFile(atPath: path)
      throw TableError(
        kind: .cannotOpen, path: path, line: nil, column: nil, expected: "a table",
        found: !isThere
          ? "no such file"
          : isReadable
            ? "something that cannot be read as a file" : "a file that you may not read",
        remedy: "check the name and that you may read it")
    }
  }

  /// The header line, taken apart; without `needsTime` names stay whole and one column will do.
  ///
  /// Lines before it that begin with `#` or `%` are remarks. A line of words after it gives the units.
  func header(
    needsTime: Bool, mapping: FileMapping? = nil
  ) throws(TableError) -> Header {
    // Spreadsheets begin files with a byte order mark.
    var start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var lineNumber = 1
    while start < text.count, text[start] == UInt8(ascii: "#") || text[start] == UInt8(ascii: "%") {
      start = (text[start...].firstIndex(of: Self.newline) ?? text.count - 1) + 1
      lineNumber += 1
    }
    let end = text[start...].firstIndex(of: Self.newline) ?? text.count
    let line = text[start..<end]
    let delimiter = mapping?.delimiter?.asciiValue ?? Self.delimiter(of: line)
    let cells = Self.cells(line, delimiter)
    var names = cells.map { cell in
      let written = String(decoding: cell, as: UTF8.self)
      return needsTime ? ColumnName(written) : ColumnName(whole: written)
    }
    guard names.contains(where: { !$0.name.isEmpty }) else {
      throw failure(
        .empty, line: lineNumber, column: nil,
        expected: "a header line such as 'time_s,RF_mV'", found: "none", remedy: "add one")
    }
    var column = 1
    for (index, name) in names.enumerated() {
      if name.name.isEmpty || names[..<index].contains(where: { $0.name == name.name }) {
        throw failure(
          .wrongHeader, line: lineNumber, column: column, expected: "a name no other column has",
          found: "'\(name.name)'", remedy: "rename the column")
      }
      column += String(decoding: cells[index], as: UTF8.self).count + 1
    }
    let hasClock = needsTime && mapping?.rate == nil
    guard names.count > 1 || !hasClock else {
      throw failure(
        .wrongHeader, line: lineNumber, column: nil,
        expected: "a time column and at least one more", found: "'\(names[0].name)' alone",
        remedy: "separate columns by commas, semicolons, tabs, bars or blanks")
    }
    let start2 = min(end + 1, text.count)
    let end2 = text[start2...].firstIndex(of: Self.newline) ?? text.count
    var rows = start2
    if needsTime, let units = Self.units(Self.cells(text[start2..<end2], delimiter)),
      units.count == names.count
    {
      for (index, unit) in units.enumerated() where !unit.isEmpty {
        names[index] = ColumnName(name: names[index].name, unit: unit)
      }
      rows = min(end2 + 1, text.count)
    }
    let time = try timeColumn(names, hasClock: hasClock, mapping: mapping, line: lineNumber)
    return Header(
      names: names, delimiter: delimiter, timeColumn: mapping?.rate == nil ? time : nil,
      timeFactor: mapping?.timeFactor
        ?? time.flatMap { PhysicalUnit(names[$0].unit)?.factor } ?? 1,
      end: rows, line: lineNumber + (rows > start2 ? 1 : 0), allowsMissing: needsTime)
  }

  private func timeColumn(
    _ names: [ColumnName], hasClock: Bool, mapping: FileMapping?, line: Int
  ) throws(TableError) -> Int? {
    let wanted = mapping?.timeColumn.map { ColumnName($0) }
    let time =
      wanted.map { wanted in
        names.firstIndex { $0.name == wanted.name }
          ?? names.firstIndex { $0.name == mapping?.timeColumn }
      } ?? names.firstIndex(where: \.isTime)
    guard time != nil || !hasClock else {
      throw failure(
        .noTimeColumn, line: line, column: nil,
        expected: "a column called '\(mapping?.timeColumn ?? "time_s', 'time' or 't")'",
        found: names.map { "'\($0.name)'" }.joined(separator: ", "),
        remedy: "add the time of each row in seconds, rename its column, or map the file's time or "
          + "rate in the session's import section")
    }
    return time
  }

  /// The mark that parts most of the line; blanks do only where nothing else does.
  private static func delimiter(of line: ArraySlice<UInt8>) -> UInt8 {
    let candidates = [comma, UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]
    var best = comma
    var most = 0
    for candidate in candidates {
      let count = line.count { $0 == candidate }
      if count > most { (best, most) = (candidate, count) }
    }
    let isBlank = line.contains(blank) && !line.contains(UInt8(ascii: "\""))
    return most == 0 && isBlank && !line.contains(UInt8(ascii: "[")) ? blank : best
  }

  /// The cells of a line; several blanks in a row part as one does.
  private static func cells(_ line: ArraySlice<UInt8>, _ delimiter: UInt8) -> [ArraySlice<UInt8>] {
    var line = line
    if delimiter == blank {
      while let last = line.last, last == blank || last == 0x0D { line.removeLast() }
    }
    return line.split(separator: delimiter, omittingEmptySubsequences: delimiter == blank)
  }

  /// The units that a line of words gives; nil when a number, or nothing that is a unit, stands in it.
  private static func units(_ cells: [ArraySlice<UInt8>]) -> [String]? {
    let words = cells.map { cell in
      String(decoding: cell, as: UTF8.self).trimming {
        $0.isWhitespace || "\"[]()".contains($0)
      }
    }
    guard words.allSatisfy({ Double($0) == nil || PhysicalUnit($0) != nil }),
      words.contains(where: { PhysicalUnit($0) != nil && Double($0) == nil })
    else { return nil }
    return words
  }

  /// The cells as numbers, column by column.
  func values(_ header: Header) throws(TableError) -> [[Double]] {
    try rows(header).values
  }

  /// The cells as numbers, column by column, and the line of each row.
  func rows(_ header: Header) throws(TableError) -> (values: [[Double]], lines: [Int]) {
    var lines: [Int] = []
    var values = Array(repeating: [Double](), count: header.names.count)
    var position = header.end
    var line = header.line
    while position < text.count {
      line += 1
      let start = position
      var end = text[start...].firstIndex(of: Self.newline) ?? text.count
      position = end + 1
      while end > start, text[end - 1] == 0x0D || text[end - 1] == 0x20 { end -= 1 }
      if end == start { continue }
      try readRow(header, start..<end, line: line, into: &values)
      lines.append(line)
    }
    guard !values[0].isEmpty else {
      throw failure(
        .empty, line: header.line + 1, column: nil, expected: "at least one row of numbers",
        found: "none",
        remedy: "check how the file was exported")
    }
    return (values, lines)
  }

  private func readRow(
    _ header: Header, _ row: Range<Int>, line: Int, into values: inout [[Double]]
  ) throws(TableError) {
    var start = row.lowerBound
    var column = 0
    while true {
      if header.delimiter == Self.blank {
        while start < row.upperBound, text[start] == Self.blank { start += 1 }
      }
      var end = start
      while end < row.upperBound, text[end] != header.delimiter { end += 1 }
      let place = start - row.lowerBound + 1
      guard column < header.names.count else {
        throw failure(
          .wrongCellCount, line: line, column: place, expected: "\(header.names.count) cells",
          found: "more", remedy: "check the delimiter and that the row is complete")
      }
      let value = try number(
        header, start..<end, line: line, column: place, isTime: column == header.timeColumn)
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
    _ header: Header, _ cell: Range<Int>, line: Int, column: Int, isTime: Bool
  ) throws(TableError) -> Double {
    var written = String(decoding: text[cell], as: UTF8.self)
    if let value = Double(written), value.isFinite { return value }
    written = written.trimming { $0.isWhitespace || $0 == "\"" }
    if header.allowsMissing, !isTime, written.isEmpty || written.lowercased() == "nan" {
      return .nan
    }
    if header.delimiter != Self.comma { written = written.replacing(",", with: ".") }
    if let value = Double(written), value.isFinite { return value }
    throw failure(
      .notANumber, line: line, column: column, expected: "a finite number", found: "'\(written)'",
      remedy: isTime
        ? "leave rows out where there is no measurement: a gap stays a gap"
        : "correct the cell, or leave it empty where nothing was measured")
  }
}
