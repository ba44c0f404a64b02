internal import Configuration
internal import Estimation
internal import Identification
internal import Musculoskeletal
internal import Pipeline
internal import RealTime
internal import Services
internal import Signals
internal import Synchronization

/// Makes messages for dashboards of what the session's threads leave behind, thirty times a second.
///
/// A thread of its own without priority: it reads what is there and nobody waits for it.
final class DashboardThread: Sendable {
  /// Where the messages go.
  let board = DashboardBoard()
  /// Where the pipeline leaves its columns and windows.
  let intake: DashboardIntake
  private let state: LiveState
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<WorkerThread?>(nil)
  private let untold = Mutex<[String]>([])

  /// Between two messages [ms].
  private static let interval = 33

  /// A thread for one session that has not started.
  init(_ configuration: PipelineConfiguration, state: LiveState) {
    intake = DashboardIntake(configuration)
    self.state = state
  }

  /// Starts; `status` is the session's at the moment it is asked for.
  func start(
    _ assembly: SessionAssembly, truth: [String: Double], isControllable: Bool,
    status: @escaping @Sendable () -> DaemonStatus
  ) throws {
    var writer = DashboardWriter(
      assembly, truth: truth,
      access: (controls: isControllable, arms: assembly.configuration.feed != nil))
    board.keep(.opening, writer.opening)
    let worker = try WorkerThread(name: "dashboard") { [self] in
      var turn = 0
      while !isStopping.load(ordering: .relaxed) {
        MonotonicClock.sleep(until: MonotonicClock.deadline(after: .milliseconds(Self.interval)))
        // most of the time nobody looks, and then only estimates are remembered
        let isWatched = board.audience.clients > 0
        let notices = untold.withLock { sentences in
          defer { sentences = [] }
          return sentences
        }
        if let message = writer.signals(intake, notices: notices, isWatched: isWatched) {
          board.post(message)
        }
        if turn % 8 == 0 { board.keep(.status, writer.status(status())) }
        if let message = writer.estimate(state.status.estimate) {
          board.keep(.estimate, message)
          board.refresh(.opening, writer.opening)
        }
        if let message = writer.prediction(intake, isWatched: isWatched) { board.post(message) }
        turn += 1
      }
    }
    thread.withLock { $0 = worker }
  }

  /// Keeps sentences for the next message; the oldest are dropped when nobody looks.
  func notice(_ news: [String]) {
    if news.isEmpty { return }
    untold.withLock { sentences in
      sentences += news
      sentences.removeFirst(max(0, sentences.count - 100))
    }
  }

  /// Stops and waits.
  func stop() {
    isStopping.store(true, ordering: .relaxed)
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }
}

/// The messages themselves; belongs to the dashboard's thread.
private struct DashboardWriter {
  private let assembly: SessionAssembly
  private var maker: DashboardFigureMaker
  private var column: TraceSample
  private var lastColumn: SampleTime?
  private var lastEstimate: ParameterEstimate?
  private var earlierEstimate: ParameterEstimate?
  private var lastWindow: Window?
  private var residual: WindowResidual
  private let prediction: HeldOutPrediction
  private var past: [DashboardMessage.Past] = []
  private let hello: DashboardMessage.Opening

  /// Estimates that newcomers are told of [1].
  private static let memory = 300

  init(
    _ assembly: SessionAssembly, truth: [String: Double], access: (controls: Bool, arms: Bool)
  ) {
    self.assembly = assembly
    let configuration = assembly.configuration
    let limb = assembly.model.limb
    maker = DashboardFigureMaker(
      limb, muscles: configuration.emg.map(\.muscles),
      hand: configuration.payload.map { ($0.place.body, $0.place.location) })
    column = TraceSample(assembly.pipeline)
    residual = WindowResidual(assembly.model)
    prediction = HeldOutPrediction(
      assembly.model,
      plan: PredictionPlan(lead: 0.3, duration: configuration.identification.window))
    let parameters = assembly.model.parameters
    hello = DashboardMessage.Opening(
      session: ConfigurationText(path: configuration.file, text: "").name,
      subject: configuration.subjectCode,
      virtual: configuration.sources.contains(where: \.isVirtual), controllable: access.controls,
      armable: access.arms,
      signals: configuration.emg.map { DashboardMessage.Opening.Signal(name: $0.name) },
      coordinates: limb.skeleton.modelCoordinates.map { limb.description.coordinates[$0].name },
      parameters: parameters.free.indices.map { index in
        let free = parameters.free[index]
        let mean = parameters.value(of: index, theta: free.priorMean)
        func bound(_ theta: Double?) -> Double? {
          theta.map { parameters.value(of: index, theta: $0) }.flatMap { $0.isFinite ? $0 : nil }
        }
        return DashboardMessage.Opening.Parameter(
          name: free.name, unit: free.unit, priorMean: mean,
          priorSd: free.isLogarithmic ? abs(mean) * free.priorDeviation : free.priorDeviation,
          lower: bound(free.wall?.bounds.lowerBound), upper: bound(free.wall?.bounds.upperBound),
          truth: truth[free.name])
      }, history: [])
  }

  /// What a newcomer must know.
  var opening: String {
    var hello = hello
    hello.history = past
    return DashboardMessage(hello: hello).json
  }

  /// The columns since the last call, and the limb as it is; nil when nobody looks or nothing is new.
  mutating func signals(
    _ intake: DashboardIntake, notices: [String], isWatched: Bool
  ) -> String? {
    var columns: [DashboardMessage.Column] = []
    while intake.columns.pop(&column) {
      let step = lastColumn.map { column.time.seconds(since: $0) } ?? 0
      lastColumn = column.time
      maker.advance(envelopes: column.envelopes, step: min(max(step, 0), 0.2))
      guard isWatched else { continue }
      func whole(_ value: Double, _ scale: Double) -> Int {
        let scaled = (value * scale).rounded()
        return abs(scaled) < 1e12 ? Int(scaled) : 0
      }
      columns.append(
        DashboardMessage.Column(
          n: column.number, t: rounded(column.time.seconds, 4),
          low: column.low.map { whole($0, 1e6) }, high: column.high.map { whole($0, 1e6) },
          envelope: column.envelopes.map { whole($0, 1000) },
          quality: column.quality.map(\.rawValue),
          angles: zip(column.angles, column.isMeasured).map { $1 ? rounded($0, 5) : nil }))
    }
    guard isWatched, !columns.isEmpty || !notices.isEmpty else { return nil }
    return DashboardMessage(
      samples: columns,
      figure: columns.isEmpty
        ? nil : maker.figure(angles: column.angles, payload: column.payload),
      notices: notices.isEmpty ? nil : notices
    ).json
  }

  /// How the session is getting on.
  func status(_ status: DaemonStatus) -> String {
    DashboardMessage(status: DashboardMessage.Status(state: status)).json
  }

  /// A new estimate; nil when it is still the same.
  mutating func estimate(_ estimate: ParameterEstimate?) -> String? {
    guard let estimate, estimate.window != lastEstimate?.window else { return nil }
    earlierEstimate = lastEstimate
    lastEstimate = estimate
    let deviations = estimate.valueDeviations(assembly.model.parameters)
    past.append(
      DashboardMessage.Past(window: estimate.window, values: estimate.values, sd: deviations))
    // of very many every second one is enough
    if past.count > Self.memory {
      past = past.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    }
    return DashboardMessage(
      estimate: DashboardMessage.Estimate(
        window: estimate.window, values: estimate.values, sd: deviations,
        status: estimate.status, scale: estimate.scale, unidentified: estimate.unidentified,
        meanSquaredResidual: estimate.meanSquaredResidual, innovation: estimate.innovation,
        crossCheck: estimate.crossCheck)
    ).json
  }

  /// The latest window as the numbers that did not know it foretell it from EMG; nil when there is no new one.
  mutating func prediction(_ intake: DashboardIntake, isWatched: Bool) -> String? {
    let last = lastWindow?.index ?? -1
    // a copy, for the pipeline's thread goes on in the same storage
    guard let window = intake.window.withLock({ $0.index == last ? nil : $0.separate }) else {
      return nil
    }
    defer { lastWindow = window }
    let known = [lastEstimate, earlierEstimate].compactMap { $0 }
      .first { $0.window < window.index }
    guard isWatched, let known, let before = lastWindow, window.followsPrevious,
      before.index == window.index - 1
    else { return nil }
    var stretch = MotionStretch(before)
    stretch.append(window)
    let lead = min(stretch.measurements(in: prediction.plan.lead), before.measurementCount)
    let start = before.measurementCount
    let task = HeldOutPrediction.Task(
      lead: stretch.window((start - lead)...start, index: 0), window: window)
    guard let angles = prediction.angles(.model, task, theta: known.theta, residual: &residual),
      angles.allSatisfy(\.isFinite)
    else { return nil }
    let count = assembly.model.limb.coordinateCount
    return DashboardMessage(
      prediction: DashboardMessage.Prediction(
        start: rounded(window.start.seconds, 4),
        interval: Double(window.measurementStride) * window.step,
        angles: (0..<count).map { coordinate in
          Swift.stride(from: coordinate, to: angles.count, by: count).map {
            rounded(angles[$0], 5)
          }
        })
    ).json
  }
}
