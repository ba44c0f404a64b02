import ArgumentParser
import Runtime

/// A model's numbers at given states.
struct ModelEvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Computes lengths, moment arms, forces, mass matrix and torques at given states.",
    discussion: """
      The table of states has a column for each coordinate, COORDINATE_u for its speed and one for \
      each muscle's activation, in SI units and radians, and may have a column t. A muscle with an \
      elastic tendon is in equilibrium unless a column MUSCLE.normalized_tendon_force (De Groote-Fregly) \
      or MUSCLE.fiber_length (Thelen, Millard) gives its state. M.i.j counts coordinates from one.
      """)

  @OptionGroup var model: ModelOptions
  @Option(help: ArgumentHelp("The table of states: CSV, .sto or .mot.", valueName: "table"))
  var states: String
  @Option(help: ArgumentHelp("The table to write.", valueName: "out.csv"))
  var output: String
  @Flag(help: "Replace the output if it exists.")
  var force = false

  func run() throws {
    let evaluation = ModelEvaluation(
      model: model.choice, states: states, output: output, overwrites: force)
    let notes = try evaluation.run()
    if !notes.isEmpty { complain(notes) }
  }
}
