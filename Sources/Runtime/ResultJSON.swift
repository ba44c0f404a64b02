internal import Configuration
internal import Estimation
internal import Foundation
internal import Identification
internal import Recordings

extension IdentifyOutcome {
  /// The result for programs: one JSON object with sorted keys, see `config/schema/result.schema.json`.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    do {
      return String(decoding: try encoder.encode(ResultJSON(self)), as: UTF8.self)
    } catch {
      preconditionFailure("every result is JSON: \(error)")
    }
  }
}

/// A number that JSON can hold; what is not finite is null.
private struct Number: Encodable {
  /// The number [its own unit].
  var value: Double?

  init(_ value: Double?) {
    self.value = value.flatMap { $0.isFinite ? $0 : nil }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}

/// The keys that other programs may rely on.
private struct ResultJSON: Encodable {
  struct Parameter: Encodable {
    var name: String
    var value: Number
    var unit: String
    var priorMean: Number
    var priorDeviation: Number
    var deviation: Number
    var interval: [Number]
    var status: ParameterStatus
    /// The parameters that move together under this one; nil when it is itself alone.
    var members: [String]?

    private enum CodingKeys: String, CodingKey {
      case name, value, unit, status, members
      case priorMean = "prior_mean"
      case priorDeviation = "prior_sd"
      case deviation = "sd"
      case interval = "interval95"
    }
  }

  struct Scale: Encodable {
    var label: ScaleLabel
    var anchor: String
    /// Relative standard deviation of moment arms in every force's sd [1].
    var momentArmUncertainty: Double

    private enum CodingKeys: String, CodingKey {
      case label, anchor
      case momentArmUncertainty = "moment_arm_uncertainty"
    }
  }

  struct Coordinate: Encodable {
    var windows: Int
    var rmse: Number
    var correlation: Number
    var priorModel: Number?
    var constantVelocity: Number?
    var hold: Number?
    var zeroActivation: Number?

    private enum CodingKeys: String, CodingKey {
      case windows, rmse, correlation
      case priorModel = "rmse_prior_model"
      case constantVelocity = "rmse_constant_velocity"
      case hold = "rmse_hold"
      case zeroActivation = "rmse_zero_activation"
    }

    init(_ score: HeldOutPrediction.CoordinateScore, withBaselines: Bool) {
      windows = score.windows
      rmse = Number(score.error(.model))
      correlation = Number(score.correlation)
      guard withBaselines else { return }
      priorModel = Number(score.error(.priorModel))
      constantVelocity = Number(score.error(.constantVelocity))
      hold = Number(score.error(.hold))
      zeroActivation = Number(score.error(.zeroActivation))
    }
  }

  struct Part: Encodable {
    var windows: Int
    var movingWindows: Int
    var coordinates: [String: Coordinate]
    /// Other ways to the numbers; nil when nobody asked.
    var baselines: [Baseline]?

    private enum CodingKeys: String, CodingKey {
      case windows, coordinates, baselines
      case movingWindows = "moving_windows"
    }

    init(_ score: HeldOutPrediction.Score, names: [String], withBaselines: Bool) {
      windows = score.windows
      movingWindows = score.movingWindows
      coordinates = [:]
      for (name, own) in zip(names, score.coordinates) {
        coordinates[name] = Coordinate(own, withBaselines: withBaselines)
      }
    }
  }

  struct Baseline: Encodable {
    var name: String
    var evaluations: Int
    var coordinates: [String: Coordinate]
    /// Mean error of the muscles' numbers; nil where nobody knows the truth [%].
    var parameterErrorPercent: Number?

    private enum CodingKeys: String, CodingKey {
      case name, evaluations, coordinates
      case parameterErrorPercent = "muscle_parameter_error_percent"
    }

    init(_ row: BaselineComparison.Row, names: [String]) {
      name = row.name
      evaluations = row.evaluations
      coordinates = [:]
      for (name, own) in zip(names, row.score.coordinates) {
        coordinates[name] = Coordinate(own, withBaselines: false)
      }
      parameterErrorPercent = row.parameterError.map { Number(100 * $0) }
    }
  }

  struct CrossCheck: Encodable {
    var maxAngleDifference: Number
    var threshold: Number
    var maxJacobianDifference: Number
    var jacobianThreshold: Number
    var passed: Bool

    private enum CodingKeys: String, CodingKey {
      case maxAngleDifference = "max_angle_difference"
      case maxJacobianDifference = "max_jacobian_difference"
      case jacobianThreshold = "jacobian_threshold"
      case threshold, passed
    }
  }

  struct Truth: Encodable {
    var name: String
    var value: Number
  }

  struct Recording: Encodable {
    var file: String
    var sha256: String
  }

  struct Versions: Encodable {
    var diffmsm: String
    var result: Int
  }

  struct Search: Encodable {
    var windows: Int
    var evaluations: Int
    var termination: Termination
    var meanSquaredResidual: Number
    var step: String
    /// The cost of every finite evaluation, in order [1].
    var costs: [Double]

    private enum CodingKeys: String, CodingKey {
      case windows, evaluations, termination, step, costs
      case meanSquaredResidual = "mean_squared_residual"
    }
  }

  struct NoiseLevel: Encodable {
    var coordinate: String
    var sensor: String
    /// Standard deviation that the session states [rad, or rad/s].
    var stated: Double
    /// Standard deviation that the data tell [rad, or rad/s].
    var value: Double
    /// How well they tell it [rad, or rad/s].
    var deviation: Double
    var unit: String

    private enum CodingKeys: String, CodingKey {
      case coordinate, sensor, stated, value, unit
      case deviation = "sd"
    }
  }

  struct Window: Encodable {
    /// How long a window is [s].
    var duration: Double
    /// From one window's start to the next [s].
    var interval: Double
    /// How long before a window its starting state is estimated from [s].
    var lead: Double
    /// The part of the recording that is held out [1].
    var fraction: Double
    /// Windows of the fitted part left out for contact [1].
    var fittedContact: Int
    /// Windows of the held-out part left out for contact [1].
    var contact: Int

    private enum CodingKeys: String, CodingKey {
      case duration, interval, lead, fraction
      case fittedContact = "fitted_contact_windows"
      case contact = "contact_windows"
    }
  }

  var parameters: [Parameter]
  var bodies: [ResultBody]
  var baseParameters: [ResultBaseParameter]
  var scale: Scale
  var unidentified: [String]
  var fit: Part
  var heldOut: Part
  var heldOutDisjoint: Part
  var heldOutPlan: Window
  var search: Search
  /// Sensors' noise as the data tell it; nil when nobody asked.
  var noiseLevels: [NoiseLevel]?
  var crossCheck: CrossCheck
  var findings: [ResultFinding]
  var truth: [Truth]
  var versions: Versions
  var configuration: Recording
  var recordings: [Recording]
  var scaledModel: Bool
  var session: ResultSession
  var predictions: ResultPredictions
  var residuals: ResultResiduals?
  var identifiability: ResultIdentifiability

  private enum CodingKeys: String, CodingKey {
    case parameters, scale, unidentified, fit, search, findings, truth, versions, configuration
    case recordings, bodies, session, predictions, residuals, identifiability
    case baseParameters = "base_parameters"
    case noiseLevels = "noise_levels"
    case scaledModel = "scaled_model"
    case heldOut = "held_out"
    case heldOutDisjoint = "held_out_disjoint"
    case heldOutPlan = "held_out_plan"
    case crossCheck = "cross_check"
  }

  init(_ outcome: IdentifyOutcome) {
    let names = outcome.coordinateNames
    let rows = outcome.rows
    let members = outcome.members
    parameters = rows.map {
      Parameter(
        name: $0.name, value: Number($0.value), unit: $0.unit, priorMean: Number($0.priorMean),
        priorDeviation: Number($0.priorDeviation), deviation: Number($0.deviation),
        interval: [Number($0.interval.lowerBound), Number($0.interval.upperBound)],
        status: $0.status, members: members[$0.name])
    }
    bodies = outcome.bodies
    baseParameters = outcome.baseParameters
    scale = Scale(
      label: outcome.estimate.scale, anchor: outcome.anchor,
      momentArmUncertainty: outcome.material.assembly.model.parameters.momentArmUncertainty)
    unidentified = outcome.estimate.unidentified
    fit = Part(outcome.fit, names: names, withBaselines: false)
    heldOut = Part(outcome.heldOut, names: names, withBaselines: true)
    heldOutDisjoint = Part(outcome.disjoint, names: names, withBaselines: true)
    if !outcome.baselines.isEmpty {
      heldOut.baselines = outcome.baselines.map { Baseline($0, names: names) }
    }
    let configuration = outcome.material.assembly.configuration
    heldOutPlan = Window(
      duration: outcome.plan.duration, interval: outcome.plan.interval, lead: outcome.plan.lead,
      fraction: configuration.identification.heldOut.fraction,
      fittedContact: outcome.contactCounts.fitted, contact: outcome.contactCounts.heldOut)
    search = Search(
      windows: outcome.solution.windowCount, evaluations: outcome.solution.evaluations,
      termination: outcome.solution.termination,
      meanSquaredResidual: Number(outcome.solution.meanSquaredResidual),
      step: outcome.step.rawValue, costs: outcome.solution.costs)
    if !outcome.solution.noiseLevels.isEmpty {
      noiseLevels = outcome.solution.noiseLevels.map {
        NoiseLevel(
          coordinate: names[$0.coordinate], sensor: $0.sensor.rawValue, stated: $0.stated,
          value: $0.value, deviation: $0.deviation, unit: $0.sensor == .angle ? "rad" : "rad/s")
      }
    }
    crossCheck = CrossCheck(
      maxAngleDifference: Number(outcome.estimate.crossCheck?.maxAngleDifference),
      threshold: Number(outcome.estimate.crossCheck?.threshold),
      maxJacobianDifference: Number(outcome.estimate.crossCheck?.maxJacobianDifference),
      jacobianThreshold: Number(outcome.estimate.crossCheck?.jacobianThreshold),
      passed: outcome.estimate.crossCheck?.passed ?? false)
    findings = outcome.findings
    truth = rows.compactMap { row in row.truth.map { Truth(name: row.name, value: Number($0)) } }
    scaledModel = configuration.isModelScaled
    session = outcome.session
    let shown = outcome.predictedWindows
    predictions = outcome.predictions(shown)
    residuals = outcome.residuals(shown)
    identifiability = outcome.identifiability
    versions = Versions(diffmsm: softwareVersion, result: 1)
    self.configuration = Recording(
      file: fileName(configuration.file), sha256: SHA256(configuration.text).description)
    recordings = outcome.material.files.map {
      Recording(file: fileName($0.path), sha256: $0.sha256)
    }
  }
}

/// The name of the file at `path`, without its folder.
private func fileName(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
