import Devices
import Foundation
import Signals
import Testing

/// A device with a crystal of its own, seen through a transport that only ever delays.
private struct SimulatedDevice {
  /// Nominal rate [Hz].
  var rate: Double
  /// By how much its second is short, in parts per million [1].
  var ppm: Double
  /// Samples that arrive together [samples].
  var burst: Int
  /// Mean of the exponential delay, or largest delay of the uniform one [s].
  var jitter = 1e-3
  var isUniform = false
  /// Samples after which the counter is the same again [samples].
  var counterRange: Int64?
  /// When nothing is delivered [s].
  var silence: Range<Double> = 0..<0
  /// When the device starts counting at zero again [s].
  var reset = Double.infinity

  /// True time of the sample `number` since the start [s].
  func time(_ number: Int64) -> Double { 3 + Double(number) / (rate * (1 + 1e-6 * ppm)) }

  /// The clock's errors at each block from `settled` seconds on, and the clock [s].
  func errors(seconds: Double, seed: UInt64, after settled: Double) -> (
    largest: Double, final: ClockFigures
  ) {
    var random = SplitMix(state: seed)
    // whole device ranges are resolved by the clock; the tests play a decoder that does not
    var clock = DeviceClock(nominalRate: rate, counterRange: counterRange)
    var block = SampleBlock(capacity: burst)
    var (largest, wrongest) = (0.0, 0.0)
    var number: Int64 = 0
    var counter: Int64 = 0
    var hasReset = false
    var settling = settled
    while time(number) < seconds {
      let last = time(number + Int64(burst) - 1)
      if !hasReset, last > reset {
        (counter, hasReset, settling) = (0, true, last + 10)
      }
      if !silence.contains(last) {
        let u = Double(random.next() >> 11) * 0x1p-53
        let delay = isUniform ? jitter * u : -jitter * log(1 - u)
        block.begin(stream: 0, channelCount: 1, firstSample: counter)
        for _ in 0..<burst { _ = block.appendSample() }
        block.arrival = SampleTime(seconds: last + delay)
        let start = clock.advance(block)
        if last > settling { largest = max(largest, abs(start.seconds - time(number))) }
        wrongest = max(wrongest, abs(start.seconds - time(number)))
      }
      number += Int64(burst)
      counter += Int64(burst)
      if let counterRange, silence.contains(last), !silence.contains(time(number + Int64(burst))) {
        // an unwrapper that saw nothing of the silence takes the shortest way
        let seen = Int64((last - silence.lowerBound) * rate)
        counter -= seen / counterRange * counterRange
      }
    }
    // no sample in the wrong second, not even while the clock settles
    #expect(wrongest < 0.1)
    return (largest, clock.figures)
  }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

@Suite struct ClockSimulationTests {
  @Test(arguments: [-200.0, -20, 20, 70, 200])
  func driftAndJitterAreLearntInTenSeconds(ppm: Double) {
    var worst = 0.0
    for seed in 1...4 as ClosedRange<UInt64> {
      for (rate, burst) in [(2000.0, 4), (2000, 32), (250, 1), (250, 4), (1000, 16)] {
        for isUniform in [false, true] {
          let device = SimulatedDevice(rate: rate, ppm: ppm, burst: burst, isUniform: isUniform)
          let (largest, figures) = device.errors(seconds: 63, seed: seed, after: 13)
          worst = max(worst, largest)
          #expect(largest < 0.2e-3, "seed \(seed), \(rate) Hz, \(burst): \(largest) s")
          #expect(abs(figures.drift + 1e-6 * ppm) < 4e-6, "\(figures)")
          #expect(abs(figures.jitter / (isUniform ? 0.5e-3 : 1e-3) - 1) < 0.4, "\(figures)")
          #expect(figures.alignmentDeviation < 0.1e-3 && figures.anchors == 1, "\(figures)")
        }
      }
    }
    print("clock at \(ppm) ppm: largest error from 10 to 60 s \(worst) s")
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func aDropOutOfThreeSecondsWithAWrappedCounterIsMeasured(seed: UInt64) {
    // 8 bits of samples at 250 Hz last 1.02 s; 16 bits at 16 kHz 4.1 s
    for (rate, burst, range) in [(250.0, 4, 256), (2000, 32, 1024), (16_000, 256, 65_536)] {
      let device = SimulatedDevice(
        rate: rate, ppm: 120, burst: burst, counterRange: Int64(range), silence: 20..<23)
      let (largest, figures) = device.errors(seconds: 43, seed: seed, after: 13)
      #expect(largest < 0.2e-3, "seed \(seed), \(rate) Hz: \(largest) s")
      #expect(abs(figures.drift + 120e-6) < 4e-6)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func aDeviceThatStartsAnewIsFoundAgain(seed: UInt64) {
    for (rate, burst) in [(2000.0, 32), (250, 4)] {
      let device = SimulatedDevice(rate: rate, ppm: -80, burst: burst, reset: 30)
      let (largest, figures) = device.errors(seconds: 60, seed: seed, after: 13)
      #expect(largest < 0.2e-3, "seed \(seed), \(rate) Hz: \(largest) s")
      #expect(figures.anchors == 2)
    }
  }

  @Test func aHostThatStallsDoesNotMoveTheClock() {
    var clock = DeviceClock(nominalRate: 1000)
    var largest = 0.0
    for number in 0..<6000 {
      let taken = Double(10 * number + 9) / 1000
      // from 30 s on everything waits until 31.2 s
      let arrival = (30.0...31.2).contains(taken) ? 31.2 : taken
      let block = DeviceClockTests.block(Int64(10 * number), count: 10, arrival: 2 + arrival)
      let start = clock.advance(block)
      largest = max(largest, abs(start.seconds - 2 - Double(10 * number) / 1000))
    }
    #expect(largest < 0.2e-3, "\(largest)")
  }

  @Test(arguments: [5, 6] as [UInt64])
  func deviceTimesWithNoiseToBothSidesAreAveraged(seed: UInt64) {
    var random = SplitMix(state: seed)
    var clock = DeviceClock(nominalRate: 50)
    var largest = 0.0
    for number in 0..<3000 {
      let time = 7 + Double(number) / (50 * (1 - 20e-6))
      var noise = 0.0
      for _ in 0..<12 { noise += Double(random.next() >> 11) * 0x1p-53 - 0.5 }
      let block = DeviceClockTests.block(
        Int64(number), count: 1, arrival: time, deviceTime: time + 1e-3 * noise)
      let start = clock.advance(block)
      if number > 1500 { largest = max(largest, abs(start.seconds - time)) }
    }
    #expect(largest < 0.3e-3, "\(largest)")
  }

  @Test func timeNeverStandsStillWhileItBends() {
    let rate = 1000.0
    var clock = DeviceClock(nominalRate: rate)
    var previous = SampleTime(nanoseconds: 0)
    for number in 0..<800 {
      // the first block came 16 ms late, so that all others seem early
      let late = number == 0 ? 0.016 : 0
      let block = DeviceClockTests.block(
        Int64(10 * number), count: 10, arrival: Double(10 * number + 9) / rate + late)
      _ = clock.advance(block)
      for sample in 0..<10 {
        let number = Int64(10 * number + sample)
        let time = clock.time(ofSample: number)
        let step = time.seconds(since: previous)
        if number > 0 { #expect(step > 0.994e-3 && step < 1.006e-3, "\(step)") }
        previous = time
        let place = clock.place(of: time)
        #expect(abs(Double(place.sample - number) + place.fraction) < 1e-5)
      }
    }
    #expect(abs(clock.time(ofSample: 7999).seconds - 7.999) < 1e-5)
  }
}
