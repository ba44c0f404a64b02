import Foundation

/// A motion-capture file (C3D): paths of points and analog channels with their labels, units and scales.
///
/// Reads files of Intel, MIPS and DEC machines, with integers or real numbers, as c3d.org describes them.
struct C3DReader {
  private let path: String
  private let bytes: C3DBytes
  private let parameters: C3DParameters

  private struct Layout {
    /// Points a frame [1].
    var points: Int
    /// Analog values a frame, over all channels [1].
    var analog: Int
    var firstFrame: Int
    var lastFrame: Int
    /// Scale of integer points; negative when numbers are real [unit per count].
    var scale: Double
    /// First byte of the data [bytes].
    var data: Int
    /// Analog samples a frame and channel [1].
    var analogPerFrame: Int
    /// Frames a second [Hz].
    var rate: Double
  }

  init(path: String) throws(FileFormatError) {
    let contents: Data
    do {
      contents = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw FileFormatError(
        path: path, expected: "a C3D file", found: error.localizedDescription,
        remedy: "check the name and that you may read it", isMissing: true)
    }
    try self.init(bytes: contents, path: path)
  }

  init(bytes contents: Data, path: String) throws(FileFormatError) {
    self.path = path
    guard contents.count >= 1024 else {
      throw FileFormatError(
        path: path, byteOffset: contents.count,
        expected: "a header and parameters, 1024 bytes at least", found: "the file's end",
        remedy: "the file is cut short: export it again")
    }
    guard contents[contents.startIndex + 1] == 0x50 else {
      throw FileFormatError(
        path: path, byteOffset: 1, expected: "the mark of a C3D file, 0x50",
        found: "something else", remedy: "export the trial as .c3d")
    }
    let start = (Int(contents[contents.startIndex]) - 1) * 512
    guard start >= 512, contents.count >= start + 512 else {
      throw FileFormatError(
        path: path, byteOffset: 0, expected: "the block where parameters begin",
        found: "\(contents[contents.startIndex])", remedy: "the file is damaged: export it again")
    }
    let machine = contents[contents.startIndex + start + 3]
    guard let order = C3DBytes.Machine(rawValue: machine) else {
      throw FileFormatError(
        path: path, byteOffset: start + 3, expected: "84 (Intel), 85 (DEC) or 86 (MIPS)",
        found: "\(machine)", remedy: "the file is damaged: export it again")
    }
    bytes = C3DBytes(contents, machine: order)
    parameters = try C3DParameters(bytes, start: start, path: path)
  }

  /// Points and analog channels as streams of `name`, events as markers.
  func content(name: String) throws(FileFormatError) -> TimedContent {
    let layout = try layout()
    let frames = layout.lastFrame - layout.firstFrame + 1
    let wordSize = layout.scale < 0 ? 4 : 2
    let frameSize = wordSize * (4 * layout.points + layout.analog)
    guard frames > 0, frameSize > 0, layout.data + frames * frameSize <= bytes.count else {
      throw FileFormatError(
        path: path, byteOffset: layout.data,
        expected: "\(max(frames, 0)) frames of \(frameSize) bytes",
        found: "\(bytes.count - layout.data) bytes",
        remedy: "the file is cut short: export it again")
    }
    let start = Double(layout.firstFrame - 1) / layout.rate
    var streams: [TimedStream] = []
    if layout.points > 0 {
      streams.append(points(layout, frames: frames, frameSize: frameSize, name: name, at: start))
    }
    if layout.analog > 0 {
      streams.append(
        try analog(layout, frames: frames, frameSize: frameSize, name: name, at: start))
    }
    if streams.count > 1 { streams[1].name = name + ".analog" }
    if streams.count > 1 { streams[0].name = name + ".points" }
    return TimedContent(streams: streams, markers: events)
  }

  private func layout() throws(FileFormatError) -> Layout {
    var layout = Layout(
      points: bytes.unsigned(2), analog: bytes.unsigned(4), firstFrame: bytes.unsigned(6),
      lastFrame: bytes.unsigned(8), scale: bytes.real(12), data: (bytes.unsigned(16) - 1) * 512,
      analogPerFrame: bytes.unsigned(18), rate: bytes.real(20))
    // 16 bits end at 65535 frames; these parameters go on
    if let last = parameters.numbers("TRIAL", "ACTUAL_END_FIELD"), last.count == 2 {
      layout.lastFrame = Int(last[0]) + 65536 * Int(last[1])
    }
    if let first = parameters.numbers("TRIAL", "ACTUAL_START_FIELD"), first.count == 2 {
      layout.firstFrame = Int(first[0]) + 65536 * Int(first[1])
    }
    guard layout.data >= 512, layout.rate > 0, layout.rate.isFinite, layout.scale.isFinite,
      layout.firstFrame > 0, layout.lastFrame >= layout.firstFrame,
      layout.lastFrame < 1 << 30,
      layout.analog == 0
        || (layout.analogPerFrame > 0 && layout.analog % layout.analogPerFrame == 0)
    else {
      throw FileFormatError(
        path: path, byteOffset: 2, expected: "a header of counts and a rate that agree",
        found: "\(layout.points) points, \(layout.analog) analog values of "
          + "\(layout.analogPerFrame) samples, frames \(layout.firstFrame) to "
          + "\(layout.lastFrame) at \(layout.rate) Hz",
        remedy: "the file is damaged: export it again")
    }
    return layout
  }

  private func points(
    _ layout: Layout, frames: Int, frameSize: Int, name: String, at start: Double
  ) -> TimedStream {
    let labels = parameters.texts("POINT", "LABELS")
    let unit = parameters.texts("POINT", "UNITS").first ?? ""
    var columns: [TimedStream.Column] = []
    var taken: Set<String> = []
    for point in 0..<layout.points {
      let written = point < labels.count ? labels[point] : ""
      let label = (written.isEmpty ? "point\(point + 1)" : written).distinct(from: taken)
      taken.insert(label)
      for axis in ["x", "y", "z"] {
        columns.append(
          TimedStream.Column(label: "\(label).\(axis)", unit: unit, values: []))
        columns[columns.count - 1].values.reserveCapacity(frames)
      }
    }
    let isReal = layout.scale < 0
    for frame in 0..<frames {
      for point in 0..<layout.points {
        let place =
          layout.data + frame * frameSize + 4 * point * (isReal ? 4 : 2)
        // a negative residual marks a hidden point
        let residual = isReal ? bytes.real(place + 12) : Double(bytes.signed(place + 6))
        for axis in 0..<3 {
          let value =
            isReal
            ? bytes.real(place + 4 * axis) : Double(bytes.signed(place + 2 * axis)) * layout.scale
          columns[3 * point + axis].values.append(residual < 0 ? .nan : value)
        }
      }
    }
    return TimedStream(
      name: name, times: (0..<frames).map { start + Double($0) / layout.rate },
      nominalRate: layout.rate, columns: columns)
  }

  private func analog(
    _ layout: Layout, frames: Int, frameSize: Int, name: String, at start: Double
  ) throws(FileFormatError) -> TimedStream {
    let channels = layout.analog / layout.analogPerFrame
    let labels = parameters.texts("ANALOG", "LABELS")
    let units = parameters.texts("ANALOG", "UNITS")
    let scales = parameters.numbers("ANALOG", "SCALE") ?? []
    let offsets = parameters.numbers("ANALOG", "OFFSET") ?? []
    let general = parameters.numbers("ANALOG", "GEN_SCALE")?.first ?? 1
    let isUnsigned = parameters.texts("ANALOG", "FORMAT").first?.uppercased() == "UNSIGNED"
    let isReal = layout.scale < 0
    var columns: [TimedStream.Column] = []
    var taken: Set<String> = []
    for channel in 0..<channels {
      let written = channel < labels.count ? labels[channel] : ""
      let label = (written.isEmpty ? "analog\(channel + 1)" : written).distinct(from: taken)
      taken.insert(label)
      let scale = (channel < scales.count ? scales[channel] : 1) * general
      var offset = channel < offsets.count ? offsets[channel] : 0
      if !isUnsigned, offset > 32767 { offset -= 65536 }
      var values: [Double] = []
      values.reserveCapacity(frames * layout.analogPerFrame)
      for frame in 0..<frames {
        let first = layout.data + frame * frameSize + 4 * layout.points * (isReal ? 4 : 2)
        for sample in 0..<layout.analogPerFrame {
          let place = first + (sample * channels + channel) * (isReal ? 4 : 2)
          let raw =
            isReal
            ? bytes.real(place)
            : Double(isUnsigned ? bytes.unsigned(place) : bytes.signed(place))
          values.append((raw - offset) * scale)
        }
      }
      columns.append(
        TimedStream.Column(
          label: label, unit: channel < units.count ? units[channel] : "", values: values))
    }
    let rate = layout.rate * Double(layout.analogPerFrame)
    return TimedStream(
      name: name, times: (0..<(frames * layout.analogPerFrame)).map { start + Double($0) / rate },
      nominalRate: rate, columns: columns)
  }

  /// The trial's events: times are pairs of minutes and seconds.
  private var events: [TimedMarker] {
    let labels = parameters.texts("EVENT", "LABELS")
    let contexts = parameters.texts("EVENT", "CONTEXTS")
    let times = parameters.numbers("EVENT", "TIMES") ?? []
    var markers: [TimedMarker] = []
    for index in 0..<min(labels.count, times.count / 2) {
      let context = index < contexts.count && !contexts[index].isEmpty ? contexts[index] + " " : ""
      markers.append(
        TimedMarker(
          time: 60 * times[2 * index] + times[2 * index + 1], text: context + labels[index]))
    }
    return markers.sorted { $0.time < $1.time }
  }
}
