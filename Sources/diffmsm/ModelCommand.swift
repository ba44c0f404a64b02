import ArgumentParser
import Runtime

/// What concerns a model file.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Shows model files and writes identified numbers into them.",
    subcommands: [ModelShowCommand.self, ModelExportCommand.self])
}

/// What was read of a model.
struct ModelShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows what is read of an OpenSim model.",
    discussion: """
      Bodies, joints, coordinates, muscles, wrap objects, and what of the file is not read. Degrees and \
      milliseconds in the tables, SI units in the JSON. The drawing is a stick figure in the default pose.
      """)

  @Option(help: ArgumentHelp("The model.", valueName: "m.osim"))
  var model: String
  @Option(help: ArgumentHelp("Draw the model into this new SVG file.", valueName: "file.svg"))
  var svg: String?
  @Flag(help: "Leave out forces, constraints and wrap objects of unsupported kinds, and say so.")
  var ignoreUnsupported = false
  @Flag(help: "Replace the drawing if it exists.")
  var force = false
  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let drawing = try svg.map { try ResultFile(path: $0, overwrite: force) }
    let inspection = try ModelInspection(path: model, ignoringUnsupported: ignoreUnsupported)
    if !inspection.warnings.isEmpty { complain(inspection.warnings) }
    try drawing?.write(StickFigure(inspection.model).svg)
    announce(json ? inspection.json : inspection.lines.joined(separator: "\n"))
    if let svg { complain(["drawing: \(svg)"]) }
  }
}

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
