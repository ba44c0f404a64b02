internal import Devices
internal import Signals

extension TimedContent {
  /// The streams and markers of a recording, ours or another program's, in SI units.
  ///
  /// Stamps are those that replay uses: on the recording computer's clock and without jitter.
  ///
  /// `salvaging` takes what stands around damage.
  static func recording(
    path: String, salvaging: Bool
  ) throws(ConversionError) -> TimedContent {
    do throws(XDFError) {
      let reader = try XDFReader(path: path, salvage: salvaging ? .aroundDamage : .nothing)
      var content = TimedContent(streams: [])
      content.notes += reader.omissions.map { "\(path): \($0)" }
      var names: Set<String> = []
      for stream in reader.streams where !stream.header.name.hasPrefix(SessionJournal.prefix) {
        let stamps = stream.clock.corrected(reader.stamps(of: stream))
        if stream.header.format == .string {
          let texts = reader.strings(of: stream)
          let width = stream.header.channelCount
          for (sample, stamp) in stamps.enumerated() {
            let text = texts[(sample * width)..<((sample + 1) * width)].joined(separator: " ")
            content.markers.append(TimedMarker(time: stamp, text: text))
          }
          continue
        }
        let written = stream.header.name
        let name = (written.isEmpty ? "stream\(stream.id.number)" : written).distinct(from: names)
        names.insert(name)
        if stamps.isEmpty { continue }
        content.streams.append(Self.stream(stream, reader, name: name, stamps: stamps))
      }
      // a journal ends where the damage begins
      content.markers += try Self.commands(
        of: reader.damageCount == 0 ? reader : XDFReader(path: path, salvage: .beforeDamage))
      content.markers.sort { $0.time < $1.time }
      return content
    } catch {
      throw .recording(error)
    }
  }

  private static func stream(
    _ stream: XDFStream, _ reader: XDFReader, name: String, stamps: [Double]
  ) -> TimedStream {
    let description = stream.description(name: name)
    let width = description.channels.count
    let values = reader.numbers(of: stream)
    let columns = description.channels.enumerated().map { index, channel in
      TimedStream.Column(
        label: channel.label, unit: channel.unit,
        values: stamps.indices.map { values[$0 * width + index] * channel.scale + channel.offset },
        resolution: description.isInteger && channel.offset == 0 ? channel.scale : nil)
    }
    let rate = stream.header.nominalRate
    guard rate > 0 else {
      return TimedStream(name: name, times: stamps, nominalRate: 0, columns: columns)
    }
    let counters = ForeignTimeline.counters(of: stamps, rate: rate)
    let gaps = counters.indices.dropFirst().filter { counters[$0] != counters[$0 - 1] + 1 }
    return TimedStream(
      name: name, times: ForeignTimeline.straightened(stamps, counters: counters, rate: rate),
      nominalRate: rate, gaps: Set(gaps), columns: columns)
  }

  /// What operators told a session of ours.
  private static func commands(of reader: XDFReader) throws(XDFError) -> [TimedMarker] {
    guard reader.stream(named: SessionJournal.journalName) != nil else { return [] }
    var source = try RecordingSource(reader)
    var block = SampleBlock(capacity: source.blockCapacity)
    var markers: [TimedMarker] = []
    while true {
      switch try source.next(into: &block) {
      case .end: return markers
      case .command(.externalTorque, _): continue
      case .command(let command, let time):
        let text =
          switch command {
          case .marker(let text): text
          case .payload(let mass): "payload \(mass) kg"
          case .payloadOff: "payload off"
          case .arm: "arm"
          case .disarm: "disarm"
          case .reload(let changes):
            "reload" + changes.map { " \($0.sentence)" }.joined(separator: ";")
          case .externalTorque: "external torque"
          }
        markers.append(TimedMarker(time: time.seconds, text: text))
      default: continue
      }
    }
  }
}
