import Devices
import Foundation
import Pipeline
import Signals

/// Two devices whose every sample is a closed formula: modulated sine EMG and a sine angle.
struct SyntheticSession {
  /// Rate of the EMG device [Hz].
  static let emgRate = 2000.0
  /// Rate of the angle device [Hz].
  static let angleRate = 500.0
  /// Middle of the EMG band, where the envelope states its delay [Hz].
  static let carrier = (20.0 * 450).squareRoot()
  /// Rms of the MVC [V].
  static let mvc = [0.4e-3, 0.25e-3]

  /// Encoder counts per turn [1].
  static let counts = 4096.0

  /// Amplitude of the EMG of `channel` over the MVC's rms [1].
  static func effort(_ channel: Int, _ time: Double) -> Double {
    0.4 + 0.2 * sin(2 * .pi * (channel == 0 ? 0.8 : 0.5) * time + Double(channel))
  }

  /// The joint's angle [rad].
  static func angle(_ time: Double) -> Double { 0.9 + 0.5 * sin(2 * .pi * time) }

  /// The envelope that the effort amounts to: the mean of a rectified sine, 2/pi, over sqrt(2/pi) [1].
  static func envelope(_ channel: Int, _ time: Double) -> Double {
    effort(channel, time) * (2 / Double.pi).squareRoot()
  }

  /// What the pipeline is told of it.
  static func configuration(
    smoothing: AngleSmoother.Method? = nil, electromechanicalDelay: Double = 0.04,
    windowSteps: Int = 50
  ) -> PipelineConfiguration {
    PipelineConfiguration(
      streams: [
        StreamDescription(
          name: "emg", type: "EMG", nominalRate: emgRate,
          channels: [
            ChannelDescription(label: "unused", unit: "V", scale: 1e-6),
            ChannelDescription(label: "biceps", unit: "V", scale: 1e-6),
            ChannelDescription(label: "triceps", unit: "V", scale: 2e-6, offset: 1e-5),
          ], isInteger: false),
        StreamDescription(
          name: "angles", type: "Encoder", nominalRate: angleRate,
          channels: [
            ChannelDescription(label: "elbow", unit: "rad", scale: 2 * .pi / counts)
          ], isInteger: false),
      ],
      emg: [
        EMGSignal(name: "biceps", electrodes: [Electrode(stream: 0, channel: 1, mvc: mvc[0])]),
        EMGSignal(name: "triceps", electrodes: [Electrode(stream: 0, channel: 2, mvc: mvc[1])]),
      ],
      angles: [
        AngleSignal(
          stream: 1, channel: 0, coordinate: 0, sign: -1, zero: 0.3, center: 1,
          smoothing: smoothing)
      ],
      coordinateCount: 1, envelope: EnvelopeConfiguration(),
      electromechanicalDelay: electromechanicalDelay, step: 0.005, windowSteps: windowSteps,
      historySteps: 30, measurementStride: 2)
  }

  /// Samples of EMG in a block [samples].
  var emgChunk = 20
  /// Samples of angles in a block [samples].
  var angleChunk = 5
  /// EMG samples that never arrive [samples].
  var missing: Range<Int64> = 0..<0
  /// From when the angle device is silent [s].
  var silence = Double.infinity

  /// One moment of the session.
  struct Delivery {
    /// When it arrives [s].
    var arrival: Double
    /// The stream.
    var stream: Int
    /// Its samples [samples].
    var samples: Range<Int64>
  }

  /// Everything both devices deliver until `end` [s], in order of arrival.
  func deliveries(until end: Double) -> [Delivery] {
    var all: [Delivery] = []
    for (stream, rate, chunk) in [(0, Self.emgRate, emgChunk), (1, Self.angleRate, angleChunk)] {
      var first: Int64 = 0
      while Double(first + Int64(chunk) - 1) / rate <= end {
        let samples = first..<(first + Int64(chunk))
        let arrival = Double(samples.upperBound - 1) / rate
        first += Int64(chunk)
        if stream == 0 && samples.overlaps(missing) { continue }
        if stream == 1 && arrival > silence { continue }
        all.append(Delivery(arrival: arrival, stream: stream, samples: samples))
      }
    }
    return all.enumerated().sorted { ($0.1.arrival, $0.0) < ($1.1.arrival, $1.0) }.map(\.1)
  }

  /// Fills `block` with a delivery in native units.
  func fill(_ block: inout SampleBlock, _ delivery: Delivery) {
    block.begin(
      stream: delivery.stream, channelCount: delivery.stream == 0 ? 3 : 1,
      firstSample: delivery.samples.lowerBound)
    block.arrival = SampleTime(seconds: delivery.arrival)
    for sample in delivery.samples {
      let row = block.appendSample()
      if delivery.stream == 0 {
        let time = Double(sample) / Self.emgRate
        let wave = sin(2 * .pi * Self.carrier * time)
        block[row, 0] = 3e3
        block[row, 1] = Self.mvc[0] * Self.effort(0, time) * wave / 1e-6
        block[row, 2] = (Self.mvc[1] * Self.effort(1, time) * wave - 1e-5) / 2e-6
      } else {
        let time = Double(sample) / Self.angleRate
        // coordinate = sign x reading - zero; the encoder is one turn off, as absolute ones may be
        block[row, 0] = (-(Self.angle(time) + 0.3) / (2 * .pi) + 1) * Self.counts
      }
    }
  }

  /// What a pipeline made of it.
  struct Outcome {
    var windows: [Window] = []
    var events: [Event] = []
  }

  /// Runs a pipeline over the session, with extra steps before the deliveries of their time [s].
  func run(
    _ configuration: PipelineConfiguration, until end: Double, extra: [(Double, SourceStep)] = []
  ) -> Outcome {
    var pipeline = Pipeline(configuration)
    var block = SampleBlock(capacity: 3 * max(emgChunk, angleChunk))
    var outcome = Outcome()
    var waiting = extra[...]
    for delivery in deliveries(until: end) {
      while let next = waiting.first, next.0 <= delivery.arrival {
        pipeline.consume(next.1, block: block)
        waiting = waiting.dropFirst()
      }
      fill(&block, delivery)
      pipeline.consume(.block, block: block)
      outcome.events += pipeline.takeEvents()
      outcome.windows += pipeline.takeWindows()
    }
    for next in waiting { pipeline.consume(next.1, block: block) }
    outcome.events += pipeline.takeEvents()
    return outcome
  }
}
