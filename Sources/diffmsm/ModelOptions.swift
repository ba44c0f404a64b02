import ArgumentParser
import Musculoskeletal
import Runtime

/// Whether tendons stretch.
enum TendonOption: String, ExpressibleByArgument, CaseIterable {
  case rigid
  case elastic
}

/// The equations that muscles follow.
enum MuscleModelOption: String, ExpressibleByArgument, CaseIterable {
  case deGrooteFregly2016 = "degroote-fregly-2016"
  case thelen2003 = "thelen-2003"
  case millard2012 = "millard-2012"
  case asFile = "as-file"
}

/// The options by which the `model` commands choose a model.
struct ModelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The OpenSim model.", valueName: "m.osim"))
  var model: String
  @Option(help: "The equations that all muscles follow.")
  var muscleModel = MuscleModelOption.asFile
  @Option(help: "Whether tendons stretch; as the file says if not given.")
  var tendon: TendonOption?
  /// Viscous damping of every coordinate [N·m·s/rad].
  @Option(help: "Viscous damping of every coordinate, N·m·s/rad.")
  var damping: Double?
  @Flag(help: "Leave out what is not supported where the rest still means something.")
  var ignoreUnsupported = false

  func validate() throws {
    if let damping, !(damping >= 0 && damping.isFinite) {
      throw ValidationError("--damping is \(damping); give a number that is not negative")
    }
  }

  /// The model chosen.
  var choice: ModelChoice {
    return ModelChoice(
      path: model, muscleModel: MuscleModelKind(rawValue: muscleModel.rawValue),
      isTendonRigid: tendon.map { $0 == .rigid },
      damping: damping, ignoringUnsupported: ignoreUnsupported)
  }
}
