public import Devices
internal import OpenSimFiles

/// Reads a device description from its YAML file; `devices/README.md` lists the keys.
public enum DeviceFile {
  /// The device that the file at `path` describes, checked whole.
  ///
  /// `settings`: what is chosen where the file lets one choose, as in `["gain": "12"]`.
  public static func read(
    _ path: String, settings: [String: String] = [:]
  ) throws(ConfigurationError) -> DeviceDescription {
    try read(path, settings: settings, on: FileShelf())
  }

  /// The same, from wherever files stand.
  static func read(
    _ path: String, settings: [String: String] = [:], on shelf: FileShelf
  ) throws(ConfigurationError) -> DeviceDescription {
    let document = ConfigurationDocument(path: path, on: shelf)
    let wishes = settings.sorted { $0.key < $1.key }.map { name, choice in
      DeviceWish(setting: name, choice: choice) { document.report(nil, $0, remedy: $1) }
    }
    return try read(document, wishes: wishes)
  }

  /// The device of `document` as `wishes` choose it.
  static func read(
    _ document: ConfigurationDocument, wishes: [DeviceWish]
  ) throws(ConfigurationError) -> DeviceDescription {
    let description = document.open().flatMap { root -> DeviceDescription? in
      let settings = DeviceSettings(root, wishes: wishes)
      var description = DeviceReading(root: settings.applied(to: root)).description()
      description?.settings = settings.told
      return description
    }
    try document.finish()
    guard let description else { preconditionFailure("a device without problems has a value") }
    return description
  }
}

/// One pass over a device file.
struct DeviceReading {
  /// The file's root.
  let root: ConfigurationNode

  /// Where fields may begin [bytes].
  static let bytes = 0...65535

  /// The device, or nil after reporting why not.
  func description() -> DeviceDescription? {
    root.allow(
      "name", "title", "settings", "usb", "rate", "packet", "counter", "status", "device_time",
      "channels")
    let name = name()
    let title = root.required("title", "one line for people")?.text("one line for people")
    let rate = root.required("rate", "2000 Hz")?.quantity(.frequency, .positive)
    let usbNode = root.section("usb")
    let usb = usbNode.flatMap { usbMatch($0) }
    let link = usbNode.flatMap { usbLink($0) }
    let packetNode = root.required("packet", "{ length: ... }").flatMap { $0.isMapping ? $0 : nil }
    let layout = packetNode.flatMap { packetLayout($0) }
    let counterNode = root.section("counter")
    let counter = counterNode.flatMap { counterField($0) }
    let status = root.section("status").flatMap { packetStatus($0) }
    let deviceTime = root.section("device_time").flatMap { deviceTimeField($0) }
    let channels = channels()
    guard let name, let title, let rate, let layout, !channels.isEmpty,
      root.document.problems.isEmpty
    else { return nil }

    let description = DeviceDescription(
      name: name, title: title, usb: usb, nominalRate: rate, packet: layout, counter: counter,
      status: status, deviceTime: deviceTime, link: link, channels: channels.map(\.field))
    for problem in description.validate() {
      let place =
        switch problem.place {
        case .device: root
        case .rate: root.optional("rate") ?? root
        case .packet: packetNode ?? root
        case .counter: counterNode ?? root
        case .channel(let index): channels[index].node
        }
      place.report(problem.sentence)
    }
    return description
  }

  /// The name, which is the file's too.
  private func name() -> String? {
    let wanted = "the file's name without its ending"
    guard let node = root.required("name", wanted), let name = node.text(wanted) else { return nil }
    let file = root.document.file.split(separator: "/").last ?? ""
    let expected = file.hasSuffix(".yaml") ? String(file.dropLast(5)) : String(file)
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
    if !isPlain {
      node.report(
        "name is \(quoted(name))", remedy: "write lower-case letters, digits and '-' only")
    } else if name != expected {
      node.report(
        "name is \(quoted(name)) while the file is called \(quoted(String(file)))",
        remedy: "write \(quoted(expected)) or rename the file")
    }
    return name
  }

  private func usbMatch(_ node: ConfigurationNode) -> USBMatch? {
    let vendor = node.required("vendor_id", "0x....")?.whole("the vendor's id", in: 0...65535)
    let product = node.required("product_id", "0x....")?.whole("the product's id", in: 0...65535)
    guard let vendor, let product else { return nil }
    return USBMatch(vendorID: UInt16(vendor), productID: UInt16(product))
  }

  private func packetLayout(_ node: ConfigurationNode) -> PacketLayout? {
    node.allow(
      "sync", "sync_at", "length", "checksum", "samples_per_packet", "samples_at", "sample_stride",
      "marks", "checks", "tagged", "text")
    let sync = (node.optional("sync")?.items("a list of bytes, as in [0xA5, 0x5A]") ?? [])
      .compactMap { $0.whole("a byte", in: 0...255) }.map(UInt8.init)
    let length = node.required("length", "bytes of a whole packet")?.whole(
      "bytes of a whole packet", in: 1...65536)
    let checksum =
      node.optional("checksum").map { $0.choice(Checksum.self) } ?? Checksum.none
    let samples =
      node.optional("samples_per_packet").map { $0.whole("samples", in: 1...65536) } ?? 1
    let start = node.optional("samples_at")?.whole("the first sample's byte", in: Self.bytes)
    var stride = node.optional("sample_stride")?.whole("bytes", in: 1...65536)
    if let samples, samples > 1, stride == nil, node.optional("sample_stride") == nil {
      stride = node.required("sample_stride", "bytes from one sample to the next")?.whole(
        "bytes", in: 1...65536)
    }
    let syncStart =
      node.optional("sync_at").map { $0.whole("the first sync byte's place", in: Self.bytes) } ?? 0
    let marks = packetMarks(node)
    let checks = placedChecksums(node)
    let tagged = node.section("tagged").map { taggedLayout($0) }
    let text = node.section("text").map { textLayout($0) }
    guard let length, let checksum, let samples, let syncStart, let marks, let checks,
      tagged != .some(nil), text != .some(nil)
    else { return nil }
    return PacketLayout(
      sync: sync, syncOffset: syncStart, length: length, checksum: checksum,
      samplesPerPacket: samples, samplesOffset: start, sampleStride: stride, marks: marks,
      checks: checks, tagged: tagged ?? nil, text: text ?? nil)
  }

  private func counterField(_ node: ConfigurationNode) -> CounterField? {
    node.allow("byte_offset", "width", "byte_order", "counts", "step", "item", "column")
    let place = fieldPlace(node)
    let step =
      node.optional("step").map { $0.whole("counts of one step", in: 1...Int(Int32.max)) } ?? 1
    var width: CounterField.Width?
    if let widthNode = node.required("width", "8, 16, 32 or 64"),
      let bits = widthNode.whole("bits", in: 1...64)
    {
      width = CounterField.Width(rawValue: bits)
      if width == nil {
        widthNode.report("counter.width is \(bits)", remedy: "write 8, 16, 32 or 64")
      }
    }
    let order = byteOrder(node, needed: (width?.rawValue ?? 0) > 8 && place?.column == nil)
    let counts =
      node.optional("counts").map { $0.choice(CounterField.Unit.self) } ?? CounterField.Unit.packets
    guard let place, let width, let order, let counts, let step else { return nil }
    return CounterField(
      byteOffset: place.offset, width: width, byteOrder: order, counts: counts,
      step: Int64(step), item: place.item, column: place.column)
  }

  /// The byte order, which is needed for more than one byte.
  func byteOrder(_ node: ConfigurationNode, needed: Bool) -> ByteOrder? {
    if needed {
      return node.required("byte_order", "big or little")?.choice(ByteOrder.self)
    }
    return node.optional("byte_order").map { $0.choice(ByteOrder.self) } ?? ByteOrder.little
  }

  // MARK: channels

  /// The channels, each with the entry it comes from.
  private func channels() -> [(field: ChannelField, node: ConfigurationNode)] {
    guard let list = root.required("channels", "[...]")?.items("a list of channels") else {
      return []
    }
    var channels: [(field: ChannelField, node: ConfigurationNode)] = []
    for entry in list where entry.isMapping {
      channels += fields(entry).map { ($0, entry) }
    }
    if list.isEmpty {
      root.optional("channels")?.report("channels is an empty list", remedy: "add a channel")
    }
    return channels
  }

  /// The channels that one entry stands for.
  private func fields(_ node: ConfigurationNode) -> [ChannelField] {
    node.allow(
      "label", "count", "spacing", "kind", "byte_offset", "stride", "type", "byte_order", "scale",
      "offset", "counts_per_revolution", "wraps", "item", "column", "holds_on_zero", "calibration",
      "impedance", "when")
    let label = node.required("label", "a name")?.text("a name")
    let count = node.optional("count").map { $0.whole("channels", in: 1...4096) } ?? 1
    let kind = node.required("kind", "emg, encoder or auxiliary")?.choice(QuantityKind.self)
    let place = fieldPlace(node)
    let stride = node.optional("stride")?.whole("bytes", in: -65536...65536)
    // numbers in text have no width
    let isText = node.optional("column") != nil && node.optional("type") == nil
    let type =
      isText
      ? NumberType.float64 : node.required("type", "int16 or such")?.choice(NumberType.self)
    let order = byteOrder(
      node, needed: (type?.byteCount ?? 1) > 1 && type != .pair14 && place?.column == nil)
    let spacing = node.optional("spacing")?.whole("bytes", in: -65536...65536) ?? type?.byteCount
    let wraps =
      node.optional("wraps").map { $0.choice(ChannelField.EncoderWrap.self) } ?? .revolution
    let holds = node.optional("holds_on_zero").map { isTrue($0) } ?? false
    let calibration = node.section("calibration").map { channelCalibration($0) }
    let drive = node.section("impedance").map { leadOffDrive($0) }
    let meaning = kind.flatMap { self.meaning(of: node, kind: $0) }
    if let label, let count, count > 1, !label.contains("{n}") {
      node.optional("label")?.report(
        "\(node.keyPath).label is \(quoted(label)) for \(count) channels",
        remedy: "write {n} where the number goes, as in \"EMG{n}\"")
    }
    guard let label, let count, let kind, let place, let type, let order, let spacing, let wraps,
      let holds, let meaning, calibration != .some(nil), drive != .some(nil)
    else { return [] }
    return (0..<count).map { index in
      var field = ChannelField(
        label: label.replacing("{n}", with: String(index + 1)), kind: kind,
        byteOffset: place.column == nil ? place.offset + index * spacing : 0, stride: stride,
        type: type, byteOrder: order, unit: meaning.unit, scale: meaning.scale,
        offset: meaning.offset, countsPerRevolution: meaning.countsPerRevolution, wraps: wraps,
        item: place.item, column: place.column.map { $0 + index }, holdsOnZero: holds,
        calibration: calibration??.shifted(by: index))
      field.drive = drive ?? nil
      return field
    }
  }

  private func leadOffDrive(_ node: ConfigurationNode) -> LeadOffDrive? {
    node.allow("current", "frequency", "series")
    let current = node.required("current", "6 nA")?.quantity(.current, .positive)
    let frequency = node.required("frequency", "31.25 Hz")?.quantity(.frequency, .positive)
    let series = node.optional("series").map { $0.quantity(.resistance, .notNegative) } ?? 0
    guard let current, let frequency, let series else { return nil }
    return LeadOffDrive(current: current, frequency: frequency, series: series)
  }

  /// What a channel's counts mean.
  private struct Meaning {
    var unit: String
    /// SI units per native unit [unit per native unit].
    var scale: Double
    /// SI value of native zero [unit].
    var offset: Double
    var countsPerRevolution: Int?
  }

  private func meaning(of node: ConfigurationNode, kind: QuantityKind) -> Meaning? {
    let counts = node.optional("counts_per_revolution")?.whole("counts", in: 2...Int(Int32.max))
    let expected: ExpectedQuantity?
    switch kind {
    case .emg: expected = .voltage
    case .encoder:
      expected = .angle
      if counts == nil, node.optional("counts_per_revolution") == nil {
        _ = node.required("counts_per_revolution", "counts in one turn")
        return nil
      }
    case .auxiliary:
      expected = node.required("scale", "0.01 m/s^2").flatMap { auxiliaryQuantity($0) }
    }
    guard let expected else { return nil }
    let offset = node.optional("offset").map { value(of: $0, expected: expected) } ?? 0
    var scale: Double?
    if let scaleNode = node.optional("scale") {
      scale = value(of: scaleNode, expected: expected)
    } else if let counts {
      scale = 2 * .pi / Double(counts)
    } else if kind != .encoder {
      _ = node.required("scale", "\(expected.example), the value of one count")
    }
    guard let scale, let offset else { return nil }
    return Meaning(unit: expected.unit, scale: scale, offset: offset, countsPerRevolution: counts)
  }

  /// A scale or offset; dimensionless channels take bare numbers.
  private func value(of node: ConfigurationNode, expected: ExpectedQuantity) -> Double? {
    if expected == .fraction {
      return node.number("the value of one count", in: -1e12...1e12)
    }
    return node.quantity(expected)
  }

  /// What an auxiliary channel measures, told by the unit of its scale.
  private func auxiliaryQuantity(_ node: ConfigurationNode) -> ExpectedQuantity? {
    let wanted = "a value in one of: V, rad, rad/s, m/s^2, N, N*m; or a bare number"
    guard let text = node.text(wanted) else { return nil }
    if let quantity = try? PhysicalQuantity(text),
      let known = ExpectedQuantity.ofChannels.first(where: { $0.dimension == quantity.dimension })
    {
      return known
    }
    node.report("\(node.label) is \(quoted(text))", remedy: "write \(wanted)")
    return nil
  }
}
