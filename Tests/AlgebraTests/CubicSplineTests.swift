import Algebra
import Foundation
import TestSupport
import Testing

@Suite struct CubicSplineTests {
  private func value(_ spline: CubicSpline, _ place: Double) -> Double {
    var result = [0.0]
    spline.evaluate(at: place, into: &result)
    return result[0]
  }

  @Test func agreesWithScipy() {
    // scipy 1.17: CubicSpline(1 + 0.25 * arange(7), y, bc_type='not-a-knot')(places)
    let spline = CubicSpline(
      start: 1, spacing: 0.25, channelCount: 1, values: [0.5, 1.25, -0.75, 2, 0.125, 0, 1.5])
    let places = [1, 1.1, 1.3, 1.62, 1.9, 2.24, 2.45, 2.5, 2.6, 0.9]
    let expected = [
      0.5, 1.978714285714286, 0.6456428571428565, 0.5699628571428587, 1.1647857142857154,
      -0.04811428571428461, 1.2280357142857152, 1.5, 1.817500000000001, -3.540499999999999,
    ]
    for (place, wanted) in zip(places, expected) {
      #expect(abs(value(spline, place) - wanted) < 1e-13, "at \(place)")
    }
  }

  @Test(arguments: [2, 3, 4, 5, 6, 11])
  func polynomialsOfTheDegreeThatThePointsAllowAreExact(points: Int) {
    let degree = min(points - 1, 3)
    func curve(_ x: Double) -> Double {
      (0...degree).map { pow(x, Double($0)) * [0.7, -1.3, 0.4, 0.9][$0] }.reduce(0, +)
    }
    let spline = CubicSpline(
      start: -0.5, spacing: 0.3, channelCount: 1,
      values: (0..<points).map { curve(-0.5 + 0.3 * Double($0)) })
    for index in 0...40 {
      let place = -0.6 + Double(index) / 40 * (0.2 + 0.3 * Double(points - 1))
      #expect(abs(value(spline, place) - curve(place)) < 1e-12)
    }
  }

  @Test func theErrorFallsWithTheFourthPowerOfTheSpacing() {
    func worst(_ count: Int) -> Double {
      let spacing = 2 / Double(count)
      let spline = CubicSpline(
        start: 0, spacing: spacing, channelCount: 1,
        values: (0...count).map { sin(3 * spacing * Double($0)) })
      return (0...1000).map { abs(value(spline, Double($0) / 500) - sin(3 * Double($0) / 500)) }
        .max()!
    }
    let ratio = worst(20) / worst(40)
    #expect(ratio > 13 && ratio < 22, "\(ratio), 16 is due")
  }

  @Test func channelsDoNotMixAndReadingAllocatesNothing() {
    let first = [1.0, 3, -2, 0.5, 4]
    let second = [0.25, -1, 0.5, 2, -3]
    let both = CubicSpline(
      start: 0, spacing: 1, channelCount: 2, values: zip(first, second).flatMap { [$0, $1] })
    let one = CubicSpline(start: 0, spacing: 1, channelCount: 1, values: first)
    let other = CubicSpline(start: 0, spacing: 1, channelCount: 1, values: second)
    var result = [0.0, 0]
    for index in 0...20 {
      let place = Double(index) / 5
      both.evaluate(at: place, into: &result)
      #expect(result == [value(one, place), value(other, place)])
    }
    #expect(allocations { both.evaluate(at: 1.3, into: &result) } == 0)
  }

  @Test func valueSlopeAndBendAreContinuousAcrossTheKnots() {
    let spline = CubicSpline(
      start: 0, spacing: 0.5, channelCount: 1, values: [0, 1, -1, 2, 0.5, 0.7, 3])
    for knot in 1...5 {
      let place = 0.5 * Double(knot)
      // one-sided second differences of a cubic are its second derivative at their middle
      func bend(_ middle: Double, _ h: Double) -> Double {
        (value(spline, middle - h) - 2 * value(spline, middle) + value(spline, middle + h))
          / (h * h)
      }
      // linear in each cubic: extrapolate to the knot from either side
      let left = 2 * bend(place - 0.05, 0.02) - bend(place - 0.1, 0.02)
      let right = 2 * bend(place + 0.05, 0.02) - bend(place + 0.1, 0.02)
      #expect(abs(left - right) < 1e-9 * max(1, abs(left)))
    }
  }
}
