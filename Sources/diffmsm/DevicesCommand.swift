import ArgumentParser
import Runtime

/// What devices are known.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Shows described devices, those plugged in, and what comes from them.",
    subcommands: [List.self, Show.self, Probe.self, InstallUdev.self], defaultSubcommand: List.self)

  /// The folder that both commands look into.
  struct Folder: ParsableArguments {
    @Option(help: ArgumentHelp("Where device files stand.", valueName: "path"))
    var folder = DeviceCatalogue.usualFolder
  }

  /// What is chosen of a device.
  struct Settings: ParsableArguments {
    @Option(
      name: .customLong("set"),
      help: ArgumentHelp(
        "Choose a setting of the device, as in gain=12; may be repeated.",
        valueName: "setting=choice"))
    var settings: [String] = []

    /// The choices by name.
    var chosen: [String: String] {
      get throws {
        try Dictionary(
          settings.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
              throw ValidationError("--set is \"\(text)\"; write SETTING=CHOICE, as in gain=12")
            }
            return (parts[0], parts[1])
          }, uniquingKeysWith: { $1 })
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the known devices.")

    @OptionGroup var folder: Folder
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
      var catalogue = try DeviceCatalogue(folder: folder.folder)
      if !json { catalogue.look() }
      announce(json ? catalogue.json : catalogue.lines.joined(separator: "\n"))
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Shows one device: packet, counter, every channel.")

    @Argument(help: ArgumentHelp("The device's name, or the path of its file."))
    var name: String
    @OptionGroup var folder: Folder
    @OptionGroup var settings: Settings
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
      let device = try DeviceCatalogue.device(
        name, folder: folder.folder, settings: try settings.chosen)
      announce(json ? device.json : device.lines.joined(separator: "\n"))
    }
  }

  struct Probe: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "probe", abstract: "Opens a device, streams, and says how well its samples come."
    )

    @Argument(help: ArgumentHelp("The device's name, or the path of its file."))
    var name: String
    @OptionGroup var folder: Folder
    @OptionGroup var settings: Settings
    /// How long samples are taken [s].
    @Option(help: ArgumentHelp("How long, in seconds.", valueName: "s"))
    var seconds = 5.0
    @Option(help: ArgumentHelp("Take the device with this serial number only."))
    var serial: String?
    @Option(help: ArgumentHelp("Write every sample into this table.", valueName: "file.csv"))
    var dump: String?
    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
      guard seconds > 0, seconds <= 86400 else {
        throw ValidationError("--seconds is \(seconds); write more than 0 and at most 86400")
      }
    }

    func run() throws {
      var probe = DeviceProbe(
        name, folder: folder.folder, seconds: seconds, serial: serial, dump: dump)
      probe.settings = try settings.chosen
      let result = try probe.run { complain([$0]) }
      announce(json ? result.json : result.lines.joined(separator: "\n"))
    }
  }

  struct InstallUdev: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "install-udev",
      abstract: "Prints the udev rules that let users open the described devices.")

    @OptionGroup var folder: Folder
    @Flag(help: "Print the rules; nothing is installed without being asked to by root.")
    var print = false

    func run() throws {
      let rules = try DeviceCatalogue(folder: folder.folder).udevRules
      announce(rules.joined(separator: "\n"))
    }
  }
}
