internal import Configuration
internal import Devices
internal import Musculoskeletal
internal import Pipeline
internal import Signals

/// Finds the channels that a session names among the streams of a source.
struct StreamDirectory {
  let configuration: SessionConfiguration
  let streams: [StreamDescription]

  init(_ configuration: SessionConfiguration, streams: [StreamDescription]) {
    self.configuration = configuration
    self.streams = streams
  }

  /// Stream, channel and unit of `reference`, which must measure in one of `units`.
  func place(
    of reference: ChannelReference, units: [String]
  ) throws(SessionError) -> (stream: Int, channel: Int, unit: String) {
    let source = configuration.sources[reference.source]
    let stream = try stream(of: source)
    guard let channel = streams[stream].channelIndex(reference.label) else {
      throw missing(
        "stream '\(streams[stream].name)' has no channel '\(reference.label)'",
        "it has: \(streams[stream].channels.map(\.label).joined(separator: ", "))")
    }
    let found = streams[stream].channels[channel].unit
    guard units.contains(found) else {
      throw missing(
        "channel '\(reference.label)' of stream '\(streams[stream].name)' is measured in \(found)",
        "name a channel measured in \(units.joined(separator: " or ")), or correct the stream's "
          + "unit")
    }
    guard streams[stream].nominalRate > 0 else {
      throw missing(
        "stream '\(streams[stream].name)' has no regular rate",
        "resample it before it is converted")
    }
    return (stream, channel, found)
  }

  /// The stream that `source` stands for: called as the source, its device or its stream is.
  private func stream(of source: SourceConfiguration) throws(SessionError) -> Int {
    var names = [source.name]
    if let device = source.device { names.append(device.name) }
    if case .stream(let name) = source.kind { names = [name] }
    for name in names {
      let matches = streams.indices.filter { streams[$0].name == name }
      if matches.count == 1 { return matches[0] }
    }
    throw missing(
      "there is no stream '\(names[names.count - 1])' for source '\(source.name)'",
      "there are: \(streams.map(\.name).joined(separator: ", "))")
  }

  /// The session's sync inputs, in the order of its sources.
  func syncSignals() throws(SessionError) -> [SyncSignal] {
    var signals: [SyncSignal] = []
    for (index, source) in configuration.sources.enumerated() {
      guard let sync = source.sync else { continue }
      let place = try place(
        of: ChannelReference(source: index, label: sync.label),
        units: sync.isVoltage ? ["V"] : ["1", "count"])
      signals.append(
        SyncSignal(
          stream: place.stream, channel: place.channel, threshold: sync.threshold,
          isFalling: sync.isFalling))
    }
    return signals
  }

  func missing(_ message: String, _ remedy: String) -> SessionError {
    SessionError(.data, file: configuration.file, message: message, remedy: remedy)
  }
}
