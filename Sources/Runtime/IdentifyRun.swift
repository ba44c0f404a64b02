public import Configuration
internal import Devices
internal import Estimation
internal import Identification
internal import Musculoskeletal
internal import Pipeline
internal import Recordings
internal import Signals

/// Recordings identified offline: all windows at once, then tested on what was held out.
public struct IdentifyRun: Sendable {
  /// The recordings, by path (at least one).
  public var recordings: [String]
  /// The session; nil takes the one that the first recording carries.
  public var configuration: SessionConfiguration?
  /// Whether recordings that were cut short are used as far as they go.
  public var allowsTruncated = false
  /// How the search goes down.
  public var step = IdentifyStep.gaussNewton
  /// Whether other ways to the numbers are tried beside it.
  public var withBaselines = false

  /// An identification that has not run yet.
  public init(_ recordings: [String], configuration: SessionConfiguration? = nil) {
    precondition(!recordings.isEmpty, "something is identified from something")
    self.recordings = recordings
    self.configuration = configuration
  }

  /// Identifies; throws when a recording or the session cannot be used.
  public func run() throws -> IdentifyOutcome {
    var material = try IdentifyMaterial(self)
    let settings = material.assembly.configuration.identification
    var fit = OfflineIdentification(
      material.assembly.model, objective: material.objective, startCount: settings.starts,
      windowDuration: settings.window)
    fit.estimatesNoise = settings.estimatesNoise
    if step == .adam {
      if settings.estimatesNoise {
        throw SessionError(
          .usage, file: recordings[0],
          message: "gradient descent takes noise levels as they are stated",
          remedy: "leave out --step adam, or set identification.estimate_noise=false")
      }
      fit.solver = .adam(settings.adam)
    }
    guard let solution = fit.solve(material.splits) else {
      throw SessionError(
        .data, file: recordings[0], message: "no window could be fitted",
        remedy: "record more without gaps, or check the session's signals and model")
    }
    // what is predicted and judged from here on believes the sensors as the data do
    if let noise = solution.noise { material.assembly.model = fit.model.with(noise: noise) }
    let assembly = material.assembly
    let estimate = ParameterEstimate(
      solution.posterior, parameters: assembly.model.parameters, window: solution.windowCount - 1,
      end: solution.end,
      hasAnchor: assembly.model.limb.description.wearsKnownMass
        || material.splits.contains { $0.hasPayload || $0.hasExternalTorque },
      hasGains: assembly.hasGains, termination: solution.termination,
      evaluations: solution.evaluations, meanSquaredResidual: solution.meanSquaredResidual,
      innovation: solution.residual)
    var outcome = IdentifyOutcome(material: material, solution: solution, estimate: estimate)
    outcome.step = step
    if withBaselines {
      outcome.baselines = BaselineComparison(fit, material, evaluations: solution.evaluations).rows
    }
    return outcome
  }
}

/// How an identification goes down.
public enum IdentifyStep: String, Sendable, CaseIterable {
  /// Levenberg and Marquardt's damped Gauss-Newton steps.
  case gaussNewton = "gauss-newton"
  /// The paper's gradient descent.
  case adam
}

/// What an identification works on: the session on its recordings, split for fit and test.
struct IdentifyMaterial: Sendable {
  /// The session's stages on the first recording's streams.
  var assembly: SessionAssembly
  /// One split a recording.
  var splits: [RecordingSplit]
  /// The recordings with their digests.
  var files: [(path: String, sha256: String)]
  /// The true values by name, when the first subject is virtual [SI unit of each].
  var truth: [String: Double]
  /// What of the recordings is not used, a sentence each.
  var omissions: [String] = []
  /// Recordings that these begin where they ended, of crashed or earlier runs, with the one that says so.
  var continued: [(by: String, link: RecordingLink)] = []
  /// The clocks of each recording's streams at its end (recordings x streams).
  var clocks: [[StreamClockRow]] = []
  /// Samples of angle sensors and EMG that a frame reads from after its own time [s].
  var lookAhead: Double

  /// Reads every recording of `run`.
  ///
  /// - Parameter heldOut: the part of each that is not fitted; nil takes the session's [1].
  init(_ run: IdentifyRun, heldOut: Double? = nil) throws {
    var assembly: SessionAssembly?
    var splits: [RecordingSplit] = []
    var files: [(path: String, sha256: String)] = []
    var truth: [String: Double] = [:]
    var session = run.configuration
    for input in RecordingInput.grouped(run.recordings) {
      let path = input.path
      let source = try input.source(session, salvaging: run.allowsTruncated)
      if source.lostByteCount > 0, !run.allowsTruncated {
        throw SessionError(
          .data, file: path,
          message: "the recording was cut short: its last \(source.lostByteCount) bytes, from byte "
            + "\(source.byteCount - source.lostByteCount), are no whole chunk",
          remedy: "use what is whole with --allow-truncated, or restore it from a copy")
      }
      try source.requireStreams(path)
      if session == nil { session = try source.preamble?.session() }
      guard let session else {
        throw SessionError(
          .usage, file: path, message: "the recording carries no session configuration",
          remedy: "name one with --config")
      }
      let own = try SessionAssembly(session, streams: source.streams)
      let (stretches, clocks) = try Self.stretches(of: source, own.pipeline)
      self.clocks.append(clocks)
      if stretches.isEmpty {
        throw SessionError(
          .data, file: path, message: "no stretch of the recording is complete",
          remedy: "all of the session's streams must run at the same time, without gaps")
      }
      splits.append(
        RecordingSplit(
          stretches, heldOut: heldOut ?? session.identification.heldOut.fraction))
      files.append((path, try input.digest(source)))
      omissions += source.omissions.map { "\(path): \($0)" }
      if let link = source.preamble?.continues { continued.append((path, link)) }
      if assembly == nil {
        assembly = own
        truth = source.preamble?.truth ?? [:]
      }
    }
    guard let assembly else { preconditionFailure("an identification has recordings") }
    self.assembly = assembly
    self.splits = splits
    self.files = files
    self.truth = truth
    lookAhead = assembly.pipeline.lookAhead
  }

  /// What the fit is asked to predict; nil where it fits one-step errors.
  var objective: PredictionObjective? {
    guard let fit = assembly.configuration.identification.prediction else { return nil }
    let count = assembly.pipeline.coordinateCount
    return PredictionObjective(
      plan: PredictionPlan(fit.plan, contact: assembly.contact),
      error: Array(repeating: fit.error, count: count),
      correlationTime: fit.correlationTime)
  }

  /// Takes a recording through the pipeline into stretches as long as nothing is missing.
  private static func stretches(
    of source: RecordingSource, _ configuration: PipelineConfiguration
  ) throws -> ([MotionStretch], [StreamClockRow]) {
    var source = source
    // windows of one measurement lose nothing at the ends of a stretch
    var configuration = configuration
    configuration.windowSteps = configuration.measurementStride
    var pipeline = Pipeline(configuration)
    var block = SampleBlock(capacity: source.blockCapacity)
    var stretches: [MotionStretch] = []
    while true {
      let step = try source.next(into: &block)
      if step == .end {
        return (
          stretches,
          configuration.streams.indices.map { index in
            StreamClockRow(
              configuration.streams[index].name,
              StreamClock(
                figures: pipeline.clock(ofStream: index), sync: pipeline.sync(ofStream: index)))
          }
        )
      }
      // what the live session did with its estimates has no bearing on the signals
      if case .adoption = step { continue }
      if case .skipped = step { continue }
      pipeline.consume(step, block: block)
      _ = pipeline.takeEvents()
      for window in pipeline.takeWindows() {
        if window.followsPrevious, !stretches.isEmpty {
          stretches[stretches.count - 1].append(window)
        } else {
          stretches.append(MotionStretch(window))
        }
      }
    }
  }
}

extension SessionAssembly {
  /// The contact that predictions stay clear of.
  var contact: FloorContact? {
    guard let contact = configuration.identification.contact,
      let free = model.limb.skeleton.modelCoordinates.firstIndex(of: contact.coordinate)
    else { return nil }
    return FloorContact(coordinate: free, angle: contact.angle)
  }
}

extension PredictionPlan {
  /// The plan that a session file gives.
  init(_ configuration: PredictionConfiguration, contact: FloorContact?) {
    self.init(
      lead: configuration.lead, duration: configuration.duration,
      interval: configuration.interval, contact: contact)
  }
}
