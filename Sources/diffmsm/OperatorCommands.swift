import ArgumentParser
import Configuration
import Devices
import Services

/// A remark in the running recording.
struct MarkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "marker",
    abstract: "Puts a remark into the running session, stamped and recorded.")

  @OptionGroup var control: ControlOptions
  @Argument(help: "The remark.")
  var text: [String]

  func run() throws { try control.tell(.command(.marker(text.joined(separator: " ")))) }
}

/// A payload in the hand.
struct PayloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "payload",
    abstract: "Tells the running session that a known payload is held, or that it is put down.",
    discussion: "From now on: diffmsm payload 2 kg, and afterwards diffmsm payload off.")

  @OptionGroup var control: ControlOptions
  @Argument(help: ArgumentHelp("A mass with its unit, or off.", valueName: "2 kg|off"))
  var mass: [String]

  func run() throws {
    let text = mass.joined(separator: " ")
    if text == "off" { return try control.tell(.command(.payloadOff)) }
    guard let mass = SessionMass(text) else {
      throw ValidationError("'\(text)' is no mass; write it with its unit, as in 2 kg, or off")
    }
    try control.tell(.command(.payload(kilograms: mass.kilograms)))
  }
}

/// Recordings of the running session.
struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Begins or ends a recording of the running session.",
    subcommands: [RecordStartCommand.self, RecordStopCommand.self])
}

/// Begins a recording.
struct RecordStartCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Begins a recording, in the session's folder or in a new file.")

  @OptionGroup var control: ControlOptions
  @Argument(help: ArgumentHelp("A new XDF file.", valueName: "file.xdf"))
  var path: String?

  func run() throws { try control.tell(.startRecording(path: path)) }
}

/// Ends a recording.
struct RecordStopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Ends the recording; the session goes on.")

  @OptionGroup var control: ControlOptions

  func run() throws { try control.tell(.stopRecording) }
}
