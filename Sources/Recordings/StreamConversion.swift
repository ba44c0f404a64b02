import Foundation

/// Joins files of any format that is read on one timeline, and writes them in any that is written.
///
/// A file becomes a stream, or one for each rate and kind it holds, named by its name. Times stay those of
/// the files, which are taken to share one zero unless shifted.
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

  /// What a conversion made.
  public struct Outcome: Sendable {
    /// The streams (count).
    public var streams: [Summary]
    /// Where each begins and ends (stream count) [s].
    public var spans: [ClosedRange<Double>]
    /// The files that were written, by path (count).
    public var files: [String]
    /// What the user should know about the inputs.
    public var notes: [String]
  }

  /// The files to join, by path (count).
  public var inputs: [String]
  /// What to make, by path; its ending names the format, and a folder's name an EMG-BIDS dataset.
  public var output: String
  /// Whether existing files may be replaced.
  public var overwrite: Bool
  /// Whether what is whole of damaged recordings is used.
  public var allowsTruncated = false
  /// Which column of which file is which (count).
  public var mappings: [FileMapping] = []
  /// What is added to the times of a stream, by its name [s].
  public var shifts: [String: Double] = [:]
  /// The streams to write; empty is all.
  public var streams: [String] = []
  /// Who wore the sensors: a code.
  public var subject = "01"
  /// What was done, for BIDS: letters and digits.
  public var task = "movement"
  /// The mains' frequency, for BIDS; nil when unknown [Hz].
  public var powerLineFrequency: Double?

  /// Endings of the files that can be written.
  public static let endings = [".xdf", ".csv", ".tsv", ".sto", ".mot", ".bdf"]

  /// A conversion that has not run yet.
  public init(inputs: [String], output: String, overwrite: Bool = false) {
    self.inputs = inputs
    self.output = output
    self.overwrite = overwrite
  }

  /// Reads every input, then writes the output; nothing is written when an input is bad.
  public func run() throws(ConversionError) -> [Summary] {
    try convert().streams
  }

  /// Reads every input, then writes the output, and says what was made.
  public func convert() throws(ConversionError) -> Outcome {
    try requireEnding()
    return try write(try content())
  }

  /// Refuses an output that names no format.
  public func requireEnding() throws(ConversionError) {
    let ending = Self.ending(output)
    guard ending.isEmpty || Self.endings.contains("." + ending) else {
      throw .unknownOutput(path: output, known: Self.endings.joined(separator: ", "))
    }
  }

  /// Writes what was read or computed, and says what was made.
  public func write(_ content: TimedContent) throws(ConversionError) -> Outcome {
    try requireEnding()
    let ending = Self.ending(output)
    // words alone have a place in these
    let hasMarkers = !content.markers.isEmpty && ["xdf", "csv", "tsv"].contains(ending)
    guard !content.streams.isEmpty || hasMarkers else { throw .nothingToWrite(inputs: inputs) }
    let files = try ContentWriter(self, content).write(ending: ending)
    var notes = content.notes
    if ["sto", "mot"].contains(ending), !content.markers.isEmpty {
      notes.append(
        "\(content.markers.count) markers have no place in .\(ending); .csv, .bdf and .xdf keep them"
      )
    }
    return Outcome(
      streams: content.streams.map(\.summary),
      spans: content.streams.map {
        ($0.times.first ?? 0)...max($0.times.first ?? 0, $0.times.last ?? 0)
      },
      files: files, notes: notes)
  }

  /// What the inputs hold, joined.
  public func content() throws(ConversionError) -> TimedContent {
    if inputs.isEmpty { throw .nothingToConvert }
    let names = try streamNames()
    var joined = TimedContent(streams: [])
    var origins: [String: String] = [:]
    for (name, input) in zip(names, inputs) {
      var content = try TimedContent(
        path: input, name: name, mapping: mappings.first { $0.matches(input) },
        salvaging: allowsTruncated)
      for index in content.streams.indices {
        let name = content.streams[index].name
        if let first = origins[name] { throw .sameName(name, first: first, second: input) }
        origins[name] = input
        content.streams[index].move(by: shifts[name] ?? 0)
      }
      joined.streams += content.streams
      joined.markers += content.markers
      joined.notes += content.notes
    }
    for name in streams + shifts.keys.sorted() where origins[name] == nil {
      throw .noStream(name, known: joined.streams.map(\.name))
    }
    if !streams.isEmpty { joined.streams.removeAll { !streams.contains($0.name) } }
    joined.markers.sort { $0.time < $1.time }
    return joined
  }

  /// File stems, with the folder before them where two are the same.
  private func streamNames() throws(ConversionError) -> [String] {
    let files = inputs.map { URL(fileURLWithPath: $0) }
    for (input, file) in zip(inputs, files)
    where !TimedContent.endings.contains(Self.ending(file.path)) {
      throw .unknownEnding(
        path: input, known: TimedContent.endings.map { "." + $0 }.joined(separator: ", "))
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

  static func ending(_ path: String) -> String {
    URL(fileURLWithPath: path).pathExtension.lowercased()
  }
}
