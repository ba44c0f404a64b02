import ArgumentParser
import Recordings

/// Tables to a recording.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Joins tables over time into one recording.",
    discussion: """
      Each CSV, TSV or TXT file becomes a stream called as the file is. One column is the time; the \
      others carry their unit in their name, as in RF_mV, RF [mV] or RF (mV).
      """)

  @Argument(help: ArgumentHelp("The tables.", valueName: "in"))
  var inputs: [String]
  @Option(help: ArgumentHelp("The recording to make.", valueName: "out.xdf"))
  var output: String
  @Flag(help: "Replace the recording if it exists.")
  var force = false

  func run() throws {
    let conversion = StreamConversion(inputs: inputs, output: output, overwrite: force)
    for stream in try conversion.run() {
      let rate = stream.nominalRate > 0 ? "\(stream.nominalRate) Hz" : "irregular"
      announce("\(stream.name): \(stream.sampleCount) samples, \(rate), \(stream.gapCount) gaps")
    }
    announce("recording: \(output)")
  }
}
