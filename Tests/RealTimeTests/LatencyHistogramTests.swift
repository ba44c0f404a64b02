import TestSupport
import Testing

@testable import RealTime

@Suite("Latency histogram")
struct LatencyHistogramTests {
  /// Numbers that a seed repeats, spread over many powers of two.
  private func durations(_ count: Int, seed: UInt64) -> [Int64] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(state >> 20) >> Int64(state % 41)
    }
  }

  @Test("quantiles are those of the sorted list, at most 1.6 % too long", arguments: [1, 2, 3])
  func quantiles(seed: UInt64) {
    let values = durations(20_000, seed: seed)
    let histogram = LatencyHistogram()
    values.forEach(histogram.record)
    let sorted = values.map { min($0, LatencyHistogram.longest) }.sorted()
    let figures = histogram.snapshot()
    #expect(figures.count == values.count && figures.largest == sorted.last)
    #expect(figures.sum == sorted.reduce(0, +))
    for fraction in [0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0] {
      let exact = sorted[max(0, Int((fraction * Double(sorted.count)).rounded(.up)) - 1)]
      let found = figures.quantile(fraction)
      #expect(found >= exact && Double(found) <= Double(exact) * (1 + 1.0 / 64), "\(fraction)")
    }
  }

  @Test("every duration lies in the bin whose end follows it, and bins do not overlap")
  func bins() {
    let powers = (10...40).map { Int64(1) << Int64($0) }
    for value in Array(Int64(0)...1024) + powers + powers.map({ $0 - 1 }) {
      let histogram = LatencyHistogram()
      histogram.record(value)
      let figures = histogram.snapshot()
      let bin = figures.counts.firstIndex(of: 1) ?? -1
      #expect(LatencyHistogram.upperEnd(ofBin: bin) >= value, "\(value)")
      #expect(bin == 0 || LatencyHistogram.upperEnd(ofBin: bin - 1) < value, "\(value)")
      #expect(figures.count(upTo: LatencyHistogram.upperEnd(ofBin: bin)) == 1)
    }
    let histogram = LatencyHistogram()
    histogram.record(-5)
    histogram.record(.max)
    #expect(histogram.snapshot().quantile(0.5) == 0)
    #expect(histogram.snapshot().largest == LatencyHistogram.longest)
    #expect(LatencyHistogram().snapshot().quantile(0.99) == 0)
  }

  @Test("recording allocates nothing")
  func allocationFree() {
    let histogram = LatencyHistogram()
    let run = { for value in 0..<1000 { histogram.record(Int64(value * value)) } }
    run()
    #expect(allocations(during: run) == 0)
  }
}
