/// How a diagnosis works and when it accuses.
public struct DiagnosisConfiguration: Sendable, Hashable {
  /// Duration of a window with a start of its own [s].
  public var windowDuration = 0.2
  /// Windows that stand for the session [1].
  public var windowLimit = 72
  /// Evaluations of a hypothesis that is taken seriously [1].
  public var evaluations = 12
  /// Evaluations of any hypothesis [1].
  public var screeningEvaluations = 6
  /// One window in so many is used to screen hypotheses [1].
  public var thinning = 3
  /// Factor on the sensors' noise when hypotheses are screened [1].
  public var bluntness = 10.0
  /// Hypotheses that are taken seriously [1].
  public var finalists = 3
  /// Mean squared whitened residual from which discrete hypotheses are tried [1].
  public var residualGate = 1.2
  /// Turns of finding and refitting a payload event [1].
  public var payloadRounds = 4
  /// Cosine of the angle between two muscles' moment arms from which they are near-synergists [1].
  public var synergyAlignment = 0.9
  /// Fall of the negative log posterior from which a fault is named, in units of the residual level [1].
  public var evidenceLimit = 20.0
  /// Part of the misfit that a fault must explain to be named [1].
  public var explainedShare = 0.5

  /// The documented defaults.
  public init() {}
}
