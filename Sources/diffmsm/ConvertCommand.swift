import ArgumentParser
import Configuration
import Recordings
import Runtime

/// Files of other programs to a recording, and back.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Joins files on one timeline and writes them in another format.",
    discussion: """
      Reads .csv, .tsv, .txt (also Delsys exports), .sto, .mot, .trc, .bdf, .edf, .c3d and .xdf. Writes what \
      the ending of --output names: .xdf, .csv, .tsv, .sto, .mot, .bdf (BDF+ with annotations), or, for a name \
      without ending, a folder of EMG-BIDS. Columns of tables carry their unit in their name, as in RF_mV, \
      RF [mV] or RF (mV), or in a second line; the import section of a session file says which column is \
      which where names do not.
      """)

  @Argument(help: ArgumentHelp("The files.", valueName: "in"))
  var inputs: [String]
  @Option(help: ArgumentHelp("What to make.", valueName: "out"))
  var output: String
  @Option(help: ArgumentHelp("A session file whose import section is used.", valueName: "file"))
  var config: String?
  @Option(
    help: ArgumentHelp(
      "Add seconds to a stream's times; may be repeated.", valueName: "stream=seconds"))
  var shift: [StreamShift] = []
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Write these streams only.", valueName: "stream"))
  var streams: [String] = []
  @Option(
    help: ArgumentHelp(
      "What to write: the recorded signals, or what the session's model makes of them.",
      valueName: "signals|angles|activations|torques|forces"))
  var of = MotionQuantity.signals
  @Option(
    help: ArgumentHelp(
      "With --of: the parameters that identify found; by default those that the recorded session "
        + "adopted.", valueName: "result.json"))
  var result: String?
  @Option(help: "The subject's code in .bdf files and BIDS folders.")
  var subject: String?
  @Option(help: "The task's name in BIDS folders.")
  var task = "movement"
  @Flag(help: "Use what is whole of recordings that are damaged.")
  var allowTruncated = false
  @Flag(help: "Replace what exists.")
  var force = false

  func run() throws {
    let session = try config.map { try SessionFile.read($0) }
    var conversion = StreamConversion(inputs: inputs, output: output, overwrite: force)
    conversion.allowsTruncated = allowTruncated
    conversion.mappings = session?.fileMappings ?? []
    for shift in shift { conversion.shifts[shift.stream, default: 0] += shift.seconds }
    conversion.streams = streams
    conversion.subject = subject ?? session?.subjectCode ?? "01"
    conversion.task = task
    conversion.powerLineFrequency = session?.filters.mainsNotch
    let outcome: StreamConversion.Outcome
    if of == .signals {
      outcome = try conversion.convert()
    } else {
      try conversion.requireEnding()
      var motion = MotionContent(inputs, configuration: session, result: result)
      motion.allowsTruncated = allowTruncated
      outcome = try conversion.write(try motion.content([of]))
    }
    complain(outcome.notes.map { "note: \($0)" })
    for (stream, span) in zip(outcome.streams, outcome.spans) {
      let rate = stream.nominalRate > 0 ? "\(stream.nominalRate) Hz" : "irregular"
      announce(
        "\(stream.name): \(stream.sampleCount) samples, \(rate), \(stream.gapCount) gaps, "
          + "\(Self.microseconds(span.lowerBound)) to \(Self.microseconds(span.upperBound)) s")
    }
    for file in outcome.files {
      announce(file.hasSuffix(".xdf") ? "recording: \(file)" : "written: \(file)")
    }
  }
}

extension ConvertCommand {
  /// Seconds to the microsecond, and zero without a sign.
  private static func microseconds(_ seconds: Double) -> Double {
    (seconds * 1e6).rounded() / 1e6 + 0
  }
}

/// What is added to the times of one stream.
struct StreamShift: ExpressibleByArgument {
  /// The stream's name.
  var stream: String
  /// What is added [s].
  var seconds: Double

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="), equals != argument.startIndex,
      let seconds = Double(argument[argument.index(after: equals)...]), seconds.isFinite
    else { return nil }
    stream = String(argument[..<equals])
    self.seconds = seconds
  }
}
