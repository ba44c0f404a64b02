internal import Devices
internal import Musculoskeletal
internal import OpenSimFiles

extension SessionReading {
  /// The EMG signals; together they must excite every muscle of the model exactly once.
  func emgSignals(_ section: ConfigurationNode?) -> [EMGAssignment] {
    let problemsBefore = problemCount
    guard let list = section?.required("emg", "[...]"),
      let items = list.items("a list of EMG channels")
    else { return [] }
    var signals: [EMGAssignment] = []
    var isTaken: Set<Int> = []
    for item in items where item.isMapping {
      item.allow(
        "channel", "channels", "muscles", "mvc", "proxy", "strength_sd", "activation_sd")
      let isProxied = item.optional("proxy") != nil
      let channels = isProxied ? [] : electrodes(item)
      if isProxied { refuseElectrodes(item) }
      let mvc = item.quantity("mvc", .voltage, .positive)
      let wanted = "a list of muscles, as in [BIClong]"
      let nodes = item.required("muscles", "[...]")?.items(wanted) ?? []
      var muscles: [Int] = []
      for node in nodes {
        guard let name = node.text("the name of a muscle"), let model,
          let muscle = index(of: name, node, in: model.muscles.map(\.name), kind: "muscle")
        else { continue }
        guard isTaken.insert(muscle).inserted else {
          node.report(
            "the muscle \(quoted(name)) already has an EMG channel",
            remedy: "list it under one channel only")
          continue
        }
        muscles.append(muscle)
      }
      if nodes.isEmpty, let list = item.optional("muscles"), list.isList {
        list.report("\(list.keyPath) is an empty list", remedy: "write \(wanted)")
      }
      guard !channels.isEmpty, let model, !muscles.isEmpty else { continue }
      if signals.contains(where: { $0.channels.contains(where: channels.contains) }) {
        (item.optional("channel") ?? item.optional("channels"))?.report(
          "the channel already stands for other muscles", remedy: "list all muscles in one entry")
        continue
      }
      let name = muscles.map { model.muscles[$0].name }.joined(separator: "+")
      let known = mvc ?? calibration.maximumVoluntaryEnvelopes[name]
      signals.append(
        EMGAssignment(
          channels: channels, muscles: muscles, name: name,
          maximumVoluntaryEnvelope: known ?? EMGAssignment.nominalMaximumEnvelope,
          hasKnownGain: item.optional("mvc") != nil || known != nil))
    }
    if let model, sourcesAreSound, problemCount == problemsBefore {
      let missing = model.muscles.indices.filter { !isTaken.contains($0) }
      if !missing.isEmpty {
        list.report(
          "no EMG channel excites: \(listed(missing.map { model.muscles[$0].name }))",
          remedy: "list each under the channel of its nearest synergist, or give it a proxy")
      }
    }
    return signals
  }

  /// The channels of an EMG signal: one under `channel`, or a list under `channels`.
  private func electrodes(_ item: ConfigurationNode) -> [ChannelReference] {
    guard let list = item.optional("channels") else {
      return channel(item, unit: "V").map { [$0] } ?? []
    }
    if item.optional("channel") != nil {
      list.report(
        "\(item.keyPath) has both \"channel\" and \"channels\"", remedy: "delete one of the two")
    }
    guard let nodes = list.items("a list of channels, as in [board.EMG1, board.EMG7]") else {
      return []
    }
    if nodes.isEmpty { list.report("\(list.keyPath) is an empty list", remedy: "name a channel") }
    let found = nodes.compactMap { channel(at: $0, units: ["V"]) }
    if Set(found).count < found.count {
      list.report("\(list.keyPath) names a channel twice", remedy: "delete one of the two")
      return []
    }
    return found.count == nodes.count ? found : []
  }

  /// The channel that `item` names as `SOURCE.CHANNEL`.
  func channel(_ item: ConfigurationNode, unit: String) -> ChannelReference? {
    item.required("channel", "SOURCE.CHANNEL").flatMap { channel(at: $0, units: [unit]) }
  }

  /// The channel `SOURCE.CHANNEL` that `node` names; of a device it must exist and have one of the units.
  func channel(at node: ConfigurationNode, units: [String]) -> ChannelReference? {
    let wanted = "SOURCE.CHANNEL"
    guard let text = node.text(wanted) else { return nil }
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      node.report(
        "\(node.keyPath) is \(quoted(text))",
        remedy: "write a source and one of its channels as \(wanted)")
      return nil
    }
    guard let source = sources.firstIndex(where: { $0.name == parts[0] }) else {
      // a source that was itself reported is not missed again
      if sourcesAreSound {
        let names = sources.map(\.name)
        let suggestion = spellingSuggestion(for: parts[0], among: names)
        node.report(
          "there is no source \(quoted(parts[0]))",
          remedy: suggestion.map { "did you mean \(quoted($0))?" } ?? "there are: \(listed(names))")
      }
      return nil
    }
    guard isChannel(parts[1], of: source, at: node, units: units) else { return nil }
    return ChannelReference(source: source, label: parts[1])
  }
  /// True when a source has the channel `label` with one of the units, as far as its device is known.
  func isChannel(
    _ label: String, of source: Int, at node: ConfigurationNode, units: [String]
  ) -> Bool {
    guard let device = sources[source].device else { return true }
    return isChannel(label, of: device, at: node, units: units)
  }

  /// True when a device has the channel `label` with one of the units.
  func isChannel(
    _ label: String, of device: DeviceDescription, at node: ConfigurationNode, units: [String]
  ) -> Bool {
    let labels = device.channels.map(\.label)
    guard let index = labels.firstIndex(of: label) else {
      let suggestion = spellingSuggestion(for: label, among: labels)
      node.report(
        "the device \(quoted(device.name)) has no channel \(quoted(label))",
        remedy: suggestion.map { "did you mean \(quoted($0))?" } ?? "it has: \(listed(labels))")
      return false
    }
    guard units.contains(device.channels[index].unit) else {
      node.report(
        "the channel \(quoted(label)) is measured in \(device.channels[index].unit)",
        remedy: "name a channel measured in \(units.joined(separator: " or "))")
      return false
    }
    return true
  }
}
