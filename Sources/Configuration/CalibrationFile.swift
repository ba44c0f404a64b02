public import Signals

/// Reads a calibration for people: its figures and the curves that they were taken from.
public enum CalibrationFile {
  /// The calibration in the file at `path`.
  public static func read(_ path: String) throws(ConfigurationError) -> CalibrationRecord {
    let document = ConfigurationDocument(path: path, on: FileShelf())
    let record = document.open().map { Self.record($0) }
    try document.finish()
    guard let record else { preconditionFailure("a calibration without problems has a value") }
    return record
  }

  private static func record(_ root: ConfigurationNode) -> CalibrationRecord {
    // the same words that a session's reader lets pass, checked by the same reader
    let values = SessionReading.calibrationValues(root)
    var record = CalibrationRecord()
    record.subject = values.origin?.subject
    record.made = values.origin?.made
    for (name, _, node) in root.section("emg")?.entries ?? [] {
      guard let mvc = values.maximumVoluntaryEnvelopes[name] else { continue }
      record.signals.append(
        CalibrationRecord.Signal(
          name: name, rest: node.quantity("rest", .voltage), mvc: mvc,
          plateau: node.quantity("plateau", .duration)))
    }
    for (name, _, node) in root.section("angles")?.entries ?? [] where node.isMapping {
      var sensor = CalibrationRecord.Sensor(coordinate: name)
      sensor.zero = values.zeros[name]
      sensor.sign = values.signs[name]
      sensor.spread = node.quantity("spread", .angle)
      sensor.range = node.quantity("range", .angle)
      sensor.share = node.optional("share")?.number("a part of one", in: 0...1)
      record.sensors.append(sensor)
    }
    if let node = root.section("delay"), let seconds = values.delay {
      var delay = CalibrationRecord.Delay(seconds: seconds)
      delay.correlation = node.optional("correlation")?.number("a correlation", in: -1...1)
      delay.signal = node.optional("signal")?.plainText
      delay.coordinate = node.optional("coordinate")?.plainText
      record.delay = delay
    }
    record.evidence = root.section("evidence").map { evidence($0) }
    return record
  }

  private static func evidence(_ root: ConfigurationNode) -> CalibrationEvidence {
    root.allow("emg", "angles", "delay")
    func numbers(_ node: ConfigurationNode?, _ scale: Double) -> [Double] {
      (node?.items("a list of numbers") ?? []).compactMap {
        $0.number("a number", in: -1e12...1e12).map { $0 * scale }
      }
    }
    let radians = Double.pi / 180
    var evidence = CalibrationEvidence()
    for (name, _, node) in root.section("emg")?.entries ?? [] where node.isMapping {
      node.allow("rest", "contractions")
      evidence.signals.append(
        CalibrationEvidence.Signal(
          name: name, rest: numbers(node.optional("rest"), 1e-6),
          contractions: (node.optional("contractions")?.items("a list of curves") ?? [])
            .map { numbers($0, 1e-6) }))
    }
    for (name, _, node) in root.section("angles")?.entries ?? [] where node.isMapping {
      node.allow("rest", "pose", "movement")
      evidence.sensors.append(
        CalibrationEvidence.Sensor(
          coordinate: name, rest: numbers(node.optional("rest"), radians),
          pose: numbers(node.optional("pose"), radians),
          movement: numbers(node.optional("movement"), radians)))
    }
    evidence.correlations = numbers(root.optional("delay"), 1)
    return evidence
  }
}
