import Configuration
import Estimation
import Foundation
import Services
import Signals
import Synchronization
import Testing

@testable import Runtime

@Suite("Calibration that leads a person")
struct GuidedCalibrationTests {
  /// What is said and marked, from any thread.
  private final class Heard: Sendable {
    private let all = Mutex<[String]>([])
    func add(_ line: String) { all.withLock { $0.append(line) } }
    var lines: [String] { all.withLock { $0 } }
  }

  @Test("the guide waits for every stream, announces, marks beginnings and ends, and ends itself")
  func course() {
    var timing = CalibrationProtocol.Timing()
    timing.repeats = 2
    let plan = CalibrationProtocol(
      signals: ["BRA"], coordinates: ["elbow"], pose: "elbow 90 deg", timing: timing)
    #expect(
      plan.steps.map(\.marker) == ["rest", "mvc BRA", "mvc BRA", "pose", "move elbow"])
    let heard = Heard()
    var guide = CalibrationGuide(plan) { heard.add($0) }
    var marks: [(time: Double, text: String)] = []
    var time = 0.0
    while !guide.isFinished, time < 200 {
      // a device is plugged in late
      guide.advance(time: time, isStreaming: time > 7) { marks.append((time, $0)) }
      time += 0.05
    }
    #expect(marks.map(\.text) == plan.steps.flatMap { [$0.marker, "end"] })
    let begin = 7.05 + CalibrationGuide.settling
    for (step, pair) in zip(plan.steps, stride(from: 0, to: marks.count, by: 2)) {
      #expect(abs(marks[pair].time - begin - step.start) < 0.15)
      #expect(abs(marks[pair + 1].time - begin - step.end) < 0.15)
    }
    #expect(heard.lines.count == 3 * plan.steps.count)
    #expect(heard.lines.first == "in 4 s: lie still and let go")
  }

  @Test("a virtual subject with inertial units is led, and what is found is what it is")
  func virtualSubject() throws {
    let session = try InertialSessionTests.session(
      angles: InertialSessionTests.uncalibrated, more: InertialSessionTests.pose)
    var guided = GuidedCalibration(session.configuration, recording: session.path("led.xdf"))
    guided.timing.pause = 0.2
    guided.timing.rest = 2.9
    guided.timing.contraction = 2.8
    guided.timing.repeats = 1
    guided.timing.pose = 1.7
    guided.timing.movement = 3
    let heard = Heard()
    let outcome = try guided.run { heard.add($0) }
    let (text, refusals) = try #require(outcome)
    #expect(refusals == [], "\(heard.lines)")
    let written = try #require(text)
    print(written)
    try written.write(toFile: session.path("C.yaml"), atomically: true, encoding: .utf8)
    let file = session.path("calibrated.yaml")
    try session.configuration.text.replacing("calibration: {", with: "calibration: { file: C.yaml,")
      .write(toFile: file, atomically: true, encoding: .utf8)
    let calibrated = try SessionFile.read(file)
    for signal in calibrated.emg {
      #expect(signal.hasKnownGain)
      #expect(abs(signal.maximumVoluntaryEnvelope / 1e-3 - 1) < 0.03, "\(signal)")
    }
    let truth = [SIMD3(-0.0589, 0.0023, 0.9983), SIMD3(0.0494, 0.0366, 0.9981)]
    for (signal, axis) in zip(calibrated.angles, truth) {
      guard case .inertial(_, _, let alignment) = signal.sensor, let found = alignment.axis else {
        Issue.record("no axis")
        continue
      }
      let error = acos(min((found * axis).sum() / (axis * axis).sum().squareRoot(), 1))
      #expect(error * 180 / .pi < 1)
    }
  }

  @Test("a running session leads one person at a time, to the end or until it is told to stop")
  func led() throws {
    var timing = CalibrationProtocol.Timing()
    timing.repeats = 1
    let plan = CalibrationProtocol(
      signals: ["BRA"], coordinates: ["elbow"], pose: "elbow 90 deg", timing: timing)
    let heard = Heard()
    let led = LedCalibration { heard.add($0) }
    #expect(led.progress == nil && !led.stop())
    #expect(led.begin(plan, recording: "/r.xdf"))
    #expect(!led.begin(plan, recording: "/s.xdf"))
    var marks: [String] = []
    // the session has been running for a minute
    var time = 60.0
    while led.progress?.isRunning == true, time < 200 {
      led.advance(time: time, isStreaming: true) { marks.append($0) }
      time += 0.05
    }
    #expect(marks == plan.steps.flatMap { [$0.marker, "end"] })
    let progress = try #require(led.progress)
    #expect(progress.isFinished && progress.recording == "/r.xdf")
    #expect(progress.said == heard.lines && progress.said.count == 3 * plan.steps.count)
    #expect(abs(time - 62 - plan.duration) < 0.5)

    #expect(led.begin(plan, recording: "/t.xdf"))
    led.advance(time: 300, isStreaming: true) { marks.append($0) }
    #expect(led.stop())
    let before = marks.count
    for step in 0..<1000 {
      led.advance(time: 300 + Double(step), isStreaming: true) { marks.append($0) }
    }
    #expect(marks.count == before)
    #expect(led.progress?.isFinished == false && led.progress?.isRunning == false)
  }
}
