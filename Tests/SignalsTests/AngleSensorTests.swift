import Foundation
import Signals
import Testing

@Suite struct AngleSensorTests {
  @Test func rotationsComposeAndComeApart() {
    let a = Orientation(vector: SIMD3(0.3, -1.1, 0.4))
    let b = Orientation(angle: 2.1, about: SIMD3(1, 2, -1))
    let v = SIMD3(0.7, -0.2, 1.9)
    let difference = (a * b).rotated(v) - a.rotated(b.rotated(v))
    #expect((difference * difference).sum() < 1e-28)
    let back = (a.inverse * a).vector
    #expect((back * back).sum() < 1e-28)
    let vector = a.vector - SIMD3(0.3, -1.1, 0.4)
    #expect((vector * vector).sum() < 1e-28)
    // rows of a rotation by every axis, near every branch
    for axis in [SIMD3(1.0, 0, 0), SIMD3(0.0, 1, 0), SIMD3(0.0, 0, 1), SIMD3(1.0, 1, 1)] {
      for angle in [0.1, 1.5, 3.1] {
        let r = Orientation(angle: angle, about: axis)
        let inverse = r.inverse
        // the rows of a rotation's matrix are the images of the axes under its inverse
        let again = Orientation(
          rows: inverse.rotated(SIMD3(1, 0, 0)), inverse.rotated(SIMD3(0, 1, 0)),
          inverse.rotated(SIMD3(0, 0, 1)))
        let rest = (again.inverse * r).vector
        #expect((rest * rest).sum() < 1e-24)
      }
    }
    let axis = SIMD3(0.0, 0, 1)
    #expect(abs(Orientation(angle: -1.2, about: axis).twist(about: axis) + 1.2) < 1e-14)
  }

  @Test func countsWrapTurnAndAreReferencedByTheIndex() {
    // 12 bits on the wire, 2000 counts a turn, gear 5, counting backwards
    let configuration = EncoderConfiguration(
      countsPerTurn: 2000, modulus: 4096, gearRatio: 5, sign: -1, zero: 0.2)
    var encoder = EncoderReading(configuration)
    let perCount = -2 * Double.pi / 10_000
    _ = encoder.advance(4000)
    var continuous = 4000.0
    for _ in 0..<100 {
      continuous += 700
      let isIndex = continuous == 4000 + 10 * 700
      let angle = encoder.advance(continuous.truncatingRemainder(dividingBy: 4096), index: isIndex)
      if encoder.isReferenced {
        #expect(abs(angle - (0.2 + perCount * (continuous - 11_000))) < 1e-9)
      }
    }
    #expect(encoder.isReferenced && encoder.lostCounts == 0)
    // thirty counts are lost before the next index, twenty turns after the first
    while continuous < 90_960 {
      continuous = min(continuous + 700, 90_960)
      _ = encoder.advance(continuous.truncatingRemainder(dividingBy: 4096))
    }
    let put = encoder.advance(90_970.0.truncatingRemainder(dividingBy: 4096), index: true)
    #expect(encoder.lostCounts == 30)
    #expect(abs(put - (0.2 + perCount * 80_000)) < 1e-9)
  }

  @Test func aPotentiometerIsABrokenLineWithinItsRange() throws {
    let line = VoltageCurve(scale: .pi / 4, offset: -.pi / 4, range: 0.1...4.9)
    #expect(abs(try #require(line.angle(2)) - .pi / 4) < 1e-12)
    #expect(line.angle(4.95) == nil && line.angle(0) == nil)
    let curve = try #require(
      VoltageCurve(volts: [1, 2, 4], angles: [0, 1, 1.5], range: 0.5...5))
    for (volts, angle) in [(0.5, -0.5), (1, 0), (1.5, 0.5), (2, 1), (3, 1.25), (5, 1.75)] {
      #expect(abs(try #require(curve.angle(volts)) - angle) < 1e-12, "\(volts) V")
    }
    #expect(VoltageCurve(volts: [1, 1], angles: [1, 2], range: 0...5) == nil)
  }

  @Test func restShowsTheBiasAndGravityTheInclination() {
    var filter = OrientationFilter(rate: 100)
    var noise = GaussianNoise(seed: 4)
    let tilt = Orientation(angle: 0.4, about: SIMD3(1, 0.5, 0))
    let bias = SIMD3(0.017, -0.01, 0.02)
    var last = Orientation.identity
    for _ in 0..<500 {
      let random = SIMD3(noise.next(), noise.next(), noise.next())
      last = filter.advance(
        InertialSample(
          rate: bias + 0.002 * random,
          force: tilt.inverse.rotated(SIMD3(0, 0, OrientationFilter.gravity)) + 0.02 * random))
    }
    #expect(filter.isAtRest)
    let error = filter.bias - bias
    #expect((error * error).sum().squareRoot() < 3e-4)
    let up = last.rotated(tilt.inverse.rotated(SIMD3(0, 0, 1)))
    #expect(acos(min(up.z, 1)) < 0.3 * .pi / 180)
  }
}
