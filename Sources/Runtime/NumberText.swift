internal import Foundation

/// The natural logarithm; named so that files without Foundation may use it [1].
func logarithm(_ value: Double) -> Double { log(value) }

/// A number with `digits` significant digits, without exponent where that is readable.
func significant(_ value: Double, digits: Int = 4) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  let magnitude = Int(log10(abs(value)).rounded(.down))
  guard (-4...6).contains(magnitude) else { return String(format: "%.\(digits - 1)e", value) }
  return String(format: "%.\(max(0, digits - 1 - magnitude))f", value)
}

/// A number with up to four significant digits and no zeros at its end.
func plain(_ value: Double) -> String { String(format: "%.4g", value) }

/// A number with so many digits behind the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  value.isFinite ? String(format: "%.\(digits)f", value) : "\(value)"
}

/// Texts in columns, the first to the left and the others to the right, two blanks between.
func table(_ rows: [[String]], leftColumns: Set<Int> = [0]) -> [String] {
  let count = rows.map(\.count).max() ?? 0
  let widths = (0..<count).map { column in
    rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    let cells = row.enumerated().map { column, text in
      let blanks = String(repeating: " ", count: widths[column] - text.count)
      return leftColumns.contains(column) ? text + blanks : blanks + text
    }
    let line = cells.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}
