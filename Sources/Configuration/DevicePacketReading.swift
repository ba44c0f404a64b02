internal import Devices
internal import OpenSimFiles

/// The parts of a packet that go beyond sync bytes, length and fixed places.
extension DeviceReading {
  /// Where a field lies: at a byte of the packet or sample, at a byte of an item, or in a column.
  struct FieldPlace {
    /// Bytes from the start of what holds it; zero for columns [bytes].
    var offset = 0
    /// The item's id [1].
    var item: Int?
    /// The column, from zero [1].
    var column: Int?
  }

  /// The place that `byte_offset`, `item` and `column` give.
  func fieldPlace(_ node: ConfigurationNode) -> FieldPlace? {
    if let column = node.optional("column") {
      for key in ["byte_offset", "item"] where node.optional(key) != nil {
        node.optional(key)?.report(
          "\(node.keyPath) has both \"column\" and \"\(key)\"", remedy: "delete one of the two")
        return nil
      }
      return column.whole("the column, from 0", in: 0...1023).map { FieldPlace(column: $0) }
    }
    let item = node.optional("item").map { $0.whole("the item's id", in: 0...65535) }
    let offset = node.required("byte_offset", "bytes from the start of the packet or sample")?
      .whole("bytes from the start of the packet or sample", in: Self.bytes)
    guard let offset, item != .some(nil) else { return nil }
    return FieldPlace(offset: offset, item: item ?? nil)
  }

  /// A word that is either true or false.
  func isTrue(_ node: ConfigurationNode) -> Bool? {
    node.choice(Truth.self).map { $0 == .true }
  }

  private enum Truth: String, CaseIterable {
    case `true`, `false`
  }

  /// The bytes that are always the same; nil after a report.
  func packetMarks(_ node: ConfigurationNode) -> [PacketMark]? {
    guard let list = node.optional("marks") else { return [] }
    guard let items = list.items("a list of { at, mask, value }") else { return nil }
    let marks = items.filter(\.isMapping).compactMap { item -> PacketMark? in
      item.allow("at", "mask", "value")
      let place = item.required("at", "bytes from the packet's start")?.whole(
        "bytes from the packet's start", in: Self.bytes)
      let mask = item.optional("mask").map { $0.whole("a byte", in: 0...255) } ?? 255
      let value = item.required("value", "a byte")?.whole("a byte", in: 0...255)
      guard let place, let mask, let value else { return nil }
      return PacketMark(byteOffset: place, mask: UInt8(mask), value: UInt8(value))
    }
    return marks.count == items.count ? marks : nil
  }

  /// The checksums inside the packet; nil after a report.
  func placedChecksums(_ node: ConfigurationNode) -> [PlacedChecksum]? {
    guard let list = node.optional("checks") else { return [] }
    guard let items = list.items("a list of { kind, at, covers }") else { return nil }
    let checks = items.filter(\.isMapping).compactMap { item -> PlacedChecksum? in
      item.allow("kind", "at", "covers")
      let kind = item.required("kind", "sum8 or such")?.choice(Checksum.self)
      let place = item.required("at", "bytes from the packet's start")?.whole(
        "bytes from the packet's start", in: Self.bytes)
      let wanted = "first and last byte, as in [1, 5]"
      let ends = item.required("covers", "[1, 5]")?.items(wanted, count: 2)?.compactMap {
        $0.whole("a byte's place", in: Self.bytes)
      }
      guard let kind, let place, let ends, ends.count == 2 else { return nil }
      guard ends[0] <= ends[1] else {
        item.optional("covers")?.report(
          "\(item.keyPath).covers is empty", remedy: "write \(wanted)")
        return nil
      }
      return PlacedChecksum(kind, byteOffset: place, covers: ends[0]..<ends[1] + 1)
    }
    return checks.count == items.count ? checks : nil
  }

  /// A packet made of items.
  func taggedLayout(_ node: ConfigurationNode) -> TaggedLayout? {
    node.allow("kind_at", "kind", "length_at", "overhead", "first_item_at", "header", "items")
    func place(_ key: String) -> Int? {
      node.required(key, "bytes from the packet's start")?.whole(
        "bytes from the packet's start", in: 0...63)
    }
    let kindPlace = place("kind_at")
    let kind = node.required("kind", "0x36")?.whole("a byte", in: 0...255)
    let lengthPlace = place("length_at")
    let overhead = place("overhead")
    let first = place("first_item_at")
    let header = node.required("header", "id16-length8 or length8-id8")?.choice(
      TaggedLayout.Header.self)
    let list = node.required("items", "[...]")?.items("a list of { id, length }") ?? []
    let items = list.filter(\.isMapping).compactMap { item -> TaggedLayout.Item? in
      item.allow("id", "length")
      let id = item.required("id", "0x1020")?.whole("the item's id", in: 0...65535)
      let length = item.required("length", "bytes")?.whole("bytes of its content", in: 1...250)
      guard let id, let length else { return nil }
      return TaggedLayout.Item(id: id, length: length)
    }
    guard let kindPlace, let kind, let lengthPlace, let overhead, let first, let header,
      items.count == list.count
    else { return nil }
    return TaggedLayout(
      kindOffset: kindPlace, kind: UInt8(kind), lengthOffset: lengthPlace, overhead: overhead,
      firstItem: first, header: header, items: items)
  }

  /// A packet that is a line of text.
  func textLayout(_ node: ConfigurationNode) -> TextLayout? {
    node.allow("separator", "columns", "checked")
    let separator = node.optional("separator").map { $0.choice(Separator.self) } ?? .comma
    let columns = node.required("columns", "how many")?.whole("columns", in: 1...1024)
    let isChecked = node.optional("checked").map { isTrue($0) } ?? false
    guard let separator, let columns, let isChecked else { return nil }
    return TextLayout(separator: separator.byte, columns: columns, isChecked: isChecked)
  }

  private enum Separator: String, CaseIterable {
    case comma, semicolon, tab, space

    var byte: UInt8 {
      switch self {
      case .comma: 0x2C
      case .semicolon: 0x3B
      case .tab: 0x09
      case .space: 0x20
      }
    }
  }

  /// The byte that says whether samples are good.
  func packetStatus(_ node: ConfigurationNode) -> PacketStatus? {
    node.allow("at", "good", "loss_report")
    let place = node.required("at", "bytes from the packet's start")?.whole(
      "bytes from the packet's start", in: Self.bytes)
    let good = (node.required("good", "[0]")?.items("a list of bytes") ?? []).compactMap {
      $0.whole("a byte", in: 0...255)
    }
    var report: PacketStatus.LossReport?
    if let section = node.section("loss_report") {
      section.allow("value", "at", "type", "byte_order", "placeholders")
      let value = section.required("value", "60")?.whole("a byte", in: 0...255)
      let number = section.required("at", "bytes from the packet's start")?.whole(
        "bytes from the packet's start", in: Self.bytes)
      let type = section.required("type", "uint32")?.choice(NumberType.self)
      let order = byteOrder(section, needed: (type?.byteCount ?? 1) > 1)
      let placeholders =
        section.optional("placeholders").map { $0.whole("samples", in: 0...65536) } ?? 0
      guard let value, let number, let type, let order, let placeholders else { return nil }
      report = PacketStatus.LossReport(
        value: UInt8(value), byteOffset: number, type: type, byteOrder: order,
        placeholders: placeholders)
    }
    guard let place else { return nil }
    return PacketStatus(byteOffset: place, good: good.map(UInt8.init), lossReport: report)
  }

  /// Where the device's own time stands.
  func deviceTimeField(_ node: ConfigurationNode) -> DeviceTimeField? {
    node.allow("byte_offset", "item", "column", "type", "byte_order", "scale")
    let place = fieldPlace(node)
    let isText = node.optional("column") != nil
    let type =
      isText ? NumberType.float64 : node.required("type", "uint32")?.choice(NumberType.self)
    let order = byteOrder(node, needed: !isText && (type?.byteCount ?? 1) > 1)
    let scale = node.required("scale", "0.1 ms")?.quantity(.duration, .positive)
    guard let place, let type, let order, let scale else { return nil }
    return DeviceTimeField(
      byteOffset: place.offset, type: type, byteOrder: order, scale: scale, item: place.item,
      column: place.column)
  }

  /// How constants that the device keeps correct a channel.
  func channelCalibration(_ node: ConfigurationNode) -> ChannelCalibration? {
    node.allow("answer", "form", "number", "slope_at", "offset_at", "low_slope_at", "spacing")
    let answer = node.required("answer", "the name that a step keeps")?.text("a name")
    let form = node.required("form", "counts or volts")?.choice(ChannelCalibration.Form.self)
    let number = node.required("number", "float32 or fixed32")?.choice(
      ChannelCalibration.Number.self)
    func place(_ key: String) -> Int? {
      node.required(key, "bytes from the answer's start")?.whole(
        "bytes from the answer's start", in: Self.bytes)
    }
    let slope = place("slope_at")
    let offset = place("offset_at")
    let lowSlope = node.optional("low_slope_at").map { $0.whole("bytes", in: Self.bytes) }
    let spacing = node.optional("spacing").map { $0.whole("bytes", in: 0...65535) } ?? 0
    guard let answer, let form, let number, let slope, let offset, let spacing,
      lowSlope != .some(nil)
    else { return nil }
    return ChannelCalibration(
      answer: answer, form: form, number: number, slopeAt: slope, offsetAt: offset,
      lowSlopeAt: lowSlope ?? nil, spacing: spacing)
  }
}
