import ArgumentParser
import Devices
import Services

/// Arms the controller feed.
struct ArmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arm",
    abstract:
      "Arms the running session's controller feed, or says everything that speaks against it.",
    discussion: """
      A session always starts disarmed: its messages are marked as shadow and controllers do not act on them. Exit \
      code 69 when something speaks against arming.
      """)

  @OptionGroup var control: ControlOptions

  func run() throws { try control.tell(.arm) }
}

/// Disarms the controller feed.
struct DisarmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disarm",
    abstract: "Disarms the running session's controller feed at once; acknowledges a fault.")

  @OptionGroup var control: ControlOptions

  func run() throws { try control.tell(.command(.disarm)) }
}
