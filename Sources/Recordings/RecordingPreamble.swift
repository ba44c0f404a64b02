import Foundation

/// A text that a session was made from, with its name and digest.
public struct NamedText: Hashable, Sendable, Codable {
  /// The file's name, without its folder.
  public let name: String
  /// The whole text.
  public let text: String
  /// SHA-256 of the text's UTF-8 bytes, in hexadecimal digits.
  public let sha256: String

  /// A text and its digest.
  public init(name: String, text: String) {
    self.name = name
    self.text = text
    self.sha256 = SHA256(text).description
  }

  /// True when text and digest belong together.
  var isIntact: Bool { SHA256(text).description == sha256 }
}

/// What a recording says about itself before the first sample.
public struct RecordingPreamble: Hashable, Sendable, Codable {
  /// The version of DiffMSM that recorded.
  public var softwareVersion: String
  /// When recording began, in ISO 8601; nil in simulations.
  public var createdAt: String?
  /// The session's configuration file.
  public var configuration: NamedText
  /// The model files (count).
  public var models: [NamedText]
  /// The device files (count).
  public var devices: [NamedText]
  /// The parameters whose estimates are recorded, in their order (count).
  public var parameterNames: [String]
  /// The true parameters of a simulated subject by name, in SI units; empty when nobody knows them.
  public var truth: [String: Double]
  /// The processor, C library and kernels it was computed with: replays elsewhere may differ in last digits.
  public var platform: String?
  /// The recording that this one continues; nil when it stands alone.
  public var continues: RecordingLink?
  /// What the session knew when it began; nil in recordings of old versions.
  public var resume: ResumeState?
  /// True when the session had been running before; the recording then opens with its state.
  public var beginsInMidSession: Bool?
  /// The recording whose last step precedes the first one here, from this file's folder; nil when there is none.
  public var follows: String?

  /// The preamble of a session.
  public init(
    softwareVersion: String, createdAt: String? = nil, configuration: NamedText,
    models: [NamedText] = [], devices: [NamedText] = [], parameterNames: [String] = [],
    truth: [String: Double] = [:]
  ) {
    self.softwareVersion = softwareVersion
    self.createdAt = createdAt
    self.configuration = configuration
    self.models = models
    self.devices = devices
    self.parameterNames = parameterNames
    self.truth = truth
  }

  private enum CodingKeys: String, CodingKey {
    case softwareVersion = "software_version"
    case createdAt = "created_at"
    case configuration, models, devices, truth, platform, continues, resume, follows
    case parameterNames = "parameter_names"
    case beginsInMidSession = "begins_in_mid_session"
  }
}
