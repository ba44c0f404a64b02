/// How a diagnosis works and when it accuses.
public struct DiagnosisConfiguration: Sendable, Hashable {
  /// Duration of a window with a start of its own [s].
  public var windowDuration = 0.2
  /// Windows that stand for the session [1].
  public var windowLimit = 72
  /// Evaluations of a hypothesis that is taken seriously, at the sensors' own noise [1].
  public var evaluations = 25
  /// Evaluations of any hypothesis [1].
  public var screeningEvaluations = 14
  /// One window in so many is used to screen hypotheses [1].
  public var thinning = 4
  /// Factor on the sensors' noise when hypotheses are screened [1].
  public var bluntness = 10.0
  /// Hypotheses that are taken seriously [1].
  public var finalists = 3
  /// Residual level, relative to that of the best two screened, above which nothing is taken seriously [1].
  public var hopeless = 5.0
  /// Mean squared whitened residual from which discrete hypotheses are tried [1].
  public var residualGate = 1.2
  /// Turns of finding and refitting a payload event [1].
  public var payloadRounds = 3
  /// Cosine of the angle between two muscles' moment arms from which they are near-synergists [1].
  public var synergyAlignment = 0.9
  /// Fall of the negative log posterior from which a fault is named, in units of the residual level [1].
  public var evidenceLimit = 20.0
  /// Windows below which a session is too short to judge [1].
  public var leastWindows = 25
  /// Part of the misfit that a fault must explain to be named [1].
  public var explainedShare = 0.5
  /// The same where the session expects disturbed activations or torques, which leave a misfit anyway [1].
  public var explainedShareAmongDisturbances = 0.8
  /// Mean squared whitened residual above which a session that nothing explains is called misfitted [1].
  public var misfitLimit = 4.0

  /// The documented defaults.
  public init() {}
}
