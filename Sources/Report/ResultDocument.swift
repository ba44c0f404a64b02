public import Foundation

/// A result file as far as it could be read, with a note of everything that is missing.
public struct ResultDocument: Sendable {
  /// One identified number.
  struct Parameter: Sendable {
    var name: String
    var unit: String
    /// The estimate [unit].
    var value: Double?
    /// Posterior standard deviation [unit].
    var deviation: Double?
    /// The 95 % interval's ends [unit].
    var interval: [Double?]
    /// Prior mean [unit].
    var priorMean: Double?
    /// Prior standard deviation [unit].
    var priorDeviation: Double?
    var status: String
    /// The true value, where somebody knows it [unit].
    var truth: Double?
    /// The parameters that move together under this one.
    var members: [String]
  }

  /// Something that its reader must know.
  struct Finding: Sendable {
    var code: String
    var message: String
    var evidence: String
    var remedy: String
  }

  /// How one coordinate is predicted.
  struct Score: Sendable {
    var name: String
    var windows: Int?
    /// Root mean square error by predictor [rad].
    var errors: [String: Double]
    /// Correlation of predicted and measured angles [1].
    var correlation: Double?
  }

  /// The identified numbers, in the file's order.
  var parameters: [Parameter] = []
  /// What the reader must know.
  var findings: [Finding] = []
  /// The file's own words for directions that the data cannot tell.
  var unidentified: [String] = []
  /// Everything, for what only one section reads.
  let root: JSONValue
  /// What a whole result has and this one lacks, as key paths.
  public private(set) var missing: [String] = []

  /// Reads `json`; throws when it is not an object of JSON at all.
  public init(json: Data) throws(ReportInputError) {
    let value: JSONValue
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: json)
    } catch {
      throw ReportInputError(
        json.isEmpty ? "the file is empty" : "the file is not JSON, or was cut short")
    }
    guard case .object(let members) = value else {
      throw ReportInputError("the file holds JSON, but no object")
    }
    root = value
    for key in Self.keys where members[key] == nil || members[key] == .null {
      missing.append(key)
    }
    var truth: [String: Double] = [:]
    for entry in root["truth"].elements {
      if let name = entry["name"].string, let value = entry["value"].double { truth[name] = value }
    }
    for (index, entry) in root["parameters"].elements.enumerated() {
      for key in ["name", "value", "unit", "sd", "prior_mean", "prior_sd", "status"]
      where entry[key] == .null {
        missing.append("parameters[\(index)].\(key)")
      }
      guard let name = entry["name"].string else { continue }
      parameters.append(
        Parameter(
          name: name, unit: entry["unit"].string ?? "", value: entry["value"].double,
          deviation: entry["sd"].double, interval: entry["interval95"].doubles,
          priorMean: entry["prior_mean"].double, priorDeviation: entry["prior_sd"].double,
          status: entry["status"].string ?? "", truth: truth[name],
          members: entry["members"].strings))
    }
    if parameters.isEmpty, members["parameters"] != nil { missing.append("parameters[0]") }
    findings = root["findings"].elements.map {
      Finding(
        code: $0["code"].string ?? "", message: $0["message"].string ?? "",
        evidence: $0["evidence"].string ?? "", remedy: $0["remedy"].string ?? "")
    }
    unidentified = root["unidentified"].strings
  }

  /// The keys of a whole result.
  private static let keys = [
    "parameters", "scale", "unidentified", "fit", "held_out", "predictions", "residuals", "search",
    "identifiability", "cross_check", "findings", "session", "versions", "configuration",
    "recordings",
  ]

  /// The scores of a part, `fit`, `held_out` or `held_out_disjoint`, by name.
  func scores(_ part: String) -> [Score] {
    root[part]["coordinates"].members.sorted { $0.key < $1.key }.map { name, value in
      var errors: [String: Double] = [:]
      for (key, error) in value.members where key.hasPrefix("rmse") {
        if let error = error.double { errors[key] = error }
      }
      return Score(
        name: name, windows: value["windows"].int, errors: errors,
        correlation: value["correlation"].double)
    }
  }

  /// `newtons`, `prior-limited` or `ratios-only`; nil where the file does not say.
  var scaleLabel: String? { root["scale"]["label"].string }
}

/// Why a file could not be read at all.
public struct ReportInputError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, as a sentence without its full stop.
  public let description: String

  /// A file that cannot be read for this reason.
  public init(_ description: String) { self.description = description }
}
