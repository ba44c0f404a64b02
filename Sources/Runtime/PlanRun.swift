public import Configuration
internal import Devices
internal import Estimation
internal import Identification
internal import Musculoskeletal
internal import Pipeline
internal import Signals
internal import Simulation

/// A search for the trial that would tell most, given what is known so far.
public struct PlanRun: Sendable {
  /// The session; nil takes the one that the first recording carries.
  public var configuration: SessionConfiguration?
  /// What was recorded so far, by path; without any, the prior is all that is known.
  public var recordings: [String]
  /// How long the trial would last [s].
  public var duration: Double
  /// The parameters asked for, by name or pattern; empty asks for all that are no nuisances.
  public var patterns: [String]

  /// A search that has not run yet.
  public init(
    _ configuration: SessionConfiguration?, recordings: [String] = [], duration: Double = 15,
    patterns: [String] = []
  ) {
    precondition(configuration != nil || !recordings.isEmpty, "a plan is made for some session")
    self.configuration = configuration
    self.recordings = recordings
    self.duration = duration
    self.patterns = patterns
  }

  /// Searches; throws when a recording or the session cannot be used.
  public func run() throws -> PlanOutcome {
    let (assembly, fit, posterior) = try known()
    let configuration = assembly.configuration
    let wanted = try wanted(of: assembly)
    let subject = Self.usualSubject(assembly)
    let pipeline = assembly.pipeline
    let plan = TrialPlan(
      fit, present: posterior, wanted: wanted,
      grid: TrialGrid(
        step: pipeline.step, measurementStride: pipeline.measurementStride,
        historySteps: pipeline.historySteps), duration: duration)
    let alternatives = TrialCandidate.alternatives(
      to: subject, limits: Self.limits(assembly),
      payloads: configuration.payload == nil
        ? [] : Self.payloads(configuration.virtualSubject?.payload ?? 0))
    let proposals = plan.proposals(alternatives)
    guard let present = plan.presentDeviations, !proposals.isEmpty else {
      throw SessionError(
        .data, file: configuration.file, message: "no trial could be simulated",
        remedy: "check model and priors; the virtual subject must be able to hold its postures")
    }
    return PlanOutcome(
      parameters: assembly.model.parameters, wanted: wanted, present: present,
      proposals: proposals, duration: duration, recordings: recordings.count)
  }

  /// The session's stages, how trials would be fitted, and what is believed so far.
  private func known() throws -> (SessionAssembly, OfflineIdentification, ArrivalCost) {
    if recordings.isEmpty, let configuration {
      let streams = configuration.sources.compactMap { $0.device?.streamDescription }
      guard streams.count == configuration.sources.count else {
        throw SessionError(
          .usage, file: configuration.file,
          message: "the session's streams are known from a recording only",
          remedy: "name one with --recording")
      }
      let assembly = try SessionAssembly(configuration, streams: streams)
      let fit = OfflineIdentification(
        assembly.model, windowDuration: configuration.identification.window)
      return (assembly, fit, ArrivalCost(prior: assembly.model.parameters))
    }
    let run = IdentifyRun(recordings, configuration: configuration)
    let material = try IdentifyMaterial(run, heldOut: 0)
    let settings = material.assembly.configuration.identification
    let fit = OfflineIdentification(
      material.assembly.model, objective: material.objective, startCount: settings.starts,
      windowDuration: settings.window)
    guard let solution = fit.solve(material.splits) else {
      throw SessionError(
        .data, file: recordings[0], message: "no window could be fitted",
        remedy: "record more without gaps, or check the session's signals and model")
    }
    return (material.assembly, fit, solution.posterior)
  }

  /// The parameters asked for (indices into theta).
  private func wanted(of assembly: SessionAssembly) throws(SessionError) -> [Int] {
    let free = assembly.model.parameters.free
    var wanted: Set<Int> = []
    for pattern in patterns {
      let matches = free.indices.filter { free[$0].isNamed(by: pattern) }
      guard !matches.isEmpty else {
        throw SessionError(
          .usage, file: assembly.configuration.file,
          message: "'\(pattern)' is no parameter that the session frees",
          remedy: "it frees: \(free.map(\.name).joined(separator: ", "))")
      }
      wanted.formUnion(matches)
    }
    guard wanted.isEmpty else { return wanted.sorted() }
    let own = free.indices.filter {
      if case .payload = free[$0].targets[0] { false } else { true }
    }
    return own.isEmpty ? Array(free.indices) : own
  }

  /// How the session's subject moves, or the usual one where it has none of its own.
  private static func usualSubject(
    _ assembly: SessionAssembly
  ) -> Simulation.VirtualSubjectConfiguration {
    let configuration = assembly.configuration
    var own = configuration.virtualSubject ?? Configuration.VirtualSubjectConfiguration()
    if own.reach.isEmpty {
      // the middle three fifths, as sessions with a virtual device have it
      own.reach = limits(assembly).map { range in
        let margin = 0.2 * (range.upperBound - range.lowerBound)
        return (range.lowerBound + margin)...(range.upperBound - margin)
      }
    }
    return Simulation.VirtualSubjectConfiguration(
      seed: 1, truthSpread: 0, payload: 0, payloadPeriod: own.payloadPeriod,
      payloadMassDeviation: 0, payloadLocationDeviation: 0, reach: own.reach,
      reachDuration: own.reachDuration, holdDuration: own.holdDuration,
      coContraction: own.coContraction, coContractionSpread: own.coContractionSpread,
      electromechanicalDelay: configuration.activation.electromechanicalDelay)
  }

  /// How far each free coordinate may go [rad].
  private static func limits(_ assembly: SessionAssembly) -> [ClosedRange<Double>] {
    let limb = assembly.model.limb
    return limb.skeleton.modelCoordinates.map {
      let coordinate = limb.description.coordinates[$0]
      return coordinate.rangeMinimum...coordinate.rangeMaximum
    }
  }

  /// The loads that are weighed against each other [kg].
  private static func payloads(_ usual: Double) -> [Double] {
    usual > 0 ? [0.5 * usual, usual] : [1, 2]
  }
}
