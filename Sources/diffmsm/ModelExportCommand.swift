import ArgumentParser
import Runtime

/// A personalised model.
struct ModelExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes the identified parameters of a result into a copy of its model.",
    discussion: """
      Only the numbers of identified parameters change, every other byte of the model stays. A property \
      that the model leaves to OpenSim's default gets a line of its own. Parameters that a model file has \
      no place for, such as EMG gains, are listed.
      """)

  @Option(help: ArgumentHelp("The model that was identified.", valueName: "m.osim"))
  var model: String
  @Option(help: ArgumentHelp("The result of identify.", valueName: "result.json"))
  var parameters: String
  @Option(help: ArgumentHelp("The model to make.", valueName: "new.osim"))
  var output: String
  @Flag(help: "Replace the new model if it exists.")
  var force = false
  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let export = ModelExport(
      model: model, parameters: parameters, output: output, overwrite: force)
    let outcome = try export.run()
    announce(json ? outcome.json : outcome.lines.joined(separator: "\n"))
    complain(["model: \(output)"])
  }
}
