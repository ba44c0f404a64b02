internal import Devices
internal import OpenSimFiles

extension SessionReading {
  /// Which way a pulse goes.
  private enum Edge: String, CaseIterable {
    case rising, falling
  }

  /// The sync input of a source of this kind.
  func syncInput(_ node: ConfigurationNode?, of kind: SourceConfiguration.Kind) -> SyncInput? {
    guard let node, node.isMapping else { return nil }
    node.allow("channel", "threshold", "edge")
    let edge = node.optional("edge").map { $0.choice(Edge.self) } ?? .rising
    guard let channel = node.required("channel", "the name of a channel"),
      let label = channel.text("the name of a channel")
    else { return nil }
    let device: DeviceDescription?
    switch kind {
    case .device(let description), .virtualDevice(let description, _): device = description
    case .stream: device = nil
    }
    var unit: String?
    if let device {
      guard isChannel(label, of: device, at: channel, units: ["V", "1", "count"]) else {
        return nil
      }
      unit = device.channels.first { $0.label == label }?.unit
    }
    let threshold = node.optional("threshold")
    // of a stream it is known only later what its channels measure; a unit says what is meant
    let isVoltage = unit.map { $0 == "V" } ?? (threshold?.plainText?.contains("V") == true)
    guard let threshold else {
      guard !isVoltage else {
        node.report(
          "\(node.keyPath) has no \"threshold\", and \(quoted(label)) is measured in V",
          remedy: "add \"threshold: 2.5 V\", half of a pulse's height")
        return nil
      }
      return edge.map {
        SyncInput(label: label, threshold: 0.5, isVoltage: false, isFalling: $0 == .falling)
      }
    }
    let value =
      isVoltage
      ? threshold.quantity(.voltage)
      : threshold.number("half of a pulse's height in the channel's counts", in: -1e12...1e12)
    guard let value, let edge else { return nil }
    return SyncInput(
      label: label, threshold: value, isVoltage: isVoltage, isFalling: edge == .falling)
  }
}
