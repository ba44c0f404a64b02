import Algebra
import ArgumentParser
import CrossCheck
import Runtime

/// Whether activations follow excitations by their own dynamics.
enum SwitchOption: String, ExpressibleByArgument, CaseIterable {
  case on
  case off
}

/// How a simulation is integrated.
enum IntegratorOption: String, ExpressibleByArgument, CaseIterable {
  case own
  case princeDormand = "gsl-rk8pd"
  case backwardDifferentiation = "gsl-msbdf"
}

/// A model moved by activations.
struct ModelSimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Moves a model by activations over time.",
    discussion: """
      The table has a column t, evenly spaced, and one for each muscle: activations, or excitations with \
      --activation-dynamics on. Between rows they follow a cubic spline with continuous second \
      derivative. Without --step the steps adapt to --tolerance. The product's own integrator is \
      explicit and of order 8, or Radau IIA of order 5 where tendons are elastic.
      """)

  @OptionGroup var model: ModelOptions
  @Option(help: ArgumentHelp("The table of activations: CSV, .sto or .mot.", valueName: "table"))
  var activations: String
  @Option(
    help: ArgumentHelp(
      "Start values, SI units and radians; COORDINATE_u for speeds.",
      valueName: "coordinate=value,..."))
  var initial: [String] = []
  @Option(help: "Whether activations follow the table by their own dynamics.")
  var activationDynamics = SwitchOption.off
  @Option(help: "How to integrate.")
  var integrator = IntegratorOption.own
  /// A fixed step [s].
  @Option(help: "A fixed step, in seconds.")
  var step: Double?
  /// Error of a step, relative and absolute [1].
  @Option(help: "Error of a step, relative and absolute, where steps adapt.")
  var tolerance = 1e-10
  @Option(help: ArgumentHelp("The table to write.", valueName: "out.csv"))
  var output: String
  @Flag(help: "Replace the output if it exists.")
  var force = false

  func validate() throws {
    if let step, !(step > 0 && step.isFinite) {
      throw ValidationError("--step is \(step); give a number above zero")
    }
    guard tolerance >= 1e-14, tolerance <= 0.1 else {
      throw ValidationError("--tolerance is \(tolerance); give a number from 1e-14 to 0.1")
    }
    if step != nil, integrator != .own {
      throw ValidationError("--step is for the product's own integrator; GSL's steps always adapt")
    }
  }

  func run() throws {
    let integration: ModelSimulation.Integration =
      switch integrator {
      case .own:
        .own(step.map { .fixed($0) } ?? .adaptive(tolerance: tolerance))
      case .princeDormand: .library(.princeDormand, tolerance: tolerance)
      case .backwardDifferentiation: .library(.backwardDifferentiation, tolerance: tolerance)
      }
    let simulation = ModelSimulation(
      model: model.choice, activations: activations, initial: try startValues(),
      hasActivationDynamics: activationDynamics == .on, integration: integration, output: output,
      overwrites: force)
    let notes = try simulation.run()
    if !notes.isEmpty { complain(notes) }
  }

  /// The start values, taken apart.
  private func startValues() throws -> [(name: String, value: Double)] {
    try initial.flatMap { $0.split(separator: ",") }.map { pair in
      let sides = pair.split(separator: "=", omittingEmptySubsequences: false).map { side in
        String(side.filter { $0 != " " })
      }
      guard sides.count == 2, let value = Double(sides[1]), value.isFinite else {
        throw ValidationError("--initial holds \"\(pair)\"; write coordinate=value, ...")
      }
      return (sides[0], value)
    }
  }
}
