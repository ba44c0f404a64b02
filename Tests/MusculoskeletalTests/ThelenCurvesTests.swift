import Algebra
import Foundation
import Musculoskeletal
import TestSupport
import Testing

@Suite struct ThelenCurvesTests {
  /// The shape of arm26's muscles.
  private var arm26Shape: ThelenShape {
    var shape = ThelenShape()
    shape.activeForceLengthShape = 0.5
    shape.passiveForceLengthShape = 4
    shape.forceVelocityShape = 0.3
    shape.maxLengtheningForce = 1.8
    return shape
  }

  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func curvesAreOpenSims() throws {
    let lengths = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/curves_thelen_fiber_length.csv"))
    let tendons = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/curves_thelen_tendon.csv"))
    for (name, shape, strain) in [
      ("default", ThelenShape(), 0.04), ("arm26", arm26Shape, 0.033),
    ] {
      let curves = ThelenCurves(shape)
      for (row, length) in try #require(lengths["norm_fiber_length"]).enumerated() {
        let active = try #require(lengths["active_\(name)"]?[row])
        let passive = try #require(lengths["passive_\(name)"]?[row])
        let found = curves.passiveForceLength(length, strainAtOneNormForce: 0.6).value
        #expect(abs(curves.activeForceLength(length).value - active) <= 1e-12)
        #expect(abs(found - passive) <= 1e-12 * max(1, passive), "passive at \(length)")
      }
      for (row, length) in try #require(tendons["norm_tendon_length"]).enumerated() {
        let expected = try #require(tendons["tendon_\(name)"]?[row])
        let found = curves.tendonForceLength(length, strainAtOneNormForce: strain).value
        #expect(abs(found - expected) <= 1e-12 * max(1, expected), "tendon at \(length)")
      }
    }
  }

  @Test(arguments: 0..<40)
  func slopesAreDerivatives(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
    let curves = ThelenCurves(seed % 2 == 0 ? ThelenShape() : arm26Shape)
    let length = uniform(0.4, 0.99) + (seed % 4 < 2 ? 0 : 0.6)
    let tendon = 1 + uniform(0.001, 0.06)
    let (velocity, multiplier, activation) = (
      uniform(-1.5, 1.5), uniform(-0.5, 2), uniform(0.05, 1)
    )
    expectDerivatives(
      [curves.activeForceLength(length).slope],
      of: { [curves.activeForceLength(length + $0).value] }, tolerance: 1e-8, "active \(seed)")
    expectDerivatives(
      [curves.passiveForceLength(length, strainAtOneNormForce: 0.6).slope],
      of: { [curves.passiveForceLength(length + $0, strainAtOneNormForce: 0.6).value] },
      tolerance: 1e-8, "passive \(seed)")
    expectDerivatives(
      [curves.passiveForceLength(length, strainAtOneNormForce: 0.6).byLogStrain],
      of: { [curves.passiveForceLength(length, strainAtOneNormForce: 0.6 * exp($0)).value] },
      tolerance: 1e-8, "passive by strain \(seed)")
    expectDerivatives(
      [curves.tendonForceLength(tendon, strainAtOneNormForce: 0.04).slope],
      of: { [curves.tendonForceLength(tendon + $0, strainAtOneNormForce: 0.04).value] },
      step: 1e-6, tolerance: 1e-6, "tendon \(seed)")
    expectDerivatives(
      [curves.tendonForceLength(tendon, strainAtOneNormForce: 0.04).byLogStrain],
      of: { [curves.tendonForceLength(tendon, strainAtOneNormForce: 0.04 * exp($0)).value] },
      step: 1e-5, tolerance: 1e-6, "tendon by strain \(seed)")
    let speed = curves.forceVelocity(velocity, activation: activation)
    expectDerivatives(
      [speed.slope, speed.byActivation],
      of: {
        [
          curves.forceVelocity(velocity + $0, activation: activation).value,
          curves.forceVelocity(velocity, activation: activation + $0).value,
        ]
      }, step: 1e-5, tolerance: 1e-5, "velocity \(seed)")
    let inverse = curves.forceVelocityInverse(multiplier, activation: activation)
    expectDerivatives(
      [inverse.slope, inverse.byActivation],
      of: {
        [
          curves.forceVelocityInverse(multiplier + $0, activation: activation).value,
          curves.forceVelocityInverse(multiplier, activation: activation + $0).value,
        ]
      }, step: 1e-5, tolerance: 1e-5, "inverse \(seed)")
    let back = curves.forceVelocity(inverse.value, activation: activation).value
    #expect(abs(back - multiplier) < 1e-13, "round trip, seed \(seed)")
  }
}
