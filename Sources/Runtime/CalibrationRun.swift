public import Configuration
internal import Devices
internal import Estimation
internal import Foundation
internal import Identification
internal import Musculoskeletal
internal import Pipeline
internal import Recordings
internal import Signals

/// A recording with markers, made into a calibration of its person and sensors.
public struct CalibrationRun: Sendable {
  /// The recording, by path.
  public var recording: String
  /// The session that says which channel is what.
  public var configuration: SessionConfiguration

  /// A calibration that has not run yet.
  public init(_ recording: String, configuration: SessionConfiguration) {
    self.recording = recording
    self.configuration = configuration
  }

  /// The calibration file's text, or every reason why there is none.
  public func run() throws -> (text: String?, refusals: [String]) {
    var source = try RecordingSource(path: recording)
    let assembly = try SessionAssembly(configuration, streams: source.streams)
    var pipeline = Pipeline(CalibrationMaterial.pipeline(of: assembly.pipeline))
    let free = assembly.model.limb.skeleton.modelCoordinates
    var material = CalibrationMaterial(assembly.pipeline)
    var block = SampleBlock(capacity: source.blockCapacity)
    while true {
      let step = try source.next(into: &block)
      if case .end = step { break }
      if case .command(.marker(let text), let time) = step { material.addMarker(text, at: time) }
      pipeline.consume(step, block: block)
      for index in 0..<pipeline.freshFrameCount { material.add(pipeline.freshFrame(index)) }
      _ = (pipeline.takeWindows(), pipeline.takeEvents())
    }
    let (calibration, refusals) = Calibration.make(
      material, pose: free.map { configuration.calibrationPose[$0] })
    return (
      calibration.map { text(of: $0, hash: source.fileHash, made: source.preamble?.createdAt) },
      refusals.map(\.message)
    )
  }

  /// The file, which `calibration.file` of a session reads.
  private func text(of calibration: Calibration, hash: SHA256, made: String?) -> String {
    let name = URL(fileURLWithPath: recording).lastPathComponent
    var lines = [
      "# Calibration of \(configuration.subjectCode) from \(name) (sha256 \(hash)).",
      "# A session takes it by \"calibration: { file: ... }\"; its own mvc, zero and sign speak louder.",
      "subject: \(configuration.subjectCode)",
    ]
    // whom and what it was taken with, which arming the feed asks for
    if let made { lines.append("made: \(made)") }
    let devices = configuration.sources.compactMap { source in
      source.serial.map { "\(source.name): \"\($0)\"" }
    }
    if !devices.isEmpty { lines.append("devices: { \(devices.joined(separator: ", ")) }") }
    lines.append("emg:")
    for signal in calibration.signals {
      lines.append(
        "  \(signal.name): { rest: \(exponent(signal.rest * 1e6)) uV, "
          + "mvc: \(exponent(signal.mvc * 1e6)) uV, plateau: \(fixed(signal.plateau, 2)) s }")
    }
    lines.append("angles:")
    for sensor in calibration.sensors {
      if let hinge = sensor.hinge {
        let axis = (0..<3).map { fixed(hinge.axis[$0], 5) }.joined(separator: ", ")
        let pose = (0..<4).map { fixed(hinge.pose.quaternion[$0], 6) }.joined(separator: ", ")
        lines.append(
          "  \(sensor.coordinate): { axis: [\(axis)], pose: [\(pose)], "
            + "pose_angle: \(fixed(hinge.poseAngle, 5)) rad, share: \(fixed(hinge.share, 3)), "
            + "spread: \(fixed(sensor.spread * 180 / .pi, 2)) deg, "
            + "range: \(fixed(sensor.range * 180 / .pi, 1)) deg }")
        continue
      }
      lines.append(
        "  \(sensor.coordinate): { zero: \(fixed(sensor.zero, 5)) rad, sign: \(Int(sensor.sign)), "
          + "spread: \(fixed(sensor.spread * 180 / .pi, 2)) deg, "
          + "range: \(fixed(sensor.range * 180 / .pi, 1)) deg }")
    }
    if let delay = calibration.delay {
      lines.append(
        "delay: { value: \(fixed(max(delay.seconds, 0) * 1000, 1)) ms, "
          + "correlation: \(fixed(delay.correlation, 2)), signal: \(delay.signal), "
          + "coordinate: \(delay.coordinate) }")
    } else {
      lines.append("# No EMG signal told its delay to the motion clearly enough.")
    }
    return (lines + Self.evidence(calibration.evidence)).joined(separator: "\n")
  }

  /// The curves behind the figures, which the report draws.
  private static func evidence(_ evidence: CalibrationEvidence) -> [String] {
    func list(_ values: [Double], _ scale: Double, _ digits: Int) -> String {
      "[" + values.map { fixed($0 * scale, digits) }.joined(separator: ", ") + "]"
    }
    let degrees = 180 / Double.pi
    var lines = [
      "# What the figures were taken from: envelopes in uV and readings in deg, a mean for each 50 ms;",
      "# correlations of envelope and acceleration, one for each 10 ms of delay. \"diffmsm report\" draws them.",
      "evidence:", "  emg:",
    ]
    for signal in evidence.signals {
      lines.append("    \(signal.name):")
      lines.append("      rest: \(list(signal.rest, 1e6, 2))")
      lines.append("      contractions:")
      lines += signal.contractions.map { "        - \(list($0, 1e6, 1))" }
    }
    lines.append("  angles:")
    for sensor in evidence.sensors {
      lines.append("    \(sensor.coordinate):")
      lines.append("      rest: \(list(sensor.rest, degrees, 3))")
      lines.append("      pose: \(list(sensor.pose, degrees, 3))")
      lines.append("      movement: \(list(sensor.movement, degrees, 2))")
    }
    if !evidence.correlations.isEmpty {
      lines.append("  delay: \(list(evidence.correlations, 1, 4))")
    }
    return lines
  }

  /// Four digits without an exponent, however small.
  private func exponent(_ value: Double) -> String {
    value == 0 ? "0" : fixed(value, value < 1 ? 5 : value < 100 ? 3 : 1)
  }
}
