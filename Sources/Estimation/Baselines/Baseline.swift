public import Identification

/// Another way to numbers for the same limb, to be compared with the identification.
public enum Baseline: String, Sendable, Hashable, Codable, CaseIterable {
  /// The model as it is, nothing fitted.
  case nominal = "nominal_model"
  /// One factor on each muscle's force, all else nominal (Buongiorno et al. 2018).
  case gainPerMuscle = "gain_per_muscle"
  /// First the bones, from motion without torque or from the prior, then the muscles.
  case twoStage = "two_stage"
  /// Simulated annealing of the same residuals, the way CEINMS calibrates (Lloyd and Besier 2003).
  case annealing = "simulated_annealing"
  /// The extended Kalman filter with the unknowns in its state.
  case kalmanFilter = "extended_kalman_filter"

  /// What it does, in few words.
  public var words: String {
    switch self {
    case .nominal: "nominal model"
    case .gainPerMuscle: "one gain per muscle"
    case .twoStage: "two stages"
    case .annealing: "simulated annealing"
    case .kalmanFilter: "extended Kalman filter"
    }
  }
}

/// What a baseline came to.
public struct BaselineFit: Sendable {
  /// Which it is.
  public var baseline: Baseline
  /// The model whose unknowns it fitted.
  public var model: LimbEstimationModel
  /// What it found for them (the model's parameterCount) [theta's units].
  public var theta: [Double]
  /// Evaluations of the residuals of all windows with their derivatives, or what costs as much [1].
  public var evaluations: Int

  /// All numbers of the limb that it believes in.
  public var system: SystemParameters { model.parameters.system(at: theta) }

  /// The values that it gives to the unknowns of another identification of the same limb [their units].
  public func values(of parameters: ParameterSet) -> [Double] {
    let system = system
    return parameters.free.indices.map { parameters.value(of: $0, in: system) }
  }
}
