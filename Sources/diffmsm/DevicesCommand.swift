import ArgumentParser
import Runtime

/// What devices are known.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "Shows the devices that description files describe.",
    subcommands: [List.self, Show.self], defaultSubcommand: List.self)

  /// The folder that both commands look into.
  struct Folder: ParsableArguments {
    @Option(help: ArgumentHelp("Where device files stand.", valueName: "path"))
    var folder = "devices"
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the known devices.")

    @OptionGroup var folder: Folder
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
      let catalogue = try DeviceCatalogue(folder: folder.folder)
      announce(json ? catalogue.json : catalogue.lines.joined(separator: "\n"))
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows one device: packet, counter, every channel.")

    @Argument(help: ArgumentHelp("The device's name, or the path of its file."))
    var name: String
    @OptionGroup var folder: Folder
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
      let device = try DeviceCatalogue.device(name, folder: folder.folder)
      announce(json ? device.json : device.lines.joined(separator: "\n"))
    }
  }
}
