internal import Devices
internal import Musculoskeletal
internal import OpenSimFiles

extension SessionReading {
  /// The sensors of a worn device's torque, at most one a coordinate.
  func torqueSignals(_ section: ConfigurationNode?) -> [TorqueAssignment] {
    guard let list = section?.optional("torques"),
      let items = list.items("a list of torque channels")
    else { return [] }
    var signals: [TorqueAssignment] = []
    for item in items where item.isMapping {
      item.allow("channel", "coordinate", "zero", "sign", "gain_sd")
      let channel = channel(item, unit: "N*m")
      let zero = item.quantity("zero", .torque)
      let sign = item.optional("sign").map { Self.sensorSign($0) ?? 1 }
      let gain = item.quantity("gain_sd", .fraction, .positive)
      let wanted = "the name of a coordinate"
      guard let node = item.required("coordinate", wanted), let name = node.text(wanted), let model,
        let coordinate = index(
          of: name, node, in: model.coordinates.map(\.name), kind: "coordinate")
      else { continue }
      if model.coordinates[coordinate].isLocked {
        node.report(
          "the coordinate \(quoted(name)) is locked, and no torque moves it",
          remedy: "delete the entry, or the lock")
      } else if signals.contains(where: { $0.coordinate == coordinate }) {
        node.report(
          "the coordinate \(quoted(name)) already has a torque channel",
          remedy: "delete one of the two")
      } else if let channel {
        signals.append(
          TorqueAssignment(
            channel: channel, coordinate: coordinate, zero: zero ?? 0, sign: sign ?? 1,
            gainDeviation: gain ?? 0.02))
      }
    }
    return signals
  }
}
