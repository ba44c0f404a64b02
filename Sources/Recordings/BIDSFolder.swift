import Foundation

/// An EMG-BIDS dataset of one recording: BDF+ data with all the side files that the standard asks for.
struct BIDSFolder {
  /// What no file tells and the user may.
  struct Description {
    var subject = "01"
    var task = "movement"
    /// The mains' frequency; nil when unknown [Hz].
    var powerLineFrequency: Double?
    /// Filters of the signal chain, in words; nil for none.
    var softwareFilters: String?
    var start: [Int32]?
  }

  let root: String
  let description: Description
  let signals: BiosignalWriter

  init(
    _ content: TimedContent, root: String, description: Description
  ) throws(FileFormatError) {
    self.root = root
    self.description = description
    signals = try BiosignalWriter(content, path: root)
  }

  private var subject: String { Self.label(description.subject) }
  private var stem: String { "sub-\(subject)_task-\(Self.label(description.task))" }
  private var folder: String { "\(root)/sub-\(subject)/emg" }

  /// BIDS labels are letters and digits.
  static func label(_ text: String) -> String {
    let plain = text.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return plain.isEmpty ? "x" : plain
  }

  /// Writes the folder, which must not exist yet, or may be replaced file by file.
  func write(overwrite: Bool) throws(FileFormatError) {
    let data = "\(folder)/\(stem)_emg.bdf"
    guard overwrite || !FileManager.default.fileExists(atPath: data) else {
      throw FileFormatError(
        path: data, expected: "a new file", found: "one that exists",
        remedy: "choose another folder, or replace it with --force", isOutput: true)
    }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw failure(folder, error)
    }
    try signals.write(
      to: data,
      description: BiosignalWriter.Description(
        subject: description.subject, start: description.start))
    try json(
      "\(root)/dataset_description.json",
      [
        "Name": .text("DiffMSM recording of \(description.subject)"),
        "BIDSVersion": .text("1.11.0"),
        "DatasetType": .text("raw"), "License": .text("n/a"),
        "GeneratedBy": .list([.object(["Name": .text("DiffMSM")])]),
      ])
    try write(
      "\(root)/README",
      "EMG recorded with DiffMSM and exported as EMG-BIDS.\n\n"
        + "Intervals whose annotation begins with BAD hold no data.\n")
    try write("\(root)/participants.tsv", "participant_id\nsub-\(subject)\n")
    try json("\(folder)/\(stem)_emg.json", sidecar)
    try write("\(folder)/\(stem)_channels.tsv", channels)
    try write("\(folder)/\(stem)_electrodes.tsv", electrodes)
    try json(
      "\(folder)/\(stem)_coordsystem.json",
      [
        "EMGCoordinateSystem": .text("Other"), "EMGCoordinateUnits": .text("n/a"),
        "EMGCoordinateSystemDescription": .text(
          "Electrode positions were not measured; electrodes are named by their channel."),
      ])
    try write("\(folder)/\(stem)_events.tsv", events)
    try json(
      "\(folder)/\(stem)_events.json",
      [
        "trial_type": .object([
          "LongName": .text("Remark"),
          "Description": .text("What the operator or the program noted at this moment."),
        ])
      ])
  }

  private var sidecar: [String: JSONText] {
    let emg = signals.signals.filter(\.isEMG)
    var sidecar: [String: JSONText] = [
      "TaskName": .text(description.task),
      "EMGPlacementScheme": .text("Other"),
      "EMGPlacementSchemeDescription": .text("On the muscles that the channels are named after."),
      "EMGReference": .text("n/a"), "EMGGround": .text("n/a"),
      "SamplingFrequency": .number((emg.first ?? signals.signals.first)?.rate ?? 0),
      "PowerLineFrequency": description.powerLineFrequency.map { .number($0) } ?? .text("n/a"),
      "RecordingType": .text("continuous"), "EMGChannelCount": .number(Double(emg.count)),
      "SoftwareFilters": .text("n/a"),
    ]
    if let filters = description.softwareFilters {
      sidecar["SoftwareFilters"] = .object([
        "DiffMSM": .object(["Description": .text(filters)])
      ])
    }
    return sidecar
  }

  private var channels: String {
    var rows = [
      "name\ttype\tunits\tsignal_electrode\treference\tsampling_frequency\tdescription"
    ]
    for signal in signals.signals {
      let isEMG = signal.isEMG
      rows.append(
        "\(signal.label)\t\(isEMG ? "EMG" : "MISC")\t\(signal.unit)\t"
          + "\(isEMG ? signal.label : "n/a")\tn/a\t\(signal.rate)\tstream \(signal.stream)")
    }
    return rows.joined(separator: "\n") + "\n"
  }

  private var electrodes: String {
    let rows = signals.signals.filter(\.isEMG).map {
      "\($0.label)\tn/a\tn/a\tn/a"
    }
    return (["name\tx\ty\tz"] + rows).joined(separator: "\n") + "\n"
  }

  private var events: String {
    let rows = signals.markers.map { marker in
      "\(max(marker.time, 0))\t\(marker.duration.map { "\($0)" } ?? "n/a")\t"
        + (marker.text.isEmpty
          ? "n/a"
          : marker.text.map { $0.isWhitespace ? " " : String($0) }
            .joined())
    }
    return (["onset\tduration\ttrial_type"] + rows).joined(separator: "\n") + "\n"
  }

  private func write(_ path: String, _ text: String) throws(FileFormatError) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw failure(path, error)
    }
  }

  private func json(_ path: String, _ object: [String: JSONText]) throws(FileFormatError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try encoder.encode(object).write(to: URL(fileURLWithPath: path))
    } catch {
      throw failure(path, error)
    }
  }

  private func failure(_ path: String, _ error: any Error) -> FileFormatError {
    FileFormatError(
      path: path, expected: "a file to be written", found: error.localizedDescription,
      remedy: "check that the folder is yours and has room", isOutput: true)
  }
}

/// A value of a JSON side file.
enum JSONText: Encodable {
  case text(String)
  case number(Double)
  case list([JSONText])
  case object([String: JSONText])

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number):
      if let whole = Int(exactly: number) {
        try container.encode(whole)
      } else {
        try container.encode(number)
      }
    case .list(let list): try container.encode(list)
    case .object(let object): try container.encode(object)
    }
  }
}
