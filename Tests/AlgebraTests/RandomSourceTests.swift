import Foundation
import TestSupport
import Testing

@testable import Algebra

@Suite struct RandomSourceTests {
  @Test func splitMixGivesThePublishedWords() {
    // Rosetta Code, Pseudo-random numbers/Splitmix64, seed 1234567
    var generator = SplitMix64(state: 1_234_567)
    #expect(
      (0..<5).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test func xoshiroGivesThePublishedWords() {
    // the vector of the rand_xoshiro crate, made with the authors' C code from the state 1, 2, 3, 4
    var source = RandomSource(state: (1, 2, 3, 4))
    #expect(
      (0..<10).map { _ in source.next() } == [
        11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
        607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
        10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
      ])
  }

  @Test func aSeedRepeatsItsStreamAndAnotherDoesNot() {
    var (first, same, other) = (
      RandomSource(seed: 7), RandomSource(seed: 7), RandomSource(seed: 8)
    )
    let words = (0..<100).map { _ in first.gaussian() }
    #expect(words == (0..<100).map { _ in same.gaussian() })
    #expect(words != (0..<100).map { _ in other.gaussian() })
    #expect(first == same && first.hashValue == same.hashValue)
  }

  @Test func uniformFillsTheUnitIntervalEvenly() {
    var source = RandomSource(seed: 1)
    let count = 1_000_000
    var bins = [Int](repeating: 0, count: 100)
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<count {
      let value = source.uniform()
      bins[Int(value * 100)] += 1  // traps outside [0, 1)
      sum += value
      squares += value * value
    }
    let mean = sum / Double(count)
    // five standard deviations of each statistic
    #expect(abs(mean - 0.5) < 5 / sqrt(12 * Double(count)))
    #expect(abs(squares / Double(count) - 1.0 / 3) < 5 * sqrt(4.0 / 45 / Double(count)))
    let expected = Double(count) / 100
    let chiSquared = bins.reduce(0) { $0 + pow(Double($1) - expected, 2) / expected }
    #expect(abs(chiSquared - 99) < 5 * sqrt(2 * 99))
  }

  @Test func gaussianHasNormalMomentsAndTails() {
    var source = RandomSource(seed: 2)
    let count = 1_000_000
    var moments = [Double](repeating: 0, count: 5)
    var (beyondOne, beyondThree, successive, previous) = (0, 0, 0.0, 0.0)
    for _ in 0..<count {
      let value = source.gaussian()
      for power in 1...4 { moments[power] += pow(value, Double(power)) / Double(count) }
      beyondOne += abs(value) > 1 ? 1 : 0
      beyondThree += abs(value) > 3 ? 1 : 0
      successive += value * previous / Double(count)
      previous = value
    }
    let root = 1 / sqrt(Double(count))
    // variances of the sample moments of a standard normal: 1, 2, 15, 96
    #expect(abs(moments[1]) < 5 * root)
    #expect(abs(moments[2] - 1) < 5 * sqrt(2) * root)
    #expect(abs(moments[3]) < 5 * sqrt(15) * root)
    #expect(abs(moments[4] - 3) < 5 * sqrt(96) * root)
    #expect(abs(successive) < 5 * root)
    // erfc(1/sqrt(2)) and erfc(3/sqrt(2))
    #expect(abs(Double(beyondOne) / Double(count) - 0.317_310_507_863) < 5 * 0.4655 * root)
    #expect(abs(Double(beyondThree) / Double(count) - 0.002_699_796_063) < 5 * 0.0519 * root)
  }

  @Test func splitStreamsAreUncorrelatedAlsoNested() {
    var parent = RandomSource(seed: 3)
    var child = parent.split()
    var sibling = parent.split()
    var grandchild = child.split()
    let count = 200_000
    var streams = [[Double]](repeating: [], count: 4)
    for _ in 0..<count {
      streams[0].append(parent.gaussian())
      streams[1].append(child.gaussian())
      streams[2].append(sibling.gaussian())
      streams[3].append(grandchild.gaussian())
    }
    for left in 0..<4 {
      for right in 0..<left {
        for lag in [0, 1, 2] {
          var correlation = 0.0
          for index in lag..<count {
            correlation += streams[left][index] * streams[right][index - lag]
          }
          #expect(abs(correlation) / Double(count) < 5 / sqrt(Double(count)))
        }
      }
    }
    // none of a child's words is among its parent's
    var (source, copy) = (RandomSource(seed: 4), RandomSource(seed: 4))
    var split = source.split()
    let words = Set((0..<10_000).map { _ in copy.next() })
    #expect((0..<10_000).allSatisfy { _ in !words.contains(split.next()) })
  }

  @Test func drawingAllocatesNothing() {
    var source = RandomSource(seed: 5)
    var sum = source.gaussian() + source.uniform()
    let made = allocations {
      for _ in 0..<1000 { sum += source.gaussian() + source.uniform() }
      var other = source.split()
      sum += other.uniform()
    }
    #expect(made == 0)
    #expect(sum.isFinite)
  }
}
