import Foundation
import Signals
import TestSupport
import Testing

@Suite struct RateAndResamplingTests {
  @Test func notchTakesHumAndHarmonicsAndLeavesTheRest() {
    let rate = 2000.0
    let notch = NotchFilter(NotchConfiguration(frequency: 50, harmonics: 3), rate: rate)
    let gain = { (frequency: Double) in
      notch.cascade.frequencyResponse(atAngularFrequency: 2 * .pi * frequency / rate).magnitude
    }
    for harmonic in [50.0, 100, 150] {
      #expect(gain(harmonic) < 1e-12)
      // half power at half the width
      #expect(abs(gain(harmonic + 1) - 0.5.squareRoot()) < 0.02)
    }
    for frequency in [0.0, 10, 30, 75, 125, 200, 400] { #expect(abs(gain(frequency) - 1) < 0.01) }
    // three notches of 1 / (4 x 430 Hz)
    #expect(abs(notch.groupDelay(from: 20, to: 450) - 3.0 / 1720) < 3e-4)
  }

  @Test func rateOfAParabolaIsExactAndOneDelayOld() throws {
    var estimator = AngleRateEstimator(delay: 0.01, rate: 500)
    #expect(estimator.delay == 0.01)
    for sample in 0..<50 {
      let time = Double(sample) / 500
      let rate = estimator.advance(0.3 - 2 * time + 7 * time * time)
      if sample < 10 {
        #expect(rate == nil)
      } else {
        let expected = -2 + 14 * (time - estimator.delay)
        #expect(abs(try #require(rate) - expected) < 1e-9)
      }
    }
    estimator.reset()
    #expect(estimator.advance(1) == nil)
  }

  @Test func noiseOfTheRateIsAsStated() {
    var noise = GaussianNoise(seed: 5)
    var estimator = AngleRateEstimator(halfWidth: 4, rate: 1000)
    var sum = 0.0
    let count = 40_000
    for _ in 0..<count {
      let rate = estimator.advance(1e-3 * noise.next()) ?? 0
      sum += rate * rate
    }
    let deviation = (sum / Double(count)).squareRoot()
    #expect(abs(deviation / (1e-3 * estimator.noiseGain) - 1) < 0.03)
  }

  @Test func movingRootMeanSquareOfASineIsItsAmplitudeOverRootTwo() {
    var filter = MovingRMS(samples: 40)
    var last = 0.0
    for sample in 0..<400 { last = filter.advance(3 * sin(2 * .pi * Double(sample) / 40)) }
    #expect(abs(last - 3 / 2.0.squareRoot()) < 1e-12)
    #expect(filter.delay(atRate: 1000) == 0.0195)
  }

  @Test(arguments: [(1, 1), (2, 1), (1, 4), (3, 2), (147, 160)])
  func resamplingKeepsAWaveWhereItWas(up: Int, down: Int) {
    let rate = 1000.0
    var resampler = RationalResampler(up: up, down: down, inputRate: rate)
    var output: [Double] = []
    let wave = { (time: Double) in 0.5 + sin(2 * .pi * 23 * time) }
    for sample in 0..<4000 { resampler.advance(wave(Double(sample) / rate)) { output.append($0) } }
    #expect(abs(output.count - 4000 * up / down) <= 1)
    var worst = 0.0
    for (index, value) in output.enumerated() {
      let time = Double(index) / resampler.outputRate - resampler.delay
      if time > resampler.delay { worst = max(worst, abs(value - wave(time))) }
    }
    #expect(worst < 3e-4, "\(worst)")
  }

  @Test func resamplingDownRemovesWhatWouldAlias() {
    var resampler = RationalResampler(up: 1, down: 4, inputRate: 1000)
    var largest = 0.0
    for sample in 0..<4000 {
      resampler.advance(sin(2 * .pi * 180 * Double(sample) / 1000)) { value in
        if sample > 500 { largest = max(largest, abs(value)) }
      }
    }
    #expect(largest < 2e-4)
  }
}
