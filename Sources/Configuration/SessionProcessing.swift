internal import Devices
internal import Musculoskeletal
internal import OpenSimFiles

extension SessionReading {
  /// The filters; every corner must lie below half the rate of the devices it is used on.
  func filters(
    _ node: ConfigurationNode?, emg: [EMGAssignment], angles: [AngleAssignment]
  ) -> FilterConfiguration {
    var filters = FilterConfiguration()
    node?.allow(
      "emg_band", "envelope_low_pass", "envelope_rms", "angle_low_pass", "angle_average",
      "mains_notch",
      "mains_harmonics")
    let bandNode = node?.optional("emg_band")
    if let bandNode, let ends = bandNode.items("two frequencies, as in [20 Hz, 450 Hz]", count: 2),
      let low = ends[0].quantity(.frequency, .positive),
      let high = ends[1].quantity(.frequency, .positive)
    {
      (filters.emgBandLow, filters.emgBandHigh) = (low, high)
      if low >= high {
        bandNode.report("\(bandNode.keyPath) is empty", remedy: "write the lower frequency first")
      }
    }
    filters.envelopeLowPass =
      node?.quantity("envelope_low_pass", .frequency, .positive) ?? filters.envelopeLowPass
    filters.envelopeRMS = node?.quantity(
      "envelope_rms", .duration, .within(0.01...2, words: "10 ms to 2 s"))
    if filters.envelopeRMS != nil, let other = node?.optional("envelope_low_pass") {
      other.report(
        "filters has both \"envelope_low_pass\" and \"envelope_rms\"",
        remedy: "delete one of the two")
    }
    filters.mainsNotch = node?.quantity(
      "mains_notch", .frequency, .within(40...70, words: "50 Hz or 60 Hz"))
    if let harmonics = node?.optional("mains_harmonics") {
      filters.mainsHarmonics =
        harmonics.whole("the last multiple of the mains' frequency", in: 1...20)
        ?? filters.mainsHarmonics
      if filters.mainsNotch == nil {
        harmonics.report(
          "filters has \"mains_harmonics\" but no \"mains_notch\"",
          remedy: "add \"mains_notch: 50 Hz\", or delete it")
      }
    }
    let lowPass = node?.quantity("angle_low_pass", .frequency, .positive)
    let average = node?.quantity("angle_average", .duration, .positive)
    if let average { filters.angle = .average(duration: average) }
    if let lowPass { filters.angle = .lowPass(corner: lowPass) }
    if lowPass != nil, average != nil {
      node?.optional("angle_average")?.report(
        "filters has both \"angle_low_pass\" and \"angle_average\"",
        remedy: "delete one of the two")
    }

    let place = node ?? root
    let emgSources = Set(emg.flatMap { $0.channels.map(\.source) }).sorted()
    requireBelowNyquist(
      filters.emgBandHigh, "the EMG band's upper end", at: bandNode ?? place, emgSources)
    requireBelowNyquist(
      filters.envelopeLowPass, "the envelope's corner",
      at: node?.optional("envelope_low_pass") ?? place, emgSources)
    if case .lowPass(let corner) = filters.angle {
      requireBelowNyquist(
        corner, "the angles' corner", at: node?.optional("angle_low_pass") ?? place,
        Set(angles.compactMap { $0.channel?.source }).sorted())
    }
    return filters
  }

  private func requireBelowNyquist(
    _ frequency: Double, _ words: String, at node: ConfigurationNode, _ used: [Int]
  ) {
    for source in used {
      guard let rate = sources[source].device?.nominalRate, frequency >= rate / 2 else { continue }
      node.report(
        "\(words), \(frequency) Hz, is not below half the rate of source "
          + "\(quoted(sources[source].name)), \(rate) Hz",
        remedy: "write less than \(rate / 2) Hz")
    }
  }

  /// From envelope to activation; the time constants go into the model.
  func activation(_ node: ConfigurationNode?) -> ActivationConfiguration {
    var activation = ActivationConfiguration()
    activation.electromechanicalDelay = calibration.delay ?? activation.electromechanicalDelay
    guard let node else { return activation }
    node.allow(
      "electromechanical_delay", "activation_time_constant", "deactivation_time_constant",
      "shape_factor")
    activation.electromechanicalDelay =
      node.quantity("electromechanical_delay", .duration, .within(0...0.2, words: "0 to 200 ms"))
      ?? activation.electromechanicalDelay
    activation.shapeFactor =
      node.optional("shape_factor")?.number("the shape factor", in: -3...0)
      ?? activation.shapeFactor
    return activation
  }

  /// The model with the session's activation time constants in place of its muscles' own.
  func withTimeConstants(
    _ node: ConfigurationNode?, in model: ModelDescription
  ) -> ModelDescription {
    var model = model
    let rise = node?.quantity("activation_time_constant", .duration, .positive)
    let fall = node?.quantity("deactivation_time_constant", .duration, .positive)
    for muscle in model.muscles.indices {
      if let rise { model.muscles[muscle].activationTimeConstant = rise }
      if let fall { model.muscles[muscle].deactivationTimeConstant = fall }
    }
    return model
  }

  /// Where payloads are held.
  func payload(_ node: ConfigurationNode) -> PayloadConfiguration? {
    node.allow("body", "point", "mass_sd", "point_sd")
    let bodyNode = node.required("body", "the name of a body")
    let name = bodyNode?.text("the name of a body")
    let wanted = "three lengths in the body's frame, as in [0 m, -0.25 m, 0 m]"
    let point = (node.required("point", "[...]")?.items(wanted, count: 3) ?? []).compactMap {
      $0.quantity(.length)
    }
    let massDeviation = node.quantity("mass_sd", .fraction, .notNegative)
    let pointDeviation = node.quantity("point_sd", .length, .notNegative)
    guard let bodyNode, let name, let model, point.count == 3,
      let body = index(of: name, bodyNode, in: model.bodies.map(\.name), kind: "body")
    else { return nil }
    var payload = PayloadConfiguration(
      place: Payload(body: body, location: Vector3(point[0], point[1], point[2])))
    payload.massDeviation = massDeviation ?? payload.massDeviation
    payload.pointDeviation = pointDeviation ?? payload.pointDeviation
    return payload
  }
}
