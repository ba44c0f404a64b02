import Foundation

/// The CSV export of Delsys EMGworks and Trigno: pairs of columns, each with a time of its own.
///
/// `Label: .. Sampling frequency: .. Unit: ..` lines come first, one a channel; channels of one kind and rate
/// (EMG, ACC, GYRO) become one stream. A shorter channel's cells are empty at the end.
struct DelsysTable {
  private struct Channel {
    var kind: String
    var label: String
    var unit: String
    /// Samples a second [Hz].
    var rate: Double
    /// Samples that the header announces [samples].
    var count: Int
    /// Time of the first sample [s].
    var start: Double
    /// The numbers so far (count) [unit].
    var values: [Double] = []
    /// Time of the last row that was read [s].
    var lastTime = 0.0
  }

  private let path: String
  private var channels: [Channel] = []

  /// True when the bytes begin as such an export does.
  static func isOne(_ text: [UInt8]) -> Bool {
    text.starts(with: Array("Label:".utf8))
      || text.starts(with: [0xEF, 0xBB, 0xBF] + Array("Label:".utf8))
  }

  init(text: [UInt8], path: String) throws(TableError) {
    self.path = path
    var lines = text.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    var number = 0
    var cells: [String] = []
    // the header ends with the line that names the columns
    while cells.isEmpty {
      guard let line = lines.popFirst() else {
        throw failure(
          .empty, line: number, expected: "a line of column names 'X[s],..'", found: "none",
          remedy: "export the file again")
      }
      number += 1
      let words = String(decoding: line, as: UTF8.self).trimming {
        $0.isWhitespace || $0 == "\u{FEFF}"
      }
      if words.hasPrefix("Label:") {
        channels.append(try Self.channel(words, line: number, path: path))
      } else if words.hasPrefix("X[") {
        cells = words.components(separatedBy: ",")
      }
    }
    guard cells.count == 2 * channels.count else {
      throw failure(
        .wrongCellCount, line: number, expected: "\(2 * channels.count) columns, two a label",
        found: "\(cells.count)", remedy: "export the file again, with time for every channel")
    }
    while let line = lines.popFirst() {
      number += 1
      try read(line, number: number)
    }
    guard channels.contains(where: { !$0.values.isEmpty }) else {
      throw failure(
        .empty, line: number, expected: "at least one row of numbers", found: "none",
        remedy: "export the file again")
    }
  }

  private mutating func read(_ line: ArraySlice<UInt8>, number: Int) throws(TableError) {
    let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x0D }
    if isBlank { return }
    guard cells.count == 2 * channels.count else {
      throw failure(
        .wrongCellCount, line: number, expected: "\(2 * channels.count) cells",
        found: "\(cells.count)", remedy: "the file was cut here: delete the incomplete row")
    }
    for index in channels.indices {
      let words = [cells[2 * index], cells[2 * index + 1]].map {
        String(decoding: $0, as: UTF8.self).trimming(while: \.isWhitespace)
      }
      if words[0].isEmpty && words[1].isEmpty { continue }
      guard let time = Double(words[0]), let value = Double(words[1]) else {
        throw failure(
          .notANumber, line: number, expected: "a time and a number for '\(channels[index].label)'",
          found: "'\(words[0])' and '\(words[1])'", remedy: "export the file again")
      }
      let channel = channels[index]
      let expected = channel.start + Double(channel.values.count) / channel.rate
      // written times have seven digits
      guard abs(time - expected) < 0.5 / channel.rate + 2e-6 * abs(time) else {
        throw failure(
          .timeNotIncreasing, line: number,
          expected: "time \(expected) of '\(channel.label)' at \(channel.rate) Hz",
          found: "\(time)", remedy: "the channel has a gap: export the parts one by one")
      }
      channels[index].values.append(value)
      channels[index].lastTime = time
    }
  }

  /// The channels by kind and rate, streams of `name`.
  func content(_ name: String) -> TimedContent {
    var streams: [TimedStream] = []
    var groups: [(kind: String, rate: Double, count: Int, start: Double)] = []
    for channel in channels where !channel.values.isEmpty {
      let key = (channel.kind, channel.rate, channel.values.count, channel.start)
      if !groups.contains(where: { $0 == key }) { groups.append(key) }
    }
    for group in groups {
      let members = channels.filter {
        ($0.kind, $0.rate, $0.values.count, $0.start) == group
      }
      var labels: Set<String> = []
      let columns = members.map { channel in
        let label = channel.label.distinct(from: labels)
        labels.insert(label)
        return TimedStream.Column(label: label, unit: channel.unit, values: channel.values)
      }
      let streamName = "\(name).\(group.kind)".distinct(from: Set(streams.map(\.name)))
      streams.append(
        TimedStream(
          name: streamName,
          times: (0..<group.count).map { group.start + Double($0) / group.rate },
          nominalRate: group.rate, columns: columns))
    }
    let short = channels.filter { $0.values.count < $0.count }
    let notes =
      short.isEmpty
      ? []
      : [
        "\(path): '\(short[0].label)' announces \(short[0].count) samples and has "
          + "\(short[0].values.count): the export was cut short"
      ]
    return TimedContent(streams: streams, notes: notes)
  }

  /// The channel that a line describes.
  ///
  /// As in `Label: Mini sensor 10: EMG 10 Sampling frequency: 1.259259e+003 Number of points: 81141 start: 0
  /// Unit: V Domain Unit: s`.
  private static func channel(
    _ line: String, line number: Int, path: String
  ) throws(TableError) -> Channel {
    let keys = ["Label:", "Sampling frequency:", "Number of points:", "start:", "Unit:"]
    var values: [String] = []
    var rest = line[...]
    for (index, key) in keys.enumerated() {
      guard let range = rest.range(of: key) else { break }
      rest = rest[range.upperBound...]
      let next = index + 1 < keys.count ? keys[index + 1] : "Domain Unit:"
      let end = rest.range(of: next)?.lowerBound ?? rest.endIndex
      values.append(rest[..<end].trimming(while: \.isWhitespace))
      rest = rest[end...]
    }
    guard values.count == keys.count, let rate = Double(values[1]), rate > 0,
      let count = Int(values[2]), let start = Double(values[3])
    else {
      throw TableError(
        kind: .wrongHeader, path: path, line: number, column: nil,
        expected: "'\(keys.joined(separator: " .. "))'", found: "'\(line.prefix(80))'",
        remedy: "export the file again from EMGworks")
    }
    // what follows the sensor's name: `EMG 10`, `ACC.X 10`
    let label = values[0].components(separatedBy: ": ").last ?? values[0]
    let kind = label.prefix(while: { $0.isLetter }).lowercased()
    return Channel(
      kind: kind.isEmpty ? "other" : kind, label: label, unit: values[4], rate: rate,
      count: count, start: start)
  }

  private func failure(
    _ kind: TableError.Kind, line: Int, expected: String, found: String, remedy: String
  ) -> TableError {
    TableError(
      kind: kind, path: path, line: line, column: nil, expected: expected, found: found,
      remedy: remedy)
  }
}
