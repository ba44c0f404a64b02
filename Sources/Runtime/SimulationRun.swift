public import Configuration
internal import Devices
internal import Estimation
internal import Identification
internal import Recordings
internal import Signals
internal import Simulation

/// A virtual subject wearing virtual devices, lived as fast as the machine can, and recorded.
public struct SimulationRun: Sendable {
  /// The session.
  public var configuration: SessionConfiguration
  /// How long it lasts [s].
  public var duration: Double
  /// The virtual subject's seed; nil takes the session file's [1].
  public var seed: UInt64?
  /// The recording to make, by path.
  public var output: String
  /// Whether an existing recording may be replaced.
  public var overwrite: Bool

  /// The recording whose end is this session's beginning, by path; nil begins with the prior.
  public var continuing: String?

  /// A simulation that has not run yet.
  public init(
    _ configuration: SessionConfiguration, duration: Double, seed: UInt64? = nil, output: String,
    overwrite: Bool = false
  ) {
    self.configuration = configuration
    self.duration = duration
    self.seed = seed
    self.output = output
    self.overwrite = overwrite
  }

  /// Simulates, identifies as a live session would, and records both.
  public func run() throws -> SessionSummary {
    let virtual = try VirtualSession(configuration, duration: duration, seed: seed)
    let fresh = try SessionAssembly(configuration, streams: virtual.board.streams)
    let assembly = try continuing.map { try fresh.continuing($0) } ?? fresh
    var log = SessionLog(
      assembly.model.parameters,
      recorder: try assembly.recorder(
        path: output, overwrite: overwrite, truth: virtual.truth, createdAt: nil,
        durability: .onClose))
    var source = virtual.board
    var driver = SessionDriver(
      assembly.pipeline, estimation: .immediate(EstimatorWorker(assembly.estimator)),
      blockCapacity: source.blockCapacity, feed: assembly.feedStage)
    driver.resume(assembly.resume?.adopted)
    try drive(&source, &driver, &log)
    return SessionSummary(assembly, driver: driver, truth: virtual.truth, recording: output)
  }
}

/// Takes every step of `source` through `driver` to `log`, and closes it.
func drive<Source: SampleSource & ~Copyable>(
  _ source: inout Source, _ driver: inout SessionDriver, _ log: inout SessionLog
) throws {
  var entry = JournalEntry(capacity: source.blockCapacity)
  var next = JournalEntry(capacity: source.blockCapacity)
  while true {
    entry.step = try source.next(into: &entry.block)
    if case .end = entry.step { break }
    driver.take(&entry)
    try log.write(entry)
    while driver.takeFollowing(&next) { try log.write(next) }
  }
  driver.finish()
  while driver.takeFollowing(&next) { try log.write(next) }
  try log.close()
}
