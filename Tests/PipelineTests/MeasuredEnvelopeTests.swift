import Devices
import Foundation
import Pipeline
import Signals
import Testing

/// Recordings that hold envelopes instead of EMG, and angles that wrap.
@Suite struct MeasuredEnvelopeTests {
  /// Rate of both streams [Hz].
  private let rate = 125.0

  private var configuration: PipelineConfiguration {
    PipelineConfiguration(
      streams: [
        StreamDescription(
          name: "envelopes", type: "Mixed", nominalRate: rate,
          channels: [ChannelDescription(label: "biceps", unit: "1")], isInteger: false),
        StreamDescription(
          name: "angles", type: "Angle", nominalRate: rate,
          channels: [ChannelDescription(label: "shoulder", unit: "rad")], isInteger: false),
      ],
      emg: [
        EMGSignal(
          name: "biceps",
          electrodes: [Electrode(stream: 0, channel: 0, mvc: 1e-3, isEnvelope: true)])
      ],
      angles: [
        AngleSignal(
          stream: 1, channel: 0, coordinate: 0, sign: 1, zero: .pi, center: 0.8, smoothing: nil)
      ],
      coordinateCount: 1, envelope: EnvelopeConfiguration(smoothingCutOff: 6),
      electromechanicalDelay: 0.06, step: 0.008, windowSteps: 25, historySteps: 10,
      measurementStride: 1)
  }

  /// Frames of `seconds` of `envelope` and `angle` over time [s].
  private func frames(
    _ seconds: Double, envelope: (Double) -> Double, angle: (Double) -> Double
  ) -> [(time: Double, envelope: Double, angle: Double)] {
    var pipeline = Pipeline(configuration)
    var block = SampleBlock(capacity: 1)
    var frames: [(time: Double, envelope: Double, angle: Double)] = []
    for sample in 0..<Int64(seconds * rate) {
      let time = Double(sample) / rate
      for stream in 0..<2 {
        block.begin(stream: stream, channelCount: 1, firstSample: sample)
        let row = block.appendSample()
        block[row, 0] = stream == 0 ? envelope(time) : angle(time)
        block.arrival = SampleTime(seconds: time)
        pipeline.consume(.block, block: block)
      }
      let frame = pipeline.frame
      if frame.isValid, frame.time.seconds != frames.last?.time {
        frames.append((frame.time.seconds, frame.envelopes[0], frame.angles[0]))
      }
    }
    return frames
  }

  @Test func envelopesAreDelayedAndScaledByNothingElse() {
    // far below the cut-off the low-pass only lags, by what the frame makes up for
    let envelope = { (time: Double) in 0.4 + 0.3 * sin(2 * .pi * 0.5 * time) }
    let frames = frames(6, envelope: envelope, angle: { _ in 3 })
    #expect(frames.count > 500)
    for frame in frames where frame.time > 1 {
      #expect(abs(frame.envelope - envelope(frame.time - 0.06)) < 2e-3)
    }
  }

  @Test func anEnvelopeIsNeverNegative() {
    let frames = frames(3, envelope: { $0 < 1.5 ? 1 : 0 }, angle: { _ in 3 })
    #expect(frames.allSatisfy { $0.envelope >= 0 })
  }

  @Test func anAngleIsFollowedOverTheWrap() {
    let angle = { (time: Double) in .pi + 0.4 * sin(2 * .pi * 0.3 * time) }
    // the sensor shows -pi to pi
    let wrapped = { (time: Double) in atan2(sin(angle(time)), cos(angle(time))) }
    #expect(wrapped(0.1) < 0 && wrapped(2.5) > 0)
    let frames = frames(6, envelope: { _ in 0 }, angle: wrapped)
    #expect(frames.count > 500)
    for frame in frames where frame.time > 1 {
      #expect(abs(frame.angle - (angle(frame.time) - .pi)) < 1e-4)
    }
  }

  @Test func measuredEnvelopesLookAheadByTheirOwnLowPassAlone() {
    var configuration = configuration
    configuration.electromechanicalDelay = 0
    // a Butterworth of two poles lags by sqrt(2) / (2 pi f) at 0 Hz
    #expect(abs(configuration.lookAhead - 2.0.squareRoot() / (2 * .pi * 6)) < 2e-3)
  }
}
