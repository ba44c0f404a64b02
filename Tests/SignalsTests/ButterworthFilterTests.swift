import Foundation
import Signals
import TestSupport
import Testing

@Suite struct ButterworthFilterTests {
  @Test(arguments: ButterworthOracle.all)
  func designIsScipys(oracle: ButterworthOracle) {
    let filter = oracle.filter
    let byPole: ([Double], [Double]) -> Bool = { ($0[4], $0[5]) < ($1[4], $1[5]) }
    let sections = filter.sections.map { [$0.b0, $0.b1, $0.b2, 1, $0.a1, $0.a2] }.sorted(by: byPole)
    let expected = oracle.sections.sorted(by: byPole)
    #expect(sections.count == expected.count)
    for (section, expected) in zip(sections, expected) {
      #expect(abs(section[4] - expected[4]) <= 1e-12 * max(1e-3, abs(expected[4])))
      #expect(abs(section[5] - expected[5]) <= 1e-12 * abs(expected[5]))
    }
    // scipy may give a zero to another section and puts the gain into the first: compare products
    let zeros = { (sections: [[Double]]) in
      sections.reduce(into: [0, 0]) { counts, section in
        let ratio = [section[0], section[1], section[2]].map { $0 / section[0] }
        counts[0] += ratio == [1, -2, 1] ? 2 : ratio == [1, -1, 0] || ratio == [1, 0, -1] ? 1 : 0
        counts[1] += ratio == [1, 2, 1] ? 2 : ratio == [1, 1, 0] || ratio == [1, 0, -1] ? 1 : 0
      }
    }
    #expect(zeros(sections) == zeros(expected))
    let gain = { (sections: [[Double]]) in sections.reduce(1) { $0 * $1[0] } }
    #expect(abs(gain(sections) / gain(expected) - 1) <= 1e-12)
  }

  @Test(arguments: ButterworthOracle.all)
  func outputIsScipys(oracle: ButterworthOracle) {
    var filter = oracle.filter
    let output = ButterworthOracle.input.map { filter.advance($0) }
    for (index, expected) in zip(ButterworthOracle.outputIndices, oracle.outputs) {
      #expect(abs(output[index] - expected) <= 1e-12 * oracle.peak)
    }
    filter.reset()
    #expect(filter == oracle.filter)
  }

  @Test(arguments: ButterworthOracle.all)
  func steadyStateOfASectionIsScipys(oracle: ButterworthOracle) {
    var level = 1.0
    for (row, expected) in zip(oracle.sections, oracle.steadyStates) {
      let section = SecondOrderSection(b0: row[0], b1: row[1], b2: row[2], a1: row[4], a2: row[5])
      let state = section.steadyState(at: level)
      #expect(abs(state.first - expected[0]) <= 1e-12)
      #expect(abs(state.second - expected[1]) <= 1e-12)
      level *= section.zeroFrequencyGain
    }
  }

  @Test(arguments: ButterworthOracle.all)
  func groupDelayIsThatOfTheExactPoles(oracle: ButterworthOracle) {
    let filter = oracle.filter
    for (frequency, expected) in zip(ButterworthOracle.delayFrequencies, oracle.groupDelays) {
      #expect(abs(filter.groupDelay(at: frequency) - expected) <= 1e-12 * oracle.groupDelays.max()!)
    }
  }

  @Test(arguments: ButterworthOracle.all)
  func groupDelayIsMinusTheSlopeOfThePhase(oracle: ButterworthOracle) {
    let filter = oracle.filter
    for frequency in [3.7, 21.3, 55, 110, 290, 444] {
      let step = 1e-4
      let ratio =
        filter.frequencyResponse(at: frequency + step).phase
        - filter.frequencyResponse(at: frequency - step).phase
      let slope = remainder(ratio, 2 * .pi) / (4 * .pi * step)
      #expect(abs(filter.groupDelay(at: frequency) + slope) <= 1e-8)
    }
  }

  @Test(arguments: ButterworthOracle.all)
  func settledFilterHasNoTransient(oracle: ButterworthOracle) {
    var filter = oracle.filter
    filter.settle(at: -3.5)
    #expect(filter.states == filter.steadyState(at: -3.5))
    let expected = -3.5 * filter.frequencyResponse(at: 0).magnitude
    for _ in 0..<1000 {
      #expect(abs(filter.advance(-3.5) - expected) <= 1e-11)
    }
  }

  @Test(arguments: 1...12)
  func responseIsTheClosedForm(order: Int) {
    let rate = 1000.0
    let warp = { (frequency: Double) in tan(.pi * frequency / rate) }
    let low = ButterworthFilter(.lowPass(cutOff: 40), order: order, rate: rate)
    let high = ButterworthFilter(.highPass(cutOff: 40), order: order, rate: rate)
    let band = ButterworthFilter(.bandPass(lower: 40, upper: 300), order: order, rate: rate)
    for frequency in [5.0, 20, 40, 77, 150, 300, 420] {
      let t = warp(frequency)
      let bandRatio = (t * t - warp(40) * warp(300)) / (t * (warp(300) - warp(40)))
      for (filter, ratio) in [(low, t / warp(40)), (high, warp(40) / t), (band, bandRatio)] {
        let expected = 1 / sqrt(1 + pow(ratio, Double(2 * order)))
        let gain = filter.frequencyResponse(at: frequency).magnitude
        #expect(abs(gain / expected - 1) <= 1e-10)
      }
    }
    // the sum of -Re(1 / p) over the poles at zero frequency: 1 / (W sin(pi / 2N)), W prewarped
    let delay = 1 / (2 * rate * warp(40) * sin(.pi / Double(2 * order)))
    #expect(abs(low.groupDelay(at: 0) / delay - 1) <= 1e-12)
  }

  @Test func stepResponseEndsAtExactlyOne() {
    var filter = ButterworthFilter(.lowPass(cutOff: 6), order: 2, rate: 16_000)
    var last = 0.0
    for _ in 0..<100_000 { last = filter.advance(1) }
    // the gain is taken from the rounded coefficients, so it is one in spite of their rounding
    #expect(abs(last - 1) < 1e-10)
  }

  @Test func noiseBandwidthIsTheIntegralOfThePowerGain() {
    // mpmath.quad(1/(1+(t/w)^(2N)) * 2/(1+t^2), [0, inf]) * rate / (2 pi), w = tan(pi cutOff / rate)
    for (order, cutOff, rate, expected) in [
      (2, 6.0, 2000.0, 6.66393755467525328), (4, 6, 1000, 6.156856085397516),
      (1, 3, 1000, 4.66852737682791799), (2, 40, 200, 40.7618155662189671),
    ] {
      let filter = ButterworthFilter(.lowPass(cutOff: cutOff), order: order, rate: rate)
      #expect(abs(filter.equivalentNoiseBandwidth / expected - 1) <= 1e-10)
    }
  }

  @Test func silenceEndsInZeroNotInDenormals() {
    var filter = ButterworthFilter(.bandPass(lower: 20, upper: 450), order: 4, rate: 2000)
    _ = filter.advance(1)
    var smallest = Double.infinity
    for _ in 0..<50_000 {
      let value = filter.advance(0)
      if value != 0 { smallest = min(smallest, abs(value)) }
    }
    #expect(smallest > 1e-215)
    #expect(filter.states.allSatisfy { $0.first == 0 && $0.second == 0 })
  }

  @Test func unrealizableBandsAreKnown() {
    #expect(FilterBand.lowPass(cutOff: 499).isRealizable(atRate: 1000))
    #expect(!FilterBand.lowPass(cutOff: 500).isRealizable(atRate: 1000))
    #expect(!FilterBand.highPass(cutOff: 0).isRealizable(atRate: 1000))
    #expect(!FilterBand.bandPass(lower: 30, upper: 20).isRealizable(atRate: 1000))
    #expect(!FilterBand.lowPass(cutOff: .nan).isRealizable(atRate: 1000))
  }

  @Test func advancingAllocatesNothing() {
    var filter = ButterworthFilter(.bandPass(lower: 20, upper: 450), order: 4, rate: 2000)
    var sum = filter.advance(1)
    filter.settle(at: 2)
    let made = allocations {
      for _ in 0..<1000 { sum += filter.advance(0.5) }
      filter.settle(at: 1)
      filter.reset()
    }
    #expect(made == 0)
    #expect(sum.isFinite)
  }
}
