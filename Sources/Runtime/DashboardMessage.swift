internal import Foundation
internal import Identification
internal import Services

/// What a dashboard is told, one JSON object a message.
struct DashboardMessage: Encodable {
  /// What a newcomer must know.
  struct Opening: Encodable {
    struct Signal: Encodable {
      var name: String
    }

    struct Parameter: Encodable {
      var name: String
      var unit: String
      /// Mean of the prior [unit].
      var priorMean: Double
      /// Standard deviation of the prior [unit].
      var priorSd: Double
      /// Lower bound, where there is one [unit].
      var lower: Double?
      /// Upper bound, where there is one [unit].
      var upper: Double?
      /// True value, where the subject is virtual [unit].
      var truth: Double?
    }

    var session: String
    var subject: String
    var virtual: Bool
    var controllable: Bool
    var armable: Bool
    var signals: [Signal]
    var coordinates: [String]
    var parameters: [Parameter]
    var history: [Past]
  }

  /// An estimate of before, for the curves.
  struct Past: Encodable {
    var window: Int
    /// Values [the parameter's unit].
    var values: [Double]
    /// Standard deviations [the parameter's unit].
    var sd: [Double]
  }

  /// One column of the traces; EMG in microvolts, envelopes in thousandths, both whole.
  struct Column: Encodable {
    var n: Int
    /// Session time [s].
    var t: Double
    var low: [Int]
    var high: [Int]
    var envelope: [Int]
    var quality: [UInt8]
    /// Angles, null where unmeasured [rad].
    var angles: [Double?]
  }

  /// The estimate in use.
  struct Estimate: Encodable {
    var window: Int
    /// Values [the parameter's unit].
    var values: [Double]
    /// Standard deviations [the parameter's unit].
    var sd: [Double]
    var status: [ParameterStatus]
    var scale: ScaleLabel
    var unidentified: [String]
    /// Mean squared whitened residual [1].
    var meanSquaredResidual: Double
    /// One-step error of each coordinate [rad].
    var innovation: [Double]
    var crossCheck: CrossCheckResult?
  }

  /// Angles predicted over a window from EMG alone, with the numbers of before.
  struct Prediction: Encodable {
    /// When it begins [s].
    var start: Double
    /// Between two angles [s].
    var interval: Double
    /// One list a coordinate [rad].
    var angles: [[Double]]
  }

  /// The daemon's state, with its troubles beside it.
  struct Status: Encodable {
    var state: DaemonStatus

    private enum Key: String, CodingKey { case troubles }

    func encode(to encoder: any Encoder) throws {
      try state.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(state.troubles, forKey: .troubles)
    }
  }

  var hello: Opening?
  var samples: [Column]?
  var figure: DashboardFigure?
  var status: Status?
  var estimate: Estimate?
  var prediction: Prediction?
  var notices: [String]?

  /// One line of JSON, keys in snake case; numbers that are not finite are texts.
  var json: String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      preconditionFailure("what a dashboard is told is JSON: \(error)")
    }
  }
}
