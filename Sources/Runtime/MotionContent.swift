internal import Algebra
public import Configuration
internal import Estimation
internal import Foundation
internal import Identification
internal import Musculoskeletal
internal import Pipeline
public import Recordings
internal import Signals

/// What a session's model makes of a recording, over time.
public enum MotionQuantity: String, Sendable, CaseIterable {
  /// The streams as they were recorded.
  case signals
  /// The joints' angles, by coordinate [rad].
  case angles
  /// The muscles' activations [1].
  case activations
  /// The torque of all muscles on each coordinate, `COORDINATE_moment` [N*m].
  case torques
  /// The muscles' tendon forces [N].
  case forces
}

/// Angles, activations, torques and forces of recordings, for other programs.
///
/// Frames come from the same pipeline as everything else. Parameters are a result's, else those that the
/// session last adopted, else the prior's.
public struct MotionContent: Sendable {
  /// The recordings, or files that make one, by path (at least one).
  public var inputs: [String]
  /// The session; nil takes the one that the recording carries.
  public var configuration: SessionConfiguration?
  /// What `identify` wrote, by path; nil takes what the session adopted.
  public var result: String?
  /// Whether recordings that were cut short are used as far as they go.
  public var allowsTruncated = false

  /// Quantities of these recordings.
  public init(
    _ inputs: [String], configuration: SessionConfiguration? = nil, result: String? = nil
  ) {
    self.inputs = inputs
    self.configuration = configuration
    self.result = result
  }

  /// From one piece of a stretch to the next: what is in memory at a time [1].
  private static let pieceMeasurements = 1000

  /// The streams of `quantities`, on the measurement grid, with a note on where parameters came from.
  public func content(_ quantities: [MotionQuantity]) throws -> TimedContent {
    guard RecordingInput.grouped(inputs).count == 1 else {
      throw SessionError(
        .usage, file: inputs[inputs.count - 1],
        message: "quantities of a model are written of one recording at a time",
        remedy: "convert the recordings one by one")
    }
    var run = IdentifyRun(inputs, configuration: configuration)
    run.allowsTruncated = allowsTruncated
    let material = try IdentifyMaterial(run, heldOut: 0)
    let (theta, note) = try parameters(material.assembly)
    var table = MotionTable(material.assembly.model, theta: theta)
    for stretch in material.splits.flatMap(\.stretches) {
      table.begin()
      var first = 0
      while first <= stretch.measurementCount {
        let last = min(first + Self.pieceMeasurements, stretch.measurementCount)
        table.append(stretch.window(first...max(last, first), index: 0), isFirst: first == 0)
        if last == stretch.measurementCount { break }
        first = last
      }
    }
    return TimedContent(streams: quantities.map(table.stream), notes: [note])
  }

  private func parameters(
    _ assembly: SessionAssembly
  ) throws -> (theta: [Double], note: String) {
    let set = assembly.model.parameters
    if let result { return (try theta(of: set, in: result), "parameters of \(result)") }
    let recording = inputs[0]
    if RecordingInput(files: inputs).isRecording {
      let source = try RecordingSource(path: recording)
      for recorded in source.events.reversed() {
        guard case .adopted(let estimate, _)? = Event(line: recorded.line),
          estimate.theta.count == set.count
        else { continue }
        return (
          estimate.theta, "parameters that the session adopted with window \(estimate.window)"
        )
      }
    }
    return (set.priorMean, "parameters of the prior: no result was given, and none was adopted")
  }

  private func theta(of set: ParameterSet, in path: String) throws(SessionError) -> [Double] {
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw SessionError(
        .noInput, file: path, message: "the result file cannot be read",
        remedy: "check that it exists and that you may read it")
    }
    guard let result = try? JSONDecoder().decode(ResultValues.self, from: contents) else {
      throw SessionError(
        .data, file: path, message: "the file is no result of an identification",
        remedy: "give the JSON file that diffmsm identify --output wrote")
    }
    return try set.free.indices.map { index throws(SessionError) in
      let name = set.free[index].name
      guard let value = result.parameters.first(where: { $0.name == name })?.value else {
        throw SessionError(
          .data, file: path, message: "the result has no \(name)",
          remedy: "give the result of this session")
      }
      let base = set.value(of: index, theta: 0)
      return set.free[index].isLogarithmic ? logarithm(value / base) : value - base
    }
  }
}

/// What is read of a result.
private struct ResultValues: Decodable {
  struct Parameter: Decodable {
    var name: String
    /// The identified value; nil when it is no number [its own unit].
    var value: Double?
  }

  var parameters: [Parameter]
}

/// Rows of angles, activations, torques and forces as they come.
private struct MotionTable {
  private let model: LimbEstimationModel
  /// The parameters (count) [1, or the quantity's unit].
  private let theta: [Double]
  private let system: SystemParameters
  private var residual: WindowResidual
  private var state: LimbState
  /// When each row was (rowCount) [s].
  private var times: [Double] = []
  private var gaps: Set<Int> = []
  /// Columns of each quantity, row by row (rowCount x columnCount) [its unit].
  private var rows: [MotionQuantity: [Double]] = [:]
  /// From one row to the next [s].
  private var interval = 0.0

  init(_ model: LimbEstimationModel, theta: [Double]) {
    self.model = model
    self.theta = theta
    system = model.parameters.system(at: theta)
    residual = WindowResidual(model)
    state = LimbState(model.limb)
  }

  /// Begins a stretch after a gap.
  mutating func begin() {
    if !times.isEmpty { gaps.insert(times.count) }
  }

  /// Adds the measurements of a window; the first is the last one's end unless it is a stretch's own.
  mutating func append(_ window: Window, isFirst: Bool) {
    let limb = model.limb
    let count = limb.coordinateCount
    guard window.measurementCount > 0 else { return }
    interval = Double(window.measurementStride) * window.step
    let levels = residual.activations(window, theta: theta)
    var readings = window.angles
    for index in readings.indices { readings[index] -= system.angleOffsets[index % count] }
    let spline = CubicSpline(
      start: 0, spacing: 1, channelCount: count, values: readings)
    var before = Array(repeating: 0.0, count: count)
    var after = before
    let zeros = before
    for measurement in (isFirst ? 0 : 1)...window.measurementCount {
      // the slope of the curve through the readings
      let reach = 1e-3
      spline.evaluate(at: Double(measurement) - reach, into: &before)
      spline.evaluate(at: Double(measurement) + reach, into: &after)
      let u = zip(after, before).map { ($0 - $1) / (2 * reach * interval) }
      let q = Array(readings[(measurement * count)..<((measurement + 1) * count)])
      let half = 2 * measurement * window.measurementStride
      let activations = Array(
        levels[(half * limb.muscleCount)..<((half + 1) * limb.muscleCount)])
      let step = min(measurement * window.measurementStride, window.stepCount - 1)
      limb.evaluate(
        q: q, u: u, activations: activations, torque: zeros, payloadMass: window.payload[step],
        parameters: system.limb, state: &state, forDerivatives: false)
      let forces = (0..<limb.muscleCount).map { state.force[$0].force }
      let arms = limb.momentArms(state)
      let torques = (0..<count).map { coordinate in
        (0..<limb.muscleCount).reduce(0) { $0 + arms[$1 * count + coordinate] * forces[$1] }
      }
      times.append(window.start.seconds + Double(measurement) * interval)
      rows[.angles, default: []] += q
      rows[.activations, default: []] += activations
      rows[.torques, default: []] += torques
      rows[.forces, default: []] += forces
    }
  }

  /// The rows of `quantity` as a stream of its name.
  func stream(_ quantity: MotionQuantity) -> TimedStream {
    let coordinates = model.limb.skeleton.coordinateNames
    let muscles = model.limb.description.muscles.map(\.name)
    let (labels, unit): ([String], String) =
      switch quantity {
      case .signals: ([], "")
      case .angles: (coordinates, "rad")
      case .activations: (muscles, "1")
      case .torques: (coordinates.map { $0 + "_moment" }, "N*m")
      case .forces: (muscles, "N")
      }
    let values = rows[quantity] ?? []
    return TimedStream(
      name: quantity.rawValue, times: times, nominalRate: interval > 0 ? 1 / interval : 0,
      gaps: gaps,
      columns: labels.enumerated().map { column, label in
        TimedStream.Column(
          label: label, unit: unit,
          values: times.indices.map { values[$0 * labels.count + column] })
      })
  }
}
