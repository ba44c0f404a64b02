import Foundation
import Signals

/// Why files could not be joined into one recording.
public enum ConversionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A table could not be read.
  case table(TableError)
  /// The recording could not be made.
  case recording(XDFError)
  /// A file's ending names no format that is read or written.
  case unknownEnding(path: String, known: String)
  /// No file was given.
  case nothingToConvert
  /// Two inputs would become streams of the same name.
  case sameName(String, first: String, second: String)

  /// One line: what, where, what to do.
  public var description: String {
    switch self {
    case .table(let error): error.description
    case .recording(let error): error.description
    case .unknownEnding(let path, let known):
      "\(path): expected a file ending among \(known), found another; rename or export the file"
    case .nothingToConvert: "expected at least one input file, found none; name one"
    case .sameName(let name, let first, let second):
      "\(second): expected a stream name of its own, found '\(name)' as in \(first); "
        + "rename one of the files"
    }
  }
}

/// Joins tables on one timeline into one recording, a stream for each, named by its file.
public struct StreamConversion: Sendable {
  /// A stream that was written.
  public struct Summary: Hashable, Sendable {
    /// The stream's name.
    public let name: String
    /// How many rows it has [samples].
    public let sampleCount: Int
    /// Its rate; zero when its rows are not regular [Hz].
    public let nominalRate: Double
    /// Places where rows are missing [1].
    public let gapCount: Int
  }

  /// The tables to join, by path (count).
  public var inputs: [String]
  /// The recording to make, by path.
  public var output: String
  /// Whether an existing recording may be replaced.
  public var overwrite: Bool

  /// A conversion that has not run yet.
  public init(inputs: [String], output: String, overwrite: Bool = false) {
    self.inputs = inputs
    self.output = output
    self.overwrite = overwrite
  }

  /// Reads every input, then writes the output; nothing is written when an input is bad.
  public func run() throws(ConversionError) -> [Summary] {
    guard Self.ending(output) == "xdf" else {
      throw .unknownEnding(path: output, known: ".xdf")
    }
    if inputs.isEmpty { throw .nothingToConvert }
    let names = try streamNames()
    var streams: [TimedStream] = []
    for (name, input) in zip(names, inputs) {
      do {
        streams.append(TimedStream(name: name, table: try DelimitedTable(path: input)))
      } catch {
        throw .table(error)
      }
    }
    do {
      var writer = try XDFWriter(path: output, overwrite: overwrite)
      var identifiers: [XDFStreamID] = []
      for stream in streams {
        identifiers.append(try writer.addStream(stream.header))
      }
      for (identifier, stream) in zip(identifiers, streams) {
        try stream.write(to: &writer, as: identifier)
        try writer.appendBoundary()
      }
      try writer.close()
    } catch {
      throw .recording(error)
    }
    return streams.map(\.summary)
  }

  /// File stems, with the folder before them where two are the same.
  private func streamNames() throws(ConversionError) -> [String] {
    let files = inputs.map { URL(fileURLWithPath: $0) }
    for (input, file) in zip(inputs, files) {
      guard ["csv", "tsv", "txt"].contains(Self.ending(file.path)) else {
        throw .unknownEnding(path: input, known: ".csv, .tsv, .txt")
      }
    }
    let stems = files.map { $0.deletingPathExtension().lastPathComponent }
    let names = zip(files, stems).map { file, stem in
      stems.count { $0 == stem } == 1
        ? stem : file.deletingLastPathComponent().lastPathComponent + "/" + stem
    }
    for (index, name) in names.enumerated() {
      if let first = names[..<index].firstIndex(of: name) {
        throw .sameName(name, first: inputs[first], second: inputs[index])
      }
    }
    return names
  }

  private static func ending(_ path: String) -> String {
    URL(fileURLWithPath: path).pathExtension.lowercased()
  }
}

/// A table with the rate and gaps that its time column shows.
private struct TimedStream {
  let name: String
  let table: DelimitedTable
  /// Zero when the rows are not regular [Hz].
  let nominalRate: Double
  /// Rows before which others are missing.
  let gaps: Set<Int>

  init(name: String, table: DelimitedTable) {
    self.name = name
    self.table = table
    let times = table.times
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }
    guard !steps.isEmpty else {
      nominalRate = 0
      gaps = []
      return
    }
    let median = steps.sorted()[steps.count / 2]
    // Regular: every step is a whole number of median steps to within 1 %; more than one is a gap.
    let isRegular = steps.allSatisfy {
      let count = max(1, ($0 / median).rounded())
      return abs($0 - count * median) < 0.01 * median
    }
    guard isRegular else {
      nominalRate = 0
      gaps = []
      return
    }
    gaps = Set(steps.indices.filter { steps[$0] > 1.5 * median }.map { $0 + 1 })
    // Counting all steps beats the median of rounded ones.
    let stepCount = steps.reduce(0) { $0 + ($1 / median).rounded() }
    let rate = stepCount / (times[times.count - 1] - times[0])
    nominalRate = abs(rate - rate.rounded()) < 1e-6 * rate ? rate.rounded() : rate
  }

  var summary: StreamConversion.Summary {
    StreamConversion.Summary(
      name: name, sampleCount: table.times.count, nominalRate: nominalRate, gapCount: gaps.count)
  }

  /// Values stay in the file's own unit, which the header names.
  var header: XDFStreamHeader {
    let type = contentType
    return XDFStreamHeader(
      name: name, type: type, nominalRate: nominalRate, format: .double64,
      channels: table.columns.map { XDFChannel(label: $0.name, unit: $0.unit, type: type) },
      createdAt: table.times.first ?? 0,
      uid: String(SHA256(name).description.prefix(32)))
  }

  private var contentType: String {
    let units = Set(table.columns.map { PhysicalUnit($0.unit)?.siUnit ?? "" })
    switch units {
    case ["V"]: return "EMG"
    case ["rad"], ["rad/s"], ["rad", "rad/s"]: return "Angle"
    case ["N"], ["N*m"], ["N", "N*m"]: return "Force"
    default: return "Mixed"
    }
  }

  /// Writes a tenth of a second a chunk, a new one at each gap, each row its own when irregular.
  func write(to writer: inout XDFWriter, as stream: XDFStreamID) throws(XDFError) {
    let columns = table.columns
    if columns.isEmpty { return }
    let longest = nominalRate > 0 ? max(1, Int(min(nominalRate * 0.1, 1e5))) : 1
    var block = SampleBlock(capacity: longest * columns.count)
    var row = 0
    while row < table.times.count {
      let first = row
      block.begin(stream: 0, channelCount: columns.count, firstSample: Int64(row))
      repeat {
        let sample = block.appendSample()
        for (channel, column) in columns.enumerated() {
          block[sample, channel] = column.values[row]
        }
        row += 1
      } while row < table.times.count && row - first < longest && !gaps.contains(row)
      try writer.append(stream, block: block, firstStamp: table.times[first])
    }
  }
}
