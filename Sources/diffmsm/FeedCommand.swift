import ArgumentParser
import Configuration
import Runtime

/// What a controller must be built for.
struct FeedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feed",
    abstract:
      "Says what a session feeds to controllers: the schema's hash, slots, limits and rates.",
    discussion: "A controller that was built for another hash refuses every message.")

  @Option(help: ArgumentHelp("The session.", valueName: "file"))
  var config: String
  @OptionGroup var settings: SettingOptions
  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let outline = try FeedOutline(try settings.session(config) as SessionConfiguration)
    announce(json ? outline.json : outline.lines.joined(separator: "\n"))
  }
}
