internal import Musculoskeletal
internal import OpenSimFiles
internal import Signals

extension SessionReading {
  /// The angle signals; together they must show every coordinate that is not locked exactly once.
  func angleSignals(
    _ section: ConfigurationNode?, units: [InertialAssignment]
  ) -> [AngleAssignment] {
    let problemsBefore = problemCount
    guard let list = section?.required("angles", "[...]"),
      let items = list.items("a list of angle channels")
    else { return [] }
    var signals: [AngleAssignment] = []
    for item in items where item.isMapping {
      item.allow(
        "channel", "coordinate", "zero", "sign", "noise", "gear_ratio", "index", "index_angle",
        "scale", "offset", "table", "range", "inertial", "axes", "heading", "rate_noise")
      let isInertial = item.optional("inertial") != nil
      refuseStrangers(item, isInertial: isInertial)
      let channelSensor = isInertial ? nil : channelSensor(item)
      let zero = item.quantity("zero", .angle)
      let noise = item.required("noise", "0.5 mrad")?.quantity(.angle, .positive)
      let sign = item.optional("sign").map { Self.sensorSign($0) ?? 1 }
      let wanted = "the name of a coordinate"
      guard let node = item.required("coordinate", wanted), let name = node.text(wanted), let model,
        let coordinate = index(
          of: name, node, in: model.coordinates.map(\.name), kind: "coordinate")
      else { continue }
      if model.coordinates[coordinate].isLocked {
        node.report(
          "the coordinate \(quoted(name)) is locked and needs no channel",
          remedy: "delete the entry, or the lock")
        continue
      }
      if signals.contains(where: { $0.coordinate == coordinate }) {
        node.report(
          "the coordinate \(quoted(name)) already has a channel", remedy: "delete one of the two")
        continue
      }
      let sensor =
        isInertial
        ? inertialJoint(item, coordinate: coordinate, name: name, units: units) : channelSensor
      guard let sensor, let noise else { continue }
      var signal = AngleAssignment(
        sensor: sensor, coordinate: coordinate, zero: zero ?? calibration.zeros[name] ?? 0,
        sign: sign ?? calibration.signs[name] ?? 1, noise: noise)
      if case .encoder(_, _, .some) = sensor {
        signal.zero = -signal.sign * (item.quantity("index_angle", .angle) ?? 0)
      }
      signal.rateNoise = rateNoise(item, sensor: sensor, units: units)
      signals.append(signal)
    }
    if let model, sourcesAreSound, problemCount == problemsBefore {
      let missing = model.coordinates.indices.filter { coordinate in
        !model.coordinates[coordinate].isLocked
          && !signals.contains { $0.coordinate == coordinate }
      }
      if !missing.isEmpty {
        list.report(
          "no channel shows: \(listed(missing.map { model.coordinates[$0].name }))",
          remedy: "add a channel for each, or lock it as in "
            + "\"model: { coordinates: { NAME: { locked: 70 deg } } }\"")
      }
    }
    return signals
  }

  /// Reports keys that mean nothing beside the others.
  private func refuseStrangers(_ item: ConfigurationNode, isInertial: Bool) {
    func refuse(_ keys: [String], _ words: String) {
      for key in keys {
        item.optional(key)?.report(
          "\(item.keyPath) has \"\(key)\" \(words)", remedy: "delete one of the two")
      }
    }
    let voltage = ["scale", "offset", "table", "range"]
    let encoder = ["gear_ratio", "index", "index_angle"]
    if isInertial {
      refuse(["channel", "zero", "sign"] + voltage + encoder, "beside \"inertial\"")
      return
    }
    for key in ["axes", "heading", "rate_noise"] {
      item.optional(key)?.report(
        "\(item.keyPath) has \"\(key)\" and no \"inertial\"", remedy: "delete it")
    }
    let isVoltage = item.optional("scale") != nil || item.optional("table") != nil
    if isVoltage {
      refuse(encoder, "beside \"\(item.optional("table") != nil ? "table" : "scale")\"")
      if item.optional("table") != nil { refuse(["scale", "offset"], "beside \"table\"") }
    } else {
      for key in ["offset", "range"] {
        item.optional(key)?.report(
          "\(item.keyPath) has \"\(key)\" and neither \"scale\" nor \"table\"",
          remedy: "add \"scale: 40 deg/V\", or delete it")
      }
    }
    if item.optional("index") != nil {
      refuse(["zero"], "beside \"index\"")
    } else if let stray = item.optional("index_angle") {
      stray.report(
        "\(item.keyPath) has \"index_angle\" and no \"index\"",
        remedy: "add \"index: SOURCE.CHANNEL\", or write \"zero\"")
    }
  }

  /// A sensor with a channel of its own: an angle, an encoder or a voltage.
  private func channelSensor(_ item: ConfigurationNode) -> AngleAssignment.Sensor? {
    if item.optional("scale") != nil || item.optional("table") != nil {
      let curve = voltageCurve(item)
      guard let channel = channel(item, unit: "V"), let curve else { return nil }
      return .voltage(channel, curve)
    }
    let gearNode = item.optional("gear_ratio")
    let indexNode = item.optional("index")
    let gear = gearNode?.number("the shaft's turns in one of the joint", in: 0.001...1000)
    let index = indexNode.flatMap { channel(at: $0, units: ["1", "V", "count"]) }
    guard let channel = channel(item, unit: "rad") else { return nil }
    guard gearNode != nil || indexNode != nil else { return .angle(channel) }
    if let index, index.source != channel.source {
      indexNode?.report(
        "the index pulse comes from another source than the counts",
        remedy: "name a channel of \(quoted(sources[channel.source].name))")
    }
    guard gearNode == nil || gear != nil, indexNode == nil || index != nil else { return nil }
    return .encoder(channel, gearRatio: gear ?? 1, index: index)
  }

  /// The angle by voltage: a line of `scale` and `offset`, or the points of `table`.
  private func voltageCurve(_ item: ConfigurationNode) -> VoltageCurve? {
    let scale = item.quantity("scale", .angleByVoltage)
    var range: ClosedRange<Double>?
    if let node = item.optional("range") {
      guard let ends = node.items("two voltages, as in [0.1 V, 4.9 V]", count: 2),
        let low = ends[0].quantity(.voltage), let high = ends[1].quantity(.voltage)
      else { return nil }
      guard low < high else {
        node.report("\(node.keyPath) is empty", remedy: "write the lower voltage first")
        return nil
      }
      range = low...high
    }
    let everything = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    guard let table = item.optional("table") else {
      guard let scale else { return nil }
      guard scale != 0 else {
        item.optional("scale")?.report(
          "\(item.keyPath).scale is zero", remedy: "write the angle of one volt")
        return nil
      }
      return VoltageCurve(
        scale: scale, offset: item.quantity("offset", .angle) ?? 0, range: range ?? everything)
    }
    let wanted = "two or more voltages with their angles, as in [[0.5 V, 0 deg], [2.5 V, 90 deg]]"
    let points = (table.items(wanted) ?? []).compactMap { node -> (Double, Double)? in
      guard let pair = node.items("a voltage and its angle, as in [0.5 V, 0 deg]", count: 2),
        let volts = pair[0].quantity(.voltage), let angle = pair[1].quantity(.angle)
      else { return nil }
      return (volts, angle)
    }
    let count = table.items(wanted)?.count ?? 0
    guard points.count == count else { return nil }
    let sorted = points.sorted { $0.0 < $1.0 }
    let ends = range ?? (sorted.first?.0 ?? 0)...(sorted.last?.0 ?? 0)
    guard
      let curve = VoltageCurve(volts: sorted.map(\.0), angles: sorted.map(\.1), range: ends)
    else {
      table.report("\(table.keyPath) is no curve", remedy: "write \(wanted), no voltage twice")
      return nil
    }
    return curve
  }

  /// The noise of the rate that gyroscopes measure, where the session takes it.
  private func rateNoise(
    _ item: ConfigurationNode, sensor: AngleAssignment.Sensor, units: [InertialAssignment]
  ) -> Double? {
    guard let node = item.optional("rate_noise"), case .inertial(let first, let second, _) = sensor,
      let noise = node.quantity(.angularRate, .positive)
    else { return nil }
    for unit in [first, second].compactMap(\.self) where units[unit].gyroscope == nil {
      node.report(
        "the unit \(quoted(units[unit].name)) has no gyroscope",
        remedy: "add its \"gyroscope\" channels, or delete \"rate_noise\"")
    }
    return noise
  }
}
