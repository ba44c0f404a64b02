import ArgumentParser

/// What a model is and what it does, without any recording.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Looks into an OpenSim model, computes with it, and personalises it.",
    subcommands: [
      ModelShowCommand.self, ModelEvaluateCommand.self, ModelSimulateCommand.self,
      ModelExportCommand.self,
    ])
}
