internal import Foundation

/// The paths of markers as motion capture exports them (`.trc`).
public struct OpenSimMarkers: Sendable, Hashable {
  /// When each frame was taken (frameCount) [s].
  public var times: [Double]
  /// The markers' names (markerCount).
  public var names: [String]
  /// The unit of length as written.
  public var unit: String
  /// X, Y and Z of each marker, column by column; NaN where it was hidden (3 markerCount x frameCount) [unit].
  public var columns: [[Double]]

  /// Reads the file at `path`.
  public init(path: String) throws(OpenSimError) {
    try self.init(text: try OpenSimLines.text(path: path), path: path)
  }

  /// Reads the text of a file that `path` names in messages.
  public init(text: String, path: String) throws(OpenSimError) {
    var lines = OpenSimLines(text: text, path: path)
    guard let first = lines.next(), first.hasPrefix("PathFileType") else {
      throw lines.failure(
        "the file does not begin with \"PathFileType\"", "export the markers as a .trc file")
    }
    guard let keyLine = lines.next(), let valueLine = lines.next() else {
      throw lines.failure("the header is cut short", "export the file again")
    }
    let keys = OpenSimLines.cells(keyLine)
    let values = OpenSimLines.cells(valueLine)
    func value(_ key: String) throws(OpenSimError) -> String {
      guard let index = keys.firstIndex(of: key), index < values.count else {
        throw lines.failure("the header has no \(key)", "export the file again")
      }
      return values[index]
    }
    unit = try value("Units")
    guard let markerCount = Int(try value("NumMarkers")), markerCount > 0, markerCount < 100_000
    else { throw lines.failure("NumMarkers is no count", "export the file again") }
    guard let nameLine = lines.next() else {
      throw lines.failure("there is no line of marker names", "export the file again")
    }
    // names stand in every third column, so they may hold blanks but no tabs
    let cells = nameLine.split(separator: "\t").map {
      $0.trimmingCharacters(in: .whitespaces)
    }.filter { !$0.isEmpty }
    guard cells.count == markerCount + 2, cells[0].hasPrefix("Frame"), cells[1] == "Time" else {
      throw lines.failure(
        "there are \(max(cells.count - 2, 0)) marker names, and NumMarkers is \(markerCount)",
        "correct the header, or export the file again")
    }
    names = Array(cells.dropFirst(2))
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw lines.failure("the marker \(quoted(name)) occurs twice", "rename one of them")
    }
    _ = lines.next()  // X1 Y1 Z1 ...
    times = []
    columns = Array(repeating: [], count: 3 * markerCount)
    while let line = lines.nextFilled() {
      // blank cells are hidden markers, so tabs count
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard cells.count >= 2 else {
        throw lines.failure("the row has no time", "export the file again")
      }
      let time = try lines.number(Substring(cells[1].trimmingCharacters(in: .whitespaces)))
      try lines.requireLater(time, than: times.last)
      times.append(time)
      for column in columns.indices {
        let text =
          column + 2 < cells.count ? cells[column + 2].trimmingCharacters(in: .whitespaces) : ""
        columns[column].append(text.isEmpty ? .nan : try lines.number(Substring(text)))
      }
      if cells.dropFirst(2 + columns.count).contains(where: { $0.contains { !$0.isWhitespace } }) {
        throw lines.failure(
          "the row has more than \(columns.count) positions", "export the file again")
      }
    }
    guard let frames = Int(try value("NumFrames")), frames == times.count else {
      throw OpenSimError(
        file: path, line: 3,
        message: "NumFrames is not the number of rows, \(times.count)",
        remedy: "the file was cut or edited: export it again, or correct the number")
    }
  }
}
