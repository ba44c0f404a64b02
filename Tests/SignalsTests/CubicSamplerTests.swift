import Foundation
import Signals
import TestSupport
import Testing

@Suite struct CubicSamplerTests {
  @Test func cubicsAreExactEverywhere() throws {
    var sampler = CubicSampler(capacity: 10, firstSample: 100)
    let cubic = { (t: Double) in 2 - t + 0.3 * t * t - 0.05 * t * t * t }
    for index in 100..<125 { sampler.append(cubic(Double(index - 115))) }
    #expect(sampler.firstSample == 115 && sampler.endSample == 125 && sampler.count == 10)
    for position in stride(from: 115.0, through: 124, by: 0.125) {
      let value = try #require(sampler.value(at: position))
      #expect(abs(value - cubic(position - 115)) < 1e-12)
    }
  }

  /// The largest error of sin(step n), in the middle and in the last interval.
  private func largestErrors(step: Double) throws -> (middle: Double, last: Double) {
    var sampler = CubicSampler(capacity: 64)
    for index in 0..<64 { sampler.append(sin(step * Double(index))) }
    var (middle, last) = (0.0, 0.0)
    for position in stride(from: 1.0, through: 62, by: 1.0 / 64) {
      let value = try #require(sampler.value(at: position))
      middle = max(middle, abs(value - sin(step * position)))
    }
    for end in 64..<200 {
      sampler.append(sin(step * Double(end)))
      for fraction in stride(from: 0, through: 1, by: 1.0 / 16) {
        let value = try #require(sampler.value(at: Int64(end - 1), fraction: fraction))
        last = max(last, abs(value - sin(step * (Double(end - 1) + fraction))))
      }
    }
    return (middle, last)
  }

  @Test func errorIsOfFourthOrderAndWithinItsBound() throws {
    let coarse = try largestErrors(step: 0.2)
    let fine = try largestErrors(step: 0.1)
    // max|sin''''| = 1: bounds 3/128 h^4 and 1/24 h^4, nearly reached
    #expect(coarse.middle <= 3.0 / 128 * pow(0.2, 4) && coarse.middle > 0.9 * 3 / 128 * pow(0.2, 4))
    #expect(coarse.last <= 1.0 / 24 * pow(0.2, 4) && coarse.last > 0.9 / 24 * pow(0.2, 4))
    #expect(abs(log2(coarse.middle / fine.middle) - 4) < 0.1)
    #expect(abs(log2(coarse.last / fine.last) - 4) < 0.1)
  }

  @Test func samplesComeBackAndTheOutsideIsNil() {
    var sampler = CubicSampler(capacity: 5, firstSample: 3)
    for (count, value) in [4.0, 8, 1].enumerated() {
      #expect(sampler.value(at: 3) == nil)
      sampler.append(value)
      #expect(sampler.count == count + 1)
    }
    sampler.append(6)
    #expect([3, 4, 5, 6].map { sampler.value(at: $0, fraction: 0) } == [4, 8, 1, 6])
    #expect(sampler.value(at: 2.999) == nil && sampler.value(at: 6.001) == nil)
    #expect(sampler.value(at: .nan) == nil && sampler.value(at: .infinity) == nil)
    sampler.append(0)
    sampler.append(2)
    #expect(sampler.value(at: 3.5) == nil && sampler.value(at: 4) == 8)
    sampler.restart(firstSample: 1_000)
    #expect(sampler.value(at: 1_000) == nil && sampler.endSample == 1_000)
  }

  @Test func fractionsStaySharpAtLargeIndices() throws {
    let start: Int64 = 1 << 52
    var sampler = CubicSampler(capacity: 8, firstSample: start)
    for index in 0..<8 { sampler.append(Double(index)) }
    let value = try #require(sampler.value(at: start + 3, fraction: 0.123456789))
    #expect(abs(value - 3.123456789) < 1e-14)
    #expect(try #require(sampler.value(at: start + 5, fraction: -1.25)) == 3.75)
  }

  @Test func samplingAllocatesNothing() {
    var sampler = CubicSampler(capacity: 16)
    for index in 0..<16 { sampler.append(Double(index)) }
    var sum = sampler.value(at: 3.5) ?? 0
    let made = allocations {
      for index in 16..<100 {
        sampler.append(Double(index))
        sum += sampler.value(at: Double(index) - 2.5) ?? 0
      }
      sampler.restart(firstSample: 0)
    }
    #expect(made == 0)
    #expect(sum.isFinite)
  }
}
