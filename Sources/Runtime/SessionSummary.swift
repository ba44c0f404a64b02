internal import Configuration
public import Identification
internal import Musculoskeletal
internal import Pipeline
internal import Signals

/// What a session came to: counts, the adopted estimate, and the truth where somebody knows it.
public struct SessionSummary: Sendable {
  /// The session's stages, with the unknowns' names and priors.
  public var assembly: SessionAssembly
  /// What happened.
  public var counts: SessionCounts
  /// The estimate in use at the end; nil when none was ever adopted.
  public var estimate: ParameterEstimate?
  /// The true values by name, when the subject is virtual [SI unit of each].
  public var truth: [String: Double]
  /// The recording that was made or read, by path.
  public var recording: String?
  /// Why the recording ended before the session; nil when it did not.
  var recordingEnd: RecordingEnd?
  /// True when somebody was led through a calibration to its end.
  var isGuideFinished = false
  /// Steps that the recorder was too slow for [steps].
  var unrecordedSteps = 0
  /// What became of devices on USB, one line each.
  public var deviceLines: [String] = []

  /// What is wrong with the recording; nil when it holds the whole session.
  public var recordingFault: SessionError? {
    guard let recording else { return nil }
    if let end = recordingEnd {
      return SessionError(
        .cannotWrite, file: recording,
        message:
          "the recording ends at \(fixed(end.time, 1)) s, before the session did: \(end.reason)",
        remedy: "free space, or set recording.folder to another disk")
    }
    guard unrecordedSteps > 0 else { return nil }
    return SessionError(
      .cannotWrite, file: recording,
      message: "the recording lacks \(unrecordedSteps) steps that the disk was too slow for",
      remedy: "record to a faster disk; the recording says from when to when")
  }

  /// A summary; see the properties.
  init(
    _ assembly: SessionAssembly, driver: SessionDriver, truth: [String: Double], recording: String?
  ) {
    self.assembly = assembly
    counts = driver.counts
    estimate = driver.pipeline.adopted
    self.truth = truth
    self.recording = recording
  }

  /// One unknown with all that is said about it.
  public struct Row: Sendable {
    /// Its name.
    public var name: String
    /// Its SI unit.
    public var unit: String
    /// The estimate [the parameter's unit].
    public var value: Double
    /// Its posterior standard deviation [the parameter's unit].
    public var deviation: Double
    /// The interval that holds the value with 95 % probability [the parameter's unit].
    public var interval: ClosedRange<Double>
    /// What was believed before [the parameter's unit].
    public var priorMean: Double
    /// How firmly [the parameter's unit].
    public var priorDeviation: Double
    /// Whether the data tell it.
    public var status: ParameterStatus
    /// The true value; nil when nobody knows it [the parameter's unit].
    public var truth: Double?
    /// Estimate minus truth over the standard deviation, in theta; nil when nobody knows the truth [1].
    public var errorInDeviations: Double?
  }

  /// One row for each unknown, in the order of theta; empty before the first estimate.
  public var rows: [Row] {
    estimate?.rows(assembly.model.parameters, truth: truth) ?? []
  }

  /// What fixes the scale of forces, in words.
  public var anchor: String {
    guard let estimate else { return "nothing was identified" }
    let configuration = assembly.configuration
    let gains =
      (assembly.hasGains ? "" : "; envelopes without MVC leave gain and force one product")
      + assembly.momentArmWords
    if counts.payloadWindows > 0, let payload = configuration.payload {
      let body = configuration.model.bodies[payload.place.body].name
      let words =
        "a payload of \(plain(counts.heaviestPayload)) kg at \(body) in "
        + "\(counts.payloadWindows) of \(counts.windows) windows, mass known to "
        + "\(plain(100 * payload.massDeviation)) %, place to "
        + "\(plain(1000 * payload.pointDeviation)) mm"
      return (estimate.scale == .newtons ? "" : "too weak: ") + words + gains
    }
    if let worn = configuration.wornMassWords {
      return (estimate.scale == .newtons ? "" : "too weak: ") + worn + gains
    }
    return "no payload was held; only the priors on mass, inertia and force" + gains
  }

  /// The mean error of the maximum isometric forces, of the estimate and of the model before it [1].
  public var meanForceError: (estimate: Double, model: Double)? {
    let parameters = assembly.model.parameters
    var errors: [(Double, Double)] = []
    for (index, row) in rows.enumerated() {
      guard case .muscle(_, .maxIsometricForce) = parameters.free[index].targets[0],
        let truth = row.truth
      else { continue }
      errors.append((abs(row.value / truth - 1), abs(row.priorMean / truth - 1)))
    }
    guard !errors.isEmpty else { return nil }
    let count = Double(errors.count)
    return (errors.reduce(0) { $0 + $1.0 } / count, errors.reduce(0) { $0 + $1.1 } / count)
  }

  /// How many maximum isometric forces, optimal fiber and tendon slack lengths are identified.
  public var identifiedMuscleNumbers: (identified: Int, of: Int, withinThreeDeviations: Int?) {
    let parameters = assembly.model.parameters
    var result = (identified: 0, of: 0, within: 0)
    for (index, row) in rows.enumerated() {
      switch parameters.free[index].targets[0] {
      case .muscle(_, .maxIsometricForce), .muscle(_, .optimalFiberLength),
        .muscle(_, .tendonSlackLength):
        result.of += 1
        guard row.status == .identified else { continue }
        result.identified += 1
        if let error = row.errorInDeviations, abs(error) <= 3 { result.within += 1 }
      default: continue
      }
    }
    return (result.identified, result.of, truth.isEmpty ? nil : result.within)
  }
}
