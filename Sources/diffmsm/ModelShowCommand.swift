import ArgumentParser
import Runtime

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
