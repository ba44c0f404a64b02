import Foundation
public import Signals

/// One channel as an XDF stream header describes it.
public struct XDFChannel: Hashable, Sendable {
  /// The channel's name; empty when the file gives none.
  public var label: String
  /// The unit of the stored values as written; empty when the file gives none.
  public var unit: String
  /// The content type, such as `EMG`; empty when the file gives none.
  public var type: String
  /// The unit after scaling, where the file gives one.
  public var scaledUnit: String?
  /// Scaled units per stored unit, where the file gives one [scaled unit per stored unit].
  public var scale: Double?
  /// Scaled value of a stored zero, where the file gives one [scaled unit].
  public var offset: Double?

  /// A channel of a stream.
  public init(
    label: String, unit: String, type: String = "", scaledUnit: String? = nil,
    scale: Double? = nil, offset: Double? = nil
  ) {
    self.label = label
    self.unit = unit
    self.type = type
    self.scaledUnit = scaledUnit
    self.scale = scale
    self.offset = offset
  }
}

/// What an XDF stream header says about a stream.
public struct XDFStreamHeader: Hashable, Sendable {
  /// The stream's name.
  public var name: String
  /// The content type: `EMG`, `Markers`, `Mixed`.
  public var type: String
  /// Values per sample [1].
  public var channelCount: Int
  /// Nominal rate; zero means irregular [Hz].
  public var nominalRate: Double
  /// How values are stored.
  public var format: XDFFormat
  /// When the stream was made, on its own clock [s].
  public var createdAt: Double
  /// An identifier of the stream that no other stream has.
  public var uid: String
  /// The channels, or none when the file does not describe them (channelCount or empty).
  public var channels: [XDFChannel]
  /// Samples after which the device's counter is the same again; nil without a short one [samples].
  public var counterRange: Int64?

  /// The header of a stream of described channels.
  public init(
    name: String, type: String, nominalRate: Double, format: XDFFormat, channels: [XDFChannel],
    createdAt: Double = 0, uid: String = ""
  ) {
    self.name = name
    self.type = type
    self.channelCount = channels.count
    self.nominalRate = nominalRate
    self.format = format
    self.createdAt = createdAt
    self.uid = uid
    self.channels = channels
  }

  /// The header under which the native values of a session's stream are stored.
  ///
  /// Stored values that need scaling say `count` or `native` as their unit, so that a program which
  /// knows nothing of `scale` does not take them for volts.
  public init(_ stream: StreamDescription, format: XDFFormat, createdAt: Double, uid: String) {
    let channels = stream.channels.map { channel in
      let isScaled = channel.scale != 1 || channel.offset != 0
      return XDFChannel(
        label: channel.label,
        unit: isScaled ? (stream.isInteger ? "count" : "native") : channel.unit,
        type: stream.type, scaledUnit: channel.unit, scale: channel.scale, offset: channel.offset)
    }
    self.init(
      name: stream.name, type: stream.type, nominalRate: stream.nominalRate, format: format,
      channels: channels, createdAt: createdAt, uid: uid)
    counterRange = stream.counterRange
  }

  /// The XML that a stream header chunk holds.
  var xml: String {
    var text = "<?xml version=\"1.0\"?><info>"
    func add(_ name: String, _ value: String) {
      text += "<\(name)>\(XMLTree.escape(value))</\(name)>"
    }
    add("name", name)
    add("type", type)
    add("channel_count", "\(channelCount)")
    add("nominal_srate", Self.plain(nominalRate))
    add("channel_format", format.rawValue)
    add("source_id", name)
    add("version", "1.1")
    add("created_at", Self.plain(createdAt))
    add("uid", uid)
    text += "<desc><channels>"
    for channel in channels {
      text += "<channel>"
      add("label", channel.label)
      add("unit", channel.unit)
      if !channel.type.isEmpty { add("type", channel.type) }
      if let unit = channel.scaledUnit { add("scaled_unit", unit) }
      if let scale = channel.scale { add("scale", "\(scale)") }
      if let offset = channel.offset { add("offset", "\(offset)") }
      text += "</channel>"
    }
    text += "</channels>"
    // Gaps stay gaps: without this, readers spread the samples evenly over a lost packet.
    if nominalRate > 0 {
      text += "<synchronization><can_drop_samples>true</can_drop_samples></synchronization>"
    }
    if let counterRange {
      text += "<acquisition>"
      add("counter_range", "\(counterRange)")
      text += "</acquisition>"
    }
    text += "</desc></info>"
    return text
  }

  /// Reads the XML of a stream header; the text says what is wrong with it.
  static func parse(_ tree: XMLTree) throws(WrongHeader) -> XDFStreamHeader {
    func need(_ name: String) throws(WrongHeader) -> String {
      guard let value = tree[name]?.text else {
        throw WrongHeader(expected: "an element <\(name)>", found: "none")
      }
      return value
    }
    let countText = try need("channel_count")
    guard let count = Int(countText), (1...maximalChannelCount).contains(count) else {
      throw WrongHeader(
        expected: "a channel_count from 1 to \(maximalChannelCount)", found: "'\(countText)'")
    }
    let formatText = try need("channel_format")
    guard let format = XDFFormat(rawValue: formatText) else {
      let known = XDFFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw WrongHeader(expected: "a channel_format among \(known)", found: "'\(formatText)'")
    }
    let rateText = tree["nominal_srate"]?.text ?? "0"
    guard let rate = Double(rateText), rate >= 0, rate <= maximalRate else {
      throw WrongHeader(
        expected: "a nominal_srate from 0 to \(maximalRate) Hz", found: "'\(rateText)'")
    }
    var header = XDFStreamHeader(
      name: tree["name"]?.text ?? "", type: tree["type"]?.text ?? "", nominalRate: rate,
      format: format, channels: [],
      createdAt: tree["created_at"].flatMap { Double($0.text) } ?? 0, uid: tree["uid"]?.text ?? "")
    header.channelCount = count
    header.counterRange = tree["desc"]?["acquisition"]?["counter_range"]
      .flatMap { Int64($0.text) }.flatMap { $0 > 0 ? $0 : nil }
    let described = tree["desc"]?["channels"]?.children.filter { $0.name == "channel" } ?? []
    // Some tools describe fewer channels than they send; then none is trusted.
    if described.count == count {
      header.channels = try described.map { channel throws(WrongHeader) in
        XDFChannel(
          label: channel["label"]?.text ?? "", unit: channel["unit"]?.text ?? "",
          type: channel["type"]?.text ?? "", scaledUnit: channel["scaled_unit"]?.text,
          scale: try Self.number(channel["scale"] ?? channel["scaling_factor"]),
          offset: try Self.number(channel["offset"]))
      }
    }
    return header
  }

  /// What a stream header got wrong.
  struct WrongHeader: Error {
    let expected: String
    let found: String
  }

  /// More channels than any array of electrodes has [1].
  static let maximalChannelCount = 100_000
  /// Faster than any acquisition board samples [Hz].
  static let maximalRate = 1e7

  private static func number(_ element: XMLTree?) throws(WrongHeader) -> Double? {
    guard let text = element?.text, !text.isEmpty else { return nil }
    guard let value = Double(text), value.isFinite else {
      throw WrongHeader(expected: "a number in <\(element?.name ?? "")>", found: "'\(text)'")
    }
    return value
  }

  /// `1000` rather than `1000.0`, as other tools write it.
  private static func plain(_ value: Double) -> String {
    Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}
