import Configuration
import Devices
import Foundation
import Pipeline
import Recordings
import Signals
import Testing

@testable import Runtime

@Suite("Sessions with inertial units")
struct InertialSessionTests {
  static let devices = """
      inertial:
        - { name: upper, source: board, body: r_humerus, UPPER }
        - { name: lower, source: board, body: r_ulna_radius_hand, LOWER }
    """

  /// A session of the small arm with inertial units; with their own orientation, or fused here.
  static func session(
    isFused: Bool = false, angles: String, more: String = ""
  ) throws -> SmallSession {
    func channels(_ letter: String) -> String {
      let rates =
        "gyroscope: [\(letter)_GYR1, \(letter)_GYR2, \(letter)_GYR3], "
        + "accelerometer: [\(letter)_ACC1, \(letter)_ACC2, \(letter)_ACC3]"
      let turn =
        "orientation: [\(letter)_Q1, \(letter)_Q2, \(letter)_Q3, \(letter)_Q4], "
      return (isFused ? "" : turn) + rates
    }
    return try SmallSession { text in
      var text = text.replacing("virtual-emg16-enc2", with: "virtual-emg8-imu2-enc2")
        .replacing("board.EMG1, board.EMG7", with: "board.EMG1, board.EMG7")
      let start = text.range(of: "    - { channel: board.ENC1")!.lowerBound
      let end = text.range(of: "identification:")!.lowerBound
      text.replaceSubrange(start..<end, with: "    " + angles + "\n")
      let section = devices.replacing("UPPER", with: channels("A"))
        .replacing("LOWER", with: channels("B"))
      text = text.replacing(
        "payload_period: 1 s",
        with: "payload_period: 1 s, emg_steadiness: 90 %, hold_duration: [1.4 s, 1.6 s]")
      return text.replacing("signals:\n", with: "signals:\n" + section + "\n") + more
    }
  }

  /// Angles by two units and by one, with axes from the session file.
  static let inertial = """
    - { inertial: upper, coordinate: r_shoulder_elev, axes: [[-0.0589, 0.0023, 0.9983]], noise: 1 deg, rate_noise: 1 deg/s }
        - inertial: [upper, lower]
          coordinate: r_elbow_flex
          axes: [[0.0494, 0.0366, 0.9981], [0.0494, 0.0366, 0.9981]]
          noise: 1 deg
          rate_noise: 1 deg/s
    """

  /// The same without axes, to be calibrated.
  static let uncalibrated = """
    - { inertial: upper, coordinate: r_shoulder_elev, noise: 1 deg, rate_noise: 1 deg/s }
        - { inertial: [upper, lower], coordinate: r_elbow_flex, noise: 1 deg, rate_noise: 1 deg/s }
    """
  static let pose = "calibration: { pose: { r_shoulder_elev: 10 deg, r_elbow_flex: 25 deg } }\n"

  /// The valid frames, events and windows that a session makes of a recording.
  static func pass(
    _ session: SessionConfiguration, _ recording: String
  ) throws -> (frames: [Frame], events: [Event], windows: [Window]) {
    var source = try RecordingSource(path: recording)
    let assembly = try SessionAssembly(session, streams: source.streams)
    var pipeline = Pipeline(assembly.pipeline)
    var block = SampleBlock(capacity: source.blockCapacity)
    var frames: [Frame] = []
    var events: [Event] = []
    var windows: [Window] = []
    while true {
      let step = try source.next(into: &block)
      if case .end = step { break }
      pipeline.consume(step, block: block)
      for index in 0..<pipeline.freshFrameCount {
        let frame = pipeline.freshFrame(index)
        if frame.isValid { frames.append(frame) }
      }
      events += pipeline.takeEvents()
      windows += pipeline.takeWindows()
    }
    return (frames, events, windows)
  }

  @Test(
    "calibrated units show the person's angles and rates, with their own orientation or fused here",
    arguments: [false, true])
  func calibrated(isFused: Bool) throws {
    let session = try Self.session(isFused: isFused, angles: Self.uncalibrated, more: Self.pose)
    let recording = session.path("calibration.xdf")
    let person = CalibrationSession(seed: 5)
    try person.record(session.configuration, path: recording)
    let (text, refusals) = try CalibrationRun(recording, configuration: session.configuration).run()
    #expect(refusals == [])
    let written = try #require(text)
    print(written)
    try written.write(toFile: session.path("C.yaml"), atomically: true, encoding: .utf8)
    let file = session.path("calibrated.yaml")
    try session.configuration.text.replacing("calibration: {", with: "calibration: { file: C.yaml,")
      .write(toFile: file, atomically: true, encoding: .utf8)
    let calibrated = try SessionFile.read(file)

    // the units lie as their bodies do, whose axes the model states
    let truth = [SIMD3(-0.0589, 0.0023, 0.9983), SIMD3(0.0494, 0.0366, 0.9981)]
    for (signal, axis) in zip(calibrated.angles, truth) {
      guard case .inertial(_, _, let alignment) = signal.sensor else {
        Issue.record("no inertial unit")
        continue
      }
      let found = try #require(alignment.axis)
      let error = acos(min((found * axis).sum() / (axis * axis).sum().squareRoot(), 1))
      print("IMU session, fused \(isFused): axis off by \(error * 180 / .pi) deg")
      #expect(error * 180 / .pi < 1)
    }
    let (frames, _, windows) = try Self.pass(calibrated, recording)
    var squares = [[0.0, 0], [0.0, 0]]
    var unmeasured = 0
    // a frame holds angles at its time, and envelopes of a delay before
    for frame in frames {
      let (angles, rates) = (person.angles(frame.time.seconds), person.rates(frame.time.seconds))
      for joint in 0..<2 {
        squares[0][joint] +=
          (frame.angles[joint] - angles[joint]) * (frame.angles[joint] - angles[joint])
        squares[1][joint] +=
          (frame.rates[joint] - rates[joint]) * (frame.rates[joint] - rates[joint])
        if !frame.isMeasured[joint] || !frame.isRateMeasured[joint] { unmeasured += 1 }
      }
    }
    let errors = squares.map { $0.map { ($0 / Double(frames.count)).squareRoot() * 180 / .pi } }
    print("IMU session, fused \(isFused): RMSE \(errors) deg, deg/s of \(frames.count) frames")
    #expect(frames.count > 5000 && errors[0].allSatisfy { $0 < 0.5 })
    #expect(errors[1].allSatisfy { $0 < 3 })
    #expect(unmeasured == 0)
    #expect(windows.count > 50 && windows.allSatisfy { $0.rates.count == $0.angles.count })
    #expect(windows.allSatisfy { $0.isRateMeasured.allSatisfy(\.self) })
  }

  @Test("without calibration or axes there is no frame, and the event says why")
  func unaligned() throws {
    let session = try Self.session(angles: Self.uncalibrated)
    let recording = session.path("short.xdf")
    var person = CalibrationSession()
    person.forgotten = ["pose", "end", "mvc BRA", "mvc TRIlong", "mvc TRIlat+TRImed"]
    try person.record(session.configuration, path: recording)
    let (frames, events, _) = try Self.pass(session.configuration, recording)
    #expect(frames.isEmpty)
    let said = events.compactMap { event -> String? in
      guard case .angleQuality(let coordinate, .unaligned, _) = event else { return nil }
      return coordinate
    }
    #expect(said.sorted() == ["r_elbow_flex", "r_shoulder_elev"])
  }
  @Test("a simulated session with axes from its file repeats, and its windows hold rates")
  func replay() throws {
    let session = try Self.session(angles: Self.inertial, more: Self.pose)
    let (summary, path) = try session.simulate("axes.xdf", seconds: 6)
    #expect(summary.counts.windows >= 2, "\(summary.counts)")
    let replay = try ReplayRun(path).run()
    guard case .identical(_, let estimates) = replay.verdict else {
      Issue.record("\(replay.verdictLine)")
      return
    }
    #expect(estimates == summary.counts.adopted + summary.counts.refused && estimates > 0)
    let (_, _, windows) = try Self.pass(session.configuration, path)
    #expect(windows.contains { $0.isRateMeasured.contains(true) })
  }
}
