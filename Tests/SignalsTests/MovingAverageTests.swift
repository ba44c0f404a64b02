import Foundation
import Signals
import TestSupport
import Testing

@Suite struct MovingAverageTests {
  @Test func isTheMeanOfTheLastSamples() {
    var average = MovingAverage(samples: 5)
    var noise = GaussianNoise(seed: 1)
    var values: [Double] = []
    for index in 0..<100 {
      values.append(noise.next())
      let last = values.suffix(5)
      #expect(abs(average.advance(values[index]) - last.reduce(0, +) / Double(last.count)) < 1e-15)
      #expect(average.count == min(index + 1, 5) && average.isFull == (index >= 4))
    }
    average.reset()
    #expect(average.advance(7) == 7)
  }

  @Test func doesNotDriftInTenMillionSamples() {
    var average = MovingAverage(samples: 37)
    // rare artefacts of 1e9 leave their rounding errors in a naive running sum for ever
    var (naive, last, ring) = (0.0, 0.0, [Double](repeating: 0, count: 37))
    var state: UInt64 = 1
    for index in 0..<10_000_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = index % 1009 == 0 ? 1e9 / 3 : 1 + Double(state >> 40) * 0x1p-26 / 3
      naive += value - ring[index % 37]
      ring[index % 37] = value
      last = average.advance(value)
    }
    #expect((10_000_000 - 1) % 1009 > 37)
    let expected = ring.sorted().reduce(0, +) / 37
    #expect(abs(last / expected - 1) <= 1e-15)
    #expect(abs(naive / 37 / expected - 1) > 1e-9)
  }

  @Test func forgetsHugeAndInvalidValues() {
    var average = MovingAverage(samples: 8)
    for _ in 0..<11 { _ = average.advance(1) }
    _ = average.advance(1e30)
    var values = (0..<8).map { _ in average.advance(1) }
    #expect(values[6] > 1e28 && values[7] == 1)
    _ = average.advance(.nan)
    values = (0..<16).map { _ in average.advance(2) }
    #expect(values[15] == 2)
    _ = average.advance(.infinity)
    values = (0..<16).map { _ in average.advance(2) }
    #expect(values[15] == 2)
  }

  @Test func delaysARampByHalfItsLength() {
    var average = MovingAverage(samples: 10)
    #expect(average.delay(atRate: 1000) == 0.0045)
    for index in 0..<50 {
      let value = average.advance(Double(index))
      if average.isFull { #expect(abs(value - (Double(index) - 4.5)) < 1e-12) }
    }
  }

  @Test func advancingAllocatesNothing() {
    var average = MovingAverage(samples: 10)
    var sum = average.advance(1)
    let made = allocations {
      for _ in 0..<100 { sum += average.advance(2) }
      average.reset()
    }
    #expect(made == 0)
    #expect(sum.isFinite)
  }
}
