import Foundation
import Signals
import TestSupport
import Testing

@Suite struct LinearPhaseLowPassTests {
  @Test func kaiserTapsAreScipys() {
    // N, beta = scipy.signal.kaiserord(A, width / (rate / 2)); N += N % 2 == 0
    // h = scipy.signal.firwin(N, cutOff, window=("kaiser", beta), fs=rate)
    // h[0], h[1], h[N//4], h[N//2 - 1], h[N//2]
    for (cutOff, width, attenuation, rate, count, expected) in [
      (
        6.0, 6.0, 60.0, 1000.0, 607,
        [
          -1.947315410115869e-05, -2.0918473637602082e-05, -0.0005533711025906151,
          0.011984735549148163, 0.011987909463505598,
        ]
      ),
      (
        30, 20, 40, 500, 57,
        [
          -0.0015124567483156244, -0.0014389502210556018, -0.013129649498541663,
          0.11623162723030313, 0.11924673825475336,
        ]
      ),
    ] {
      let filter = LinearPhaseLowPass(
        kaiserCutOff: cutOff, transitionWidth: width, attenuation: attenuation, rate: rate)
      #expect(filter.weights.count == count)
      let middle = count / 2
      for (index, value) in zip([0, 1, count / 4, middle - 1, middle], expected) {
        #expect(abs(filter.weights[index] - value) < 1e-15)
      }
      #expect(abs(filter.amplitude(at: cutOff) - 0.5) < 2e-3)
      let stop = pow(10, -attenuation / 20)
      for step in 0..<100 {
        let frequency = cutOff + width / 2 + Double(step) / 100 * (rate / 2 - cutOff - width / 2)
        #expect(abs(filter.amplitude(at: frequency)) < 1.1 * stop)
      }
    }
  }

  @Test func gaussianHasItsClosedFormResponse() {
    let (rate, cutOff) = (1000.0, 6.0)
    let filter = LinearPhaseLowPass(gaussianCutOff: cutOff, widths: 6, rate: rate)
    #expect(filter.weights.allSatisfy { $0 > 0 })
    #expect(abs(filter.amplitude(at: 0) - 1) < 1e-14)
    for frequency in [1.0, 3, 6, 9, 12, 20] {
      let expected = exp(-log(2) / 2 * pow(frequency / cutOff, 2))
      #expect(abs(filter.amplitude(at: frequency) - expected) < 1e-8)
    }
    // integral of exp(-ln 2 (f/fc)^2) = fc sqrt(pi / ln 2) / 2
    let bandwidth = cutOff * sqrt(.pi / log(2)) / 2
    #expect(abs(filter.equivalentNoiseBandwidth / bandwidth - 1) < 1e-8)
  }

  @Test func outputIsTheConvolutionAndMayBeDecimated() {
    for cutOff in [60.0, 75, 90, 200] {  // odd and even numbers of pairs
      var filter = LinearPhaseLowPass(gaussianCutOff: cutOff, rate: 1000)
      var decimated = filter
      var noise = GaussianNoise(seed: 4)
      let taps = filter.weights
      var past = [Double](repeating: 0, count: taps.count)
      for index in 0..<200 {
        past.removeFirst()
        past.append(noise.next())
        let expected = zip(taps.reversed(), past).reduce(0) { $0 + $1.0 * $1.1 }
        let value = filter.advance(past[taps.count - 1])
        #expect(abs(value - expected) < 1e-14)
        decimated.append(past[taps.count - 1])
        if index % 10 == 9 { #expect(decimated.output == value) }
      }
    }
  }

  @Test func rampLagsByTheDelayAndSettledStartHasNoTransient() {
    let rate = 500.0
    var filter = LinearPhaseLowPass(gaussianCutOff: 8, rate: rate)
    #expect(filter.delay == Double(filter.weights.count - 1) / 1000)
    var last = 0.0
    for index in 0..<1000 { last = filter.advance(Double(index) / rate) }
    #expect(abs(last - (999 / rate - filter.delay)) < 1e-12)
    filter.settle(at: 3)
    #expect(abs(filter.advance(3) - 3) < 1e-14)
    filter.reset()
    #expect(filter.output == 0)
  }

  @Test func advancingAllocatesNothing() {
    var filter = LinearPhaseLowPass(gaussianCutOff: 6, rate: 1000)
    var sum = filter.advance(1)
    let made = allocations {
      for _ in 0..<500 { sum += filter.advance(1) }
      filter.append(1)
      sum += filter.output
      filter.settle(at: 2)
    }
    #expect(made == 0)
    #expect(sum.isFinite)
  }
}
