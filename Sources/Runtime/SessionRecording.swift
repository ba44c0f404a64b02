public import Configuration
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
    durability: SessionRecorder.Durability
  ) throws(XDFError) -> SessionRecorder {
    let modelName = ConfigurationText(path: configuration.modelFile, text: "").name
    let others = configuration.files.map { NamedText(name: $0.name, text: $0.text) }
    return try SessionRecorder(
      path: path, overwrite: overwrite, streams: pipeline.streams,
      preamble: RecordingPreamble(
        softwareVersion: softwareVersion, createdAt: createdAt,
        configuration: NamedText(
          name: ConfigurationText(path: configuration.file, text: "").name,
          text: configuration.text),
        models: others.filter { $0.name == modelName },
        devices: others.filter { $0.name != modelName },
        parameterNames: model.parameters.free.map(\.name), truth: truth),
      start: SampleTime(nanoseconds: 0), durability: durability)
  }
}

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
