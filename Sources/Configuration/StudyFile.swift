internal import Musculoskeletal
internal import OpenSimFiles

/// Reads a study from its YAML file.
public enum StudyFile {
  /// The study in the file at `path`, checked whole.
  ///
  /// `settings` as in `study.trials=5` replace what the file says.
  public static func read(
    _ path: String, settings: [String] = []
  ) throws(ConfigurationError) -> StudyConfiguration {
    try read(path, settings: settings, on: FileShelf())
  }

  static func read(
    _ path: String, settings: [String] = [], on shelf: FileShelf
  ) throws(ConfigurationError) -> StudyConfiguration {
    let document = ConfigurationDocument(path: path, on: shelf)
    let study = document.open(settings: settings).flatMap { root in
      var reading = SessionReading(root: root)
      return reading.study()
    }
    try document.finish()
    guard let study else { preconditionFailure("a study without problems has a value") }
    return study
  }
}

extension SessionReading {
  /// The study; nil, or a value of no use, after problems were reported.
  mutating func study() -> StudyConfiguration? {
    root.allow(
      "model", "virtual_subject", "payload", "identification", "study", "include", "set")
    model = readModel()
    let payload = root.section("payload").flatMap { self.payload($0) }
    let subject = virtualSubject(root.section("virtual_subject"), isNeeded: true)
    var identification = identification(root.section("identification"))
    guard let model, let subject else { return nil }
    identification.groups = groups(model: model)
    // every muscle has an electrode of its own, and its envelope is what the study measures
    let emg = model.muscles.indices.map {
      EMGAssignment(
        channels: [], muscles: [$0], name: model.muscles[$0].name,
        maximumVoluntaryEnvelope: 1, hasKnownGain: true)
    }
    identification.free = freeParameters(
      model: model, groups: identification.groups, emg: emg, payload: payload,
      activation: ActivationConfiguration(), signalsAreSound: true,
      processNoise: processNoise(isConstant: true))
    var result = StudyConfiguration(
      file: root.document.file, text: root.document.text, modelFile: modelFile ?? "", model: model,
      payload: payload, subject: subject, identification: identification)
    if let section = root.section("study") { readStudy(section, into: &result) }
    return result
  }

  private func readStudy(_ node: ConfigurationNode, into study: inout StudyConfiguration) {
    node.allow(
      "trials", "duration", "angle_noise", "declared_angle_noise", "rate_noise", "envelope_noise",
      "envelope_correlation_time", "envelope_cutoff", "gain_spread", "delay", "online", "faults")
    study.trials = node.optional("trials")?.whole("trials", in: 1...100_000) ?? study.trials
    study.duration = node.quantity("duration", .duration, .positive) ?? study.duration
    study.angleNoise = node.quantity("angle_noise", .angle, .notNegative) ?? study.angleNoise
    study.declaredAngleNoise =
      node.quantity("declared_angle_noise", .angle, .positive)
      ?? (study.angleNoise > 0 ? study.angleNoise : study.declaredAngleNoise)
    study.rateNoise = node.quantity("rate_noise", .angularRate, .positive)
    study.envelopeNoise =
      node.quantity("envelope_noise", .fraction, .within(0...0.5, words: "0 to 50 %"))
      ?? study.envelopeNoise
    study.envelopeCorrelationTime =
      node.quantity("envelope_correlation_time", .duration, .positive)
      ?? study.envelopeCorrelationTime
    study.envelopeCutOff = node.quantity("envelope_cutoff", .frequency, .positive)
    study.gainSpread =
      node.quantity("gain_spread", .fraction, .within(0...1, words: "0 to 100 %"))
      ?? study.gainSpread
    if let ends = node.optional("delay")?.items("two durations, as in [20 ms, 60 ms]", count: 2),
      let shortest = ends[0].quantity(.duration, .notNegative),
      let longest = ends[1].quantity(.duration, .notNegative)
    {
      if shortest <= longest {
        study.delay = shortest...longest
      } else {
        ends[0].report("study.delay is empty", remedy: "write the shorter duration first")
      }
    }
    study.isOnline = node.optional("online")?.choice(TrueOrFalse.self) == .true
    for item in node.optional("faults")?.items("a list of faults") ?? [] {
      if let fault = item.text("a fault's name") { study.faults.append(fault) }
    }
  }
}
