public import Identification

/// The estimator's belief and the adopted set with which a recording begins.
///
/// This is what another session can take along: of a restarted one filters, clocks and windows begin anew, because
/// the time between is unknown. A recording that begins while its session runs holds these too, in a stream
/// of its own (`diffmsm.state`).
public struct ResumeState: Hashable, Sendable, Codable {
  /// The unknowns, in the order of theta (count).
  public var parameterNames: [String]
  /// Mean of theta (count) [1, or the quantity's unit].
  public var theta: [Double]
  /// Covariance of theta, lower triangle; empty when the unknowns are independent with `deviations`
  /// (count (count + 1) / 2) [theta's units].
  public var covariance: [Double]
  /// Standard deviations of theta (count) [1, or the quantity's unit].
  public var deviations: [Double]
  /// True when a known payload was held in what the belief is made of.
  public var hasAnchor: Bool
  /// The estimate in use; nil when none was.
  public var adopted: ParameterEstimate?
  /// How filters begin: at rest, or as recorded.
  public var filters = "at rest"
  /// How device clocks begin: unset, or as recorded.
  public var clocks = "unset"

  /// The state of a session that knows nothing but its prior.
  public init(prior parameters: ParameterSet) {
    parameterNames = parameters.free.map(\.name)
    theta = parameters.priorMean
    covariance = []
    deviations = parameters.free.map(\.priorDeviation)
    hasAnchor = false
  }

  /// The state in which a session ended whose last estimate was `estimate`.
  public init(
    after estimate: ParameterEstimate, adopted: ParameterEstimate?, parameterNames: [String],
    hasAnchor: Bool
  ) {
    self.parameterNames = parameterNames
    theta = estimate.theta
    covariance = estimate.covariance
    deviations = estimate.deviations
    self.adopted = adopted
    self.hasAnchor = hasAnchor
  }

  private enum CodingKeys: String, CodingKey {
    case theta, covariance, deviations, adopted, filters, clocks
    case parameterNames = "parameter_names"
    case hasAnchor = "has_anchor"
  }
}

/// The recording that another one continues.
public struct RecordingLink: Hashable, Sendable, Codable {
  /// Its name, without its folder.
  public var file: String
  /// SHA-256 of its bytes, in hexadecimal digits.
  public var sha256: String
  /// Bytes at its end that were no whole chunk [bytes].
  public var lostByteCount: Int
  /// When its last step was [ns on its session timeline].
  public var end: Int64

  /// A link; see the properties.
  public init(file: String, sha256: String, lostByteCount: Int, end: Int64) {
    self.file = file
    self.sha256 = sha256
    self.lostByteCount = lostByteCount
    self.end = end
  }

  private enum CodingKeys: String, CodingKey {
    case file, sha256, end
    case lostByteCount = "lost_byte_count"
  }
}

/// A stretch of a session that its recorder was too slow for.
public struct RecordingLoss: Hashable, Sendable {
  /// The first step that is missing [ns on the session timeline].
  public var from: Int64
  /// The last step that is missing [ns on the session timeline].
  public var to: Int64
  /// How many steps are missing [steps].
  public var count: Int

  /// A loss; see the properties.
  public init(from: Int64, to: Int64, count: Int) {
    self.from = from
    self.to = to
    self.count = count
  }
}
