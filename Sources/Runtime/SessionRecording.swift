public import Configuration
internal import Algebra
internal import Devices
internal import Foundation
internal import Identification
internal import Pipeline
public import Recordings
internal import Signals

/// The version of DiffMSM.
public let softwareVersion = "0.1.0"

extension SessionAssembly {
  /// A recorder of this session in a new file.
  func recorder(
    path: String, overwrite: Bool, truth: [String: Double], createdAt: String?,
    durability: SessionRecorder.Durability, inMidSession: Bool = false, follows: String? = nil
  ) throws(XDFError) -> SessionRecorder {
    let modelName = ConfigurationText(path: configuration.modelFile, text: "").name
    let others = configuration.files.map { NamedText(name: $0.name, text: $0.text) }
    var preamble = RecordingPreamble(
      softwareVersion: softwareVersion, createdAt: createdAt,
      configuration: NamedText(
        name: ConfigurationText(path: configuration.file, text: "").name,
        text: configuration.text),
      models: others.filter { $0.name == modelName },
      devices: others.filter { $0.name != modelName },
      parameterNames: model.parameters.free.map(\.name), truth: truth)
    preamble.platform = platform
    preamble.continues = continues
    preamble.resume = resume ?? ResumeState(prior: model.parameters)
    if inMidSession {
      preamble.beginsInMidSession = true
      preamble.resume?.filters = "as recorded"
      preamble.resume?.clocks = "as recorded"
    }
    preamble.follows = follows
    return try SessionRecorder(
      path: path, overwrite: overwrite, streams: pipeline.streams, preamble: preamble,
      start: SampleTime(nanoseconds: 0), durability: durability)
  }

  /// A session that begins with what `path`, an earlier recording of it, had learned.
  func continuing(_ path: String) throws -> SessionAssembly {
    let source = try RecordingSource(path: path, salvaging: true)
    let names = model.parameters.free.map(\.name)
    guard let preamble = source.preamble, preamble.parameterNames == names else {
      throw SessionError(
        .data, file: path, message: "the recording has other unknowns than this session",
        remedy: "continue it with the session that made it, or begin anew")
    }
    var session = self
    session.resume = source.finalState(names)
    session.continues = RecordingLink(
      file: URL(fileURLWithPath: path).lastPathComponent, sha256: source.fileHash.description,
      lostByteCount: source.lostByteCount, end: source.end)
    return session
  }
}

extension RecordingSource {
  /// What the session knew when the recording ended; nil when it had not learned anything.
  func finalState(_ names: [String]) -> ResumeState? {
    let earlier = preamble?.resume
    var latest: ParameterEstimate?
    var adopted = earlier?.adopted
    for event in events {
      switch Event(line: event.line) {
      case .adopted(let estimate, _)?:
        latest = estimate
        adopted = estimate
      case .refused(let estimate, _, _)?: latest = estimate
      default: continue
      }
    }
    guard let latest, latest.theta.count == names.count else { return earlier }
    return ResumeState(
      after: latest, adopted: adopted, parameterNames: names,
      hasAnchor: earlier?.hasAnchor == true || hasPayload || hasExternalTorque)
  }
}

extension ResumeState {
  /// The belief; nil when its covariance is none.
  func belief(_ parameters: ParameterSet) -> ArrivalCost? {
    let count = theta.count
    guard count == parameters.count else { return nil }
    if covariance.isEmpty {
      return ArrivalCost(
        mean: theta, information: Matrix(diagonal: deviations.map { 1 / ($0 * $0) }))
    }
    guard covariance.count == count * (count + 1) / 2 else { return nil }
    var matrix = Matrix(rows: count, columns: count)
    var place = 0
    for row in 0..<count {
      for column in 0...row {
        matrix[row, column] = covariance[place]
        matrix[column, row] = covariance[place]
        place += 1
      }
    }
    guard let information = Cholesky(matrix)?.inverse() else { return nil }
    return ArrivalCost(mean: theta, information: information)
  }
}

/// What a computation's last digits depend on.
let platform: String = {
  var system = utsname()
  uname(&system)
  let machine = withUnsafeBytes(of: &system.machine) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
  var name = [UInt8](repeating: 0, count: 64)
  let length = name.withUnsafeMutableBytes {
    confstr(
      Int32(_CS_GNU_LIBC_VERSION), $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
  }
  let library = String(decoding: name.prefix(max(length - 1, 0)), as: UTF8.self)
  return "\(machine), \(StepKernels.name) kernels, \(library)"
}()

extension RecordingPreamble {
  /// The session that made the recording, from the texts that it carries.
  public func session() throws(ConfigurationError) -> SessionConfiguration {
    try SessionFile.read(
      stored: ([configuration] + models + devices).map {
        ConfigurationText(path: $0.name, text: $0.text)
      })
  }

  /// True when `session` is made of the same texts.
  public func isMade(by session: SessionConfiguration) -> Bool {
    let mine = Set((models + devices).map { [$0.name, $0.text] })
    let others = Set(session.files.map { [$0.name, $0.text] })
    return configuration.text == session.text && mine == others
  }
}

/// The present moment in ISO 8601.
func dateTime() -> String { Date().formatted(.iso8601) }
