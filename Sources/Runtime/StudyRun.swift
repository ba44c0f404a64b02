public import Configuration
internal import Estimation
internal import Foundation
internal import Identification
internal import Musculoskeletal
internal import Simulation
internal import Synchronization

/// A study: the same simulated and identified over seeds, guesses and noise, on all cores.
public struct StudyRun: Sendable {
  /// The study.
  public var configuration: StudyConfiguration
  /// Trials; nil takes the study file's number [1].
  public var trials: Int?
  /// Number of the first trial, so that a study can go on where another ended [1].
  public var firstTrial = 0
  /// Trials at the same time [1].
  public var threads: Int
  /// Told after every trial, on any thread: trials done and all of them.
  public var progress: (@Sendable (Int, Int) -> Void)?

  /// A study that has not run yet.
  public init(_ configuration: StudyConfiguration, trials: Int? = nil) {
    self.configuration = configuration
    self.trials = trials
    threads = ProcessInfo.processInfo.activeProcessorCount
  }

  /// Runs every trial; throws when the study asks for what the model cannot.
  public func run() throws -> StudyOutcome {
    let design = try design()
    let count = trials ?? configuration.trials
    let results = Mutex<[TrialSlot]>([])
    let next = Atomic<Int>(0)
    let online =
      configuration.isOnline
      ? RecursionConfiguration(
        evaluations: configuration.identification.iterations,
        memory: configuration.identification.memory) : nil
    let window = configuration.identification.window
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let start = threadSeconds()
        let trial = try? StudyTrial(design, index: firstTrial + index)
        let result = trial.flatMap { StudyTrialResult($0, online: online, onlineWindow: window) }
        let slot = TrialSlot(
          index: firstTrial + index, result: result, seconds: threadSeconds() - start)
        let done = results.withLock {
          $0.append(slot)
          return $0.count
        }
        progress?(done, count)
      }
    }
    // in the trials' order, whatever the order they ended in
    let slots = results.withLock { $0.sorted { $0.index < $1.index } }
    return StudyOutcome(configuration: configuration, design: design, slots: slots)
  }

  /// The study's design.
  func design() throws(SessionError) -> StudyDesign {
    var limb = LimbModel(configuration.model, payload: configuration.payload?.place)
    if let limitation = limb.pathLimitations.first {
      throw SessionError(
        .configuration, file: configuration.modelFile, message: limitation.description,
        remedy: "deactivate the object in the model, or let via points stand for it")
    }
    if let order = configuration.identification.pathPolynomialOrder {
      limb = limb.withSurrogatePaths(PathSurrogateSettings(order: order)).0
    }
    let settings = configuration.subject
    let payload = configuration.payload
    let distance = payload?.place.location.norm ?? 0
    let subject = Simulation.VirtualSubjectConfiguration(
      seed: 0, truthSpread: settings.truthSpread, payload: settings.payload,
      payloadPeriod: settings.payloadPeriod,
      payloadMassDeviation: payload?.massDeviation ?? 0,
      payloadLocationDeviation: distance > 0 ? (payload?.pointDeviation ?? 0) / distance : 0,
      reach: settings.reach, reachDuration: settings.reachDuration,
      holdDuration: settings.holdDuration, coContraction: settings.coContraction,
      coContractionSpread: settings.coContractionSpread)
    let measurement = StudyMeasurement(
      interval: configuration.identification.measurementInterval,
      step: configuration.identification.step, angleNoise: configuration.angleNoise,
      rateNoise: configuration.rateNoise, activationNoise: configuration.envelopeNoise,
      activationCorrelationTime: configuration.envelopeCorrelationTime,
      envelopeCutOff: configuration.envelopeCutOff,
      gainSpread: configuration.gainSpread, delay: configuration.delay)
    return StudyDesign(
      limb: limb, subject: subject, measurement: measurement, duration: configuration.duration,
      parameters: ParameterSet(
        free: configuration.identification.free, base: configuration.baseParameters),
      noise: configuration.noiseModel)
  }
}

/// One trial's place in a study.
struct TrialSlot: Sendable {
  /// Number of the trial [1].
  var index: Int
  /// What came of it; nil when no start was finite.
  var result: StudyTrialResult?
  /// Processor time of simulation, fit and bound together [s].
  var seconds: Double
}

/// Processor time of the calling thread [s].
private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
