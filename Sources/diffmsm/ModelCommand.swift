import ArgumentParser

/// What a model is and what it does, without any recording.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Looks into an OpenSim model and computes with it.",
    subcommands: [ModelEvaluateCommand.self, ModelSimulateCommand.self])
}
