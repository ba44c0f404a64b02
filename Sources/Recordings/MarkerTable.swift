/// Remarks as a table of their own beside those of streams: `time_s,duration_s,marker`.
///
/// A text that holds the delimiter, a quotation mark or a line break stands in quotation marks, its own
/// doubled (RFC 4180), as spreadsheets and pandas write and read it.
struct MarkerTable {
  private static let names = ["time_s", "duration_s", "marker"]
  private static let quote: Character = "\""

  /// The remarks as text, cells separated by `delimiter`.
  static func text(_ markers: [TimedMarker], delimiter: Character) -> String {
    let rows = markers.map { marker in
      let duration = marker.duration.map { "\($0.withoutDust)" } ?? ""
      return ["\(marker.time.withoutDust)", duration, marker.text]
    }
    return ([names] + rows).map { row in
      row.map { cell(String($0), delimiter) }.joined(separator: String(delimiter)) + "\n"
    }.joined()
  }

  /// The remarks that `text` holds; nil when it is another kind of table.
  static func markers(_ text: [UInt8], path: String) throws(TableError) -> [TimedMarker]? {
    let line = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard
      let delimiter = [",", "\t", ";"].first(where: {
        line.elementsEqual(names.joined(separator: $0).utf8)
      })
    else { return nil }
    var markers: [TimedMarker] = []
    for (line, cells) in rows(String(decoding: text, as: UTF8.self), Character(delimiter))
      .dropFirst()
    {
      func wrong(_ expected: String, _ found: String) -> TableError {
        TableError(
          kind: cells.count == names.count ? .notANumber : .wrongCellCount, path: path, line: line,
          column: nil, expected: expected, found: found, remedy: "correct the row")
      }
      guard cells.count == names.count else {
        throw wrong("\(names.count) cells", "\(cells.count)")
      }
      guard let time = Double(cells[0]), time.isFinite else {
        throw wrong("a time in seconds", "'\(cells[0])'")
      }
      let duration = cells[1].isEmpty ? nil : Double(cells[1])
      guard cells[1].isEmpty || duration?.isFinite == true else {
        throw wrong("a duration in seconds, or nothing", "'\(cells[1])'")
      }
      markers.append(TimedMarker(time: time, duration: duration, text: cells[2]))
    }
    return markers
  }

  private static func cell(_ text: String, _ delimiter: Character) -> String {
    guard text.contains(where: { $0 == delimiter || $0 == quote || $0.isNewline }) else {
      return text
    }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  /// The rows' cells, each row with the number of its first line; empty lines are passed over.
  private static func rows(
    _ text: String, _ delimiter: Character
  ) -> [(line: Int, cells: [String])] {
    var rows: [(line: Int, cells: [String])] = []
    var cells = [""]
    var isQuoted = false
    var (line, first) = (1, 1)
    var characters = text[...]
    func isEmpty() -> Bool { cells == [""] }
    while let character = characters.popFirst() {
      if character.isNewline { line += 1 }
      if isQuoted {
        if character != quote {
          cells[cells.count - 1].append(character)
        } else if characters.first == quote {
          cells[cells.count - 1].append(quote)
          characters.removeFirst()
        } else {
          isQuoted = false
        }
      } else if character == quote, cells[cells.count - 1].isEmpty {
        isQuoted = true
      } else if character == delimiter {
        cells.append("")
      } else if character.isNewline {
        if !isEmpty() { rows.append((first, cells)) }
        cells = [""]
        first = line
      } else {
        cells[cells.count - 1].append(character)
      }
    }
    if !isEmpty() { rows.append((first, cells)) }
    return rows
  }
}

extension Double {
  /// The nearest whole nanosecond, where this is that but for rounding; itself elsewhere.
  var withoutDust: Double {
    let neat = (self * 1e9).rounded() / 1e9 + 0
    return (neat - self).magnitude <= max(16 * magnitude.ulp, 1e-14) ? neat : self
  }
}
