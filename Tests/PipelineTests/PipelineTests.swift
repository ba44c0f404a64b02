import Devices
import Foundation
import Identification
import Musculoskeletal
import Pipeline
import Signals
import TestSupport
import Testing

@Suite struct PipelineTests {
  @Test(arguments: [0.0, 0.04])
  func envelopesStandWhereTheyAct(electromechanicalDelay: Double) throws {
    let configuration = SyntheticSession.configuration(
      electromechanicalDelay: electromechanicalDelay)
    let outcome = SyntheticSession().run(configuration, until: 4)
    #expect(outcome.windows.count >= 10)
    let delay = LinearEnvelope(EnvelopeConfiguration(), rate: 2000, mvc: 1).delay
    var (settling, settled) = (0.0, 0.0)
    for window in outcome.windows {
      for row in 0...window.halfStepCount {
        let time =
          window.start.seconds + 0.5 * window.step * Double(row - 2 * window.historySteps)
        for channel in 0..<2 {
          let expected = SyntheticSession.envelope(channel, time - electromechanicalDelay)
          let error = abs(window.envelopes[2 * row + channel] - expected)
          if time - electromechanicalDelay + delay < 8 * delay {
            settling = max(settling, error)
          } else {
            settled = max(settled, error)
          }
        }
      }
    }
    // ripple of the rectified carrier at 190 Hz behind the 6 Hz low-pass: 4e-4; the low-pass's phase
    // delay at 0.8 Hz exceeds its group delay at zero by 0.2 ms: 2e-4. A delay left out: 1e-2 and more
    #expect(settled < 1e-3, "\(settled)")
    // after four delays the low-pass still remembers exp(-4.4) of its start, after eight exp(-9)
    #expect(settling < 1e-2, "\(settling)")
  }

  @Test func anglesStandWhereTheyWereMeasured() throws {
    for (smoothing, tolerance) in [
      // cubic interpolation 3e-10, nanoseconds 2e-9 rad
      (nil, 1e-8),
      // the phase delay at 1 Hz is 9 us off the delay at zero: 3e-5 rad
      (AngleSmoother.Method.butterworth(cutOff: 20), 1e-4),
      // the mean of nine: sinc(1 Hz x 18 ms) is 1 - 5e-4: 3e-4 rad
      (AngleSmoother.Method.movingAverage(samples: 9), 4e-4),
    ] as [(AngleSmoother.Method?, Double)] {
      let outcome = SyntheticSession().run(
        SyntheticSession.configuration(smoothing: smoothing), until: 3)
      #expect(outcome.windows.count >= 6)
      for window in outcome.windows {
        #expect(window.isMeasured.allSatisfy { $0 })
        for row in 0...window.measurementCount {
          let time =
            window.start.seconds + window.step * Double(row * window.measurementStride)
          let error = window.angles[row] - SyntheticSession.angle(time)
          #expect(abs(error) < tolerance, "\(error) rad with \(String(describing: smoothing))")
        }
      }
    }
  }

  @Test func windowsFollowEachOtherWithoutASeam() throws {
    let outcome = SyntheticSession().run(SyntheticSession.configuration(), until: 4)
    let windows = outcome.windows
    #expect(windows.count >= 10)
    #expect(windows.map(\.index) == Array(0..<windows.count))
    #expect(!windows[0].followsPrevious)
    #expect(windows.allSatisfy { $0.stepCount == 50 && $0.historySteps == 30 && $0.isFinite })
    for (one, next) in zip(windows, windows.dropFirst()) {
      #expect(next.followsPrevious)
      #expect(next.start == one.end)
      #expect(next.angles.first == one.angles.last)
      // the next one's history and first frame are the last frames of this one
      #expect(next.envelopes.prefix(2 * 61) == one.envelopes.suffix(2 * 61))
    }
    let closed = outcome.events.compactMap { event -> Int? in
      if case .windowClosed(let window, let start, let end) = event {
        #expect(windows[window].start == start && windows[window].end == end)
        return window
      }
      return nil
    }
    #expect(closed == windows.map(\.index))
    // nothing else happened
    #expect(outcome.events.count == closed.count)
  }

  @Test func howSamplesAreGatheredIntoBlocksChangesNothing() {
    let configuration = SyntheticSession.configuration(smoothing: .butterworth(cutOff: 20))
    let one = SyntheticSession(emgChunk: 1, angleChunk: 1).run(configuration, until: 5)
    // the first block's arrival sets the clock, so all chunks end on a whole millisecond's sample
    for (emg, angle) in [(4, 1), (20, 25), (200, 10), (7, 3)] {
      let other = SyntheticSession(emgChunk: emg, angleChunk: angle).run(configuration, until: 5)
      let count = min(one.windows.count, other.windows.count)
      #expect(count >= 14)
      #expect(one.windows.prefix(count) == other.windows.prefix(count), "\(emg), \(angle)")
    }
  }

  @Test func aGapStaysAGap() throws {
    let session = SyntheticSession(missing: 4000..<4200)
    let configuration = SyntheticSession.configuration()
    let outcome = session.run(configuration, until: 6)
    let gaps = outcome.events.compactMap { event -> (String, Int64, SampleTime)? in
      if case .gap(let stream, let at, let lost) = event { (stream, lost, at) } else { nil }
    }
    #expect(gaps.count == 1)
    #expect(gaps[0].0 == "emg" && gaps[0].1 == 200)
    // noticed with the first block after it, samples 4200 ..< 4220
    #expect(gaps[0].2 == SampleTime(seconds: 4219 / 2000.0))
    let dropped = outcome.events.filter { if case .framesDropped = $0 { true } else { false } }
    #expect(dropped.count == 1)

    // no window, nor its history, reads the envelopes of 2.0 to 2.1 s
    let envelope = LinearEnvelope(EnvelopeConfiguration(), rate: 2000, mvc: 1)
    let shift = envelope.delay - 0.04
    #expect(outcome.windows.count >= 10)
    for window in outcome.windows {
      let first = window.start.seconds - 30 * 0.005 + shift
      let last = window.end.seconds + shift
      #expect(last < 2.0 || first >= 2.1 + 4 * envelope.delay - 1e-9)
      // and what is in it is as good as ever
      for row in 0...window.halfStepCount {
        let time = window.start.seconds + 0.0025 * Double(row - 60)
        let expected = SyntheticSession.envelope(0, time - 0.04)
        #expect(abs(window.envelopes[2 * row] - expected) < 1e-2)
      }
    }
    let breaks = outcome.windows.filter { !$0.followsPrevious }
    #expect(breaks.count == 2)
    #expect(breaks[1].start > SampleTime(seconds: 2.1))
    #expect(outcome.windows.map(\.index) == Array(0..<outcome.windows.count))
  }

  @Test func aPayloadLandsInItsStep() throws {
    let configuration = SyntheticSession.configuration()
    let plain = SyntheticSession().run(configuration, until: 3).windows
    #expect(plain[2].payload.allSatisfy { $0 == 0 })
    // put on 0.3 of a step into step 12 of window 2: it holds for that step's middle;
    // put off 0.7 of a step into step 40: only the next step is without
    let on = plain[2].start.advanced(seconds: 12.3 * 0.005)
    let off = plain[2].start.advanced(seconds: 40.7 * 0.005)
    let outcome = SyntheticSession().run(
      configuration, until: 3,
      extra: [
        (on.seconds, .command(.payload(kilograms: 2.5), at: on)),
        (off.seconds, .command(.payloadOff, at: off)),
      ])
    #expect(outcome.windows[1].payload.allSatisfy { $0 == 0 })
    #expect(outcome.windows[2].payload == (0..<50).map { 12...40 ~= $0 ? 2.5 : 0 })
    #expect(outcome.windows[3].payload.allSatisfy { $0 == 0 })
    #expect(outcome.events.contains(.command(.payload(kilograms: 2.5), at: on)))
    #expect(outcome.events.contains(.command(.payloadOff, at: off)))
    // the payload changes nothing else
    #expect(outcome.windows[2].envelopes == plain[2].envelopes)
  }

  @Test func silenceIsNoticedByTicksAndForgottenByTheNextBlock() {
    let configuration = SyntheticSession.configuration()
    let session = SyntheticSession(silence: 1)
    var pipeline = Pipeline(configuration)
    var block = SampleBlock(capacity: 300)
    for delivery in session.deliveries(until: 1) {
      session.fill(&block, delivery)
      pipeline.consume(.block, block: block)
    }
    #expect(pipeline.takeEvents().allSatisfy { if case .windowClosed = $0 { true } else { false } })
    #expect(!pipeline.isInputLost)
    // both last blocks arrived within 10 ms before 1 s; a silence of 250 ms is a loss
    for tick in 1...60 {
      pipeline.consume(.tick(SampleTime(seconds: 1 + 0.005 * Double(tick))), block: block)
      if tick < 48 { #expect(pipeline.takeEvents().isEmpty, "tick \(tick)") }
    }
    let lost = pipeline.takeEvents()
    #expect(lost.count == 2)
    var names: [String] = []
    for event in lost {
      if case .inputLost(let stream, let at) = event {
        names.append(stream)
        #expect(at.seconds > 1.24 && at.seconds <= 1.256)
      }
    }
    #expect(names == ["emg", "angles"])
    #expect(pipeline.isInputLost)
    #expect(pipeline.now == SampleTime(seconds: 1.3))

    // the EMG device comes back without having lost a sample
    let back = SyntheticSession.Delivery(arrival: 1.4, stream: 0, samples: 2000..<2020)
    session.fill(&block, back)
    pipeline.consume(.block, block: block)
    #expect(pipeline.takeEvents() == [.inputBack(stream: "emg", at: SampleTime(seconds: 1.4))])
    #expect(pipeline.isInputLost, "the angles are still away")
    // and a tick does not lose the angles a second time
    pipeline.consume(.tick(SampleTime(seconds: 1.45)), block: block)
    #expect(pipeline.takeEvents().isEmpty)
  }

  @Test func fromBlockToFrameNothingIsAllocated() {
    let session = SyntheticSession(emgChunk: 4, angleChunk: 1)
    let configuration = SyntheticSession.configuration(smoothing: .butterworth(cutOff: 20))
    var pipeline = Pipeline(configuration)
    var block = SampleBlock(capacity: 30)
    var (blocks, frames, count) = (0, 0, 0)
    var events: [Event] = []
    events.reserveCapacity(Pipeline.eventRoom)
    for delivery in session.deliveries(until: 2.5) {
      session.fill(&block, delivery)
      let framesBefore = pipeline.frameCount
      let own = allocations {
        pipeline.consume(.block, block: block)
        events.removeAll(keepingCapacity: true)
        pipeline.moveEvents(to: &events)
        pipeline.forgetWindows()
      }
      // steady: settled for a second
      if delivery.arrival > 1.5 {
        blocks += 1
        frames += pipeline.frameCount - framesBefore
        count += own
      }
    }
    #expect(count == 0)
    #expect(blocks > 900 && frames > 380)
    let ticks = allocations {
      for tick in 0..<20 {
        pipeline.consume(.tick(SampleTime(seconds: 2.5 + 0.005 * Double(tick))), block: block)
      }
    }
    #expect(ticks == 0)
  }

  @Test func anEstimateIsAdoptedAtItsMomentOrRefused() throws {
    let json = """
      {"window": 3, "end": 5, "theta": [], "values": [], "deviations": [], "covariance": [],
      "status": [], "scale": "ratios-only", "unidentified": [], "termination": "converged",
      "evaluations": 2, "mean_squared_residual": 1, "innovation": [0]}
      """
    let estimate = try JSONDecoder().decode(ParameterEstimate.self, from: Data(json.utf8))
    var pipeline = Pipeline(SyntheticSession.configuration())
    let (first, second) = (SampleTime(nanoseconds: 7), SampleTime(nanoseconds: 9))
    pipeline.deliver(estimate, refusal: .poorFit, at: first)
    #expect(pipeline.adopted == nil && pipeline.adoptionTime == nil)
    pipeline.deliver(estimate, refusal: nil, at: second)
    #expect(pipeline.adopted == estimate && pipeline.adoptionTime == second)
    pipeline.consume(.skipped(window: 4), block: SampleBlock(capacity: 1))
    #expect(
      pipeline.takeEvents() == [
        .refused(estimate, .poorFit, at: first), .adopted(estimate, at: second),
        .windowSkipped(window: 4),
      ])
    #expect(pipeline.takeEvents().isEmpty)
  }
}
