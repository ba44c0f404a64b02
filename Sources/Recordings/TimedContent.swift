import Foundation

/// A remark with its moment.
public struct TimedMarker: Hashable, Sendable {
  /// When it was made [s].
  public var time: Double
  /// How long it lasts; nil when the file does not say [s].
  public var duration: Double?
  /// What it says.
  public var text: String

  /// A remark at `time`.
  public init(time: Double, duration: Double? = nil, text: String) {
    self.time = time
    self.duration = duration
    self.text = text
  }
}

/// What a file of any format that is read holds: streams and remarks on one timeline.
public struct TimedContent: Sendable {
  /// The streams, in file order (count).
  public var streams: [TimedStream]
  /// The remarks, in time order (count).
  public var markers: [TimedMarker] = []
  /// What the user should know about the file, a sentence each.
  public var notes: [String] = []

  /// Endings of the files that can be read.
  public static let endings = [
    "csv", "tsv", "txt", "sto", "mot", "trc", "bdf", "edf", "c3d", "xdf",
  ]

  /// Reads the file at `path`, whose streams are called by `name`; `mapping` says which column is which, and
  /// `salvaging` takes what is whole of a recording that is damaged.
  public init(
    path: String, name: String, mapping: FileMapping? = nil, salvaging: Bool = false
  ) throws(ConversionError) {
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    let base = mapping?.stream ?? name
    var content: TimedContent
    switch ending {
    case "csv", "tsv", "txt": content = try Self.table(path: path, name: base, mapping: mapping)
    case "sto", "mot": content = try Self.openSimTable(path: path, name: base)
    case "trc": content = try Self.markers(path: path, name: base)
    case "bdf", "edf":
      content = try Self.orThrow { () throws(FileFormatError) in
        try BiosignalReader.content(path: path, name: base)
      }
    case "c3d":
      content = try Self.orThrow { () throws(FileFormatError) in
        try C3DReader(path: path).content(name: base)
      }
    case "xdf": content = try Self.recording(path: path, salvaging: salvaging)
    default:
      throw .unknownEnding(
        path: path, known: Self.endings.map { "." + $0 }.joined(separator: ", "))
    }
    if let mapping {
      content = try content.taking(mapping, path: path)
      for index in content.streams.indices { content.streams[index].move(by: mapping.shift) }
      for index in content.markers.indices { content.markers[index].time += mapping.shift }
    }
    self = content
  }

  /// Content of these streams and remarks.
  public init(streams: [TimedStream], markers: [TimedMarker] = [], notes: [String] = []) {
    self.streams = streams
    self.markers = markers
    self.notes = notes
  }

  private static func orThrow(
    _ read: () throws(FileFormatError) -> TimedContent
  ) throws(ConversionError) -> TimedContent {
    do { return try read() } catch { throw .format(error) }
  }

  private static func table(
    path: String, name: String, mapping: FileMapping?
  ) throws(ConversionError) -> TimedContent {
    do {
      let text = try DelimitedReader.bytes(path: path)
      if let markers = try MarkerTable.markers(text, path: path) {
        return TimedContent(streams: [], markers: markers)
      }
      if DelsysTable.isOne(text) { return try DelsysTable(text: text, path: path).content(name) }
      let table = try DelimitedTable(text: text, path: path, mapping: mapping)
      let columns = table.columns.map {
        TimedStream.Column(label: $0.name, unit: $0.unit, values: $0.values)
      }
      let stream =
        mapping?.rate.map {
          TimedStream(name: name, times: table.times, nominalRate: $0, columns: columns)
        } ?? TimedStream(name: name, times: table.times, columns: columns)
      let missing = table.columns.reduce(0) { $0 + $1.values.count(where: \.isNaN) }
      return TimedContent(
        streams: [stream],
        notes: missing > 0
          ? ["\(path): \(missing == 1 ? "1 cell is" : "\(missing) cells are") empty"] : [])
    } catch {
      throw .table(error)
    }
  }

  /// Keeps the columns that `mapping` names, under its labels and units.
  private func taking(
    _ mapping: FileMapping, path: String
  ) throws(ConversionError) -> TimedContent {
    if mapping.columns.isEmpty { return self }
    var taken = self
    for index in taken.streams.indices { taken.streams[index].columns = [] }
    for wanted in mapping.columns {
      var found: (stream: Int, column: TimedStream.Column)?
      for (index, stream) in streams.enumerated() where found == nil {
        let name = ColumnName(wanted.column)
        let column =
          stream.columns.first { $0.label == wanted.column }
          ?? stream.columns.first { $0.label == name.name && $0.unit == name.unit }
        if let column { found = (index, column) }
      }
      guard case (let stream, var column)? = found else {
        throw .noColumn(
          wanted.column, path: path, known: streams.flatMap { $0.columns.map(\.label) })
      }
      column.label = wanted.label
      if let unit = wanted.unit { column.unit = unit }
      taken.streams[stream].columns.append(column)
    }
    taken.streams.removeAll(where: \.columns.isEmpty)
    if taken.streams.count == 1, let name = mapping.stream { taken.streams[0].name = name }
    return taken
  }
}
