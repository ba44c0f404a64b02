import Foundation
import Musculoskeletal
import TestSupport
import Testing

@Suite struct MuscleCurvesTests {
  private func table(_ name: String) throws -> [String: [Double]] {
    try columns(ofCSV: sharedData.appendingPathComponent("opensim/\(name).csv"))
  }

  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func forceLengthCurvesAreOpenSims() throws {
    let table = try table("curves_dgf_fiber_length")
    let lengths = try #require(table["norm_fiber_length"])
    #expect(lengths.count > 600)
    for (row, length) in lengths.enumerated() {
      let active = MuscleCurves.activeForceLength(length)
      let passive = MuscleCurves.passiveForceLength(length, strainAtOneNormForce: 0.6)
      for (value, column) in [
        (active.value, "active"), (active.slope, "d_active"), (passive.value, "passive"),
        (passive.slope, "d_passive"),
      ] {
        let expected = try #require(table[column]?[row])
        #expect(abs(value - expected) <= 1e-12 * max(1, abs(expected)), "\(column) at \(length)")
      }
    }
  }

  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func forceVelocityCurveIsOpenSims() throws {
    let table = try table("curves_dgf_force_velocity")
    let velocities = try #require(table["norm_fiber_velocity"])
    for (row, velocity) in velocities.enumerated() {
      let expected = try #require(table["force_velocity"]?[row])
      #expect(abs(MuscleCurves.forceVelocity(velocity).value - expected) <= 1e-12)
      #expect(abs(MuscleCurves.forceVelocityInverse(expected) - velocity) <= 1e-12)
    }
  }

  @Test(arguments: (-8...8).map { 0.175 * Double($0) })
  func slopesAreDerivatives(place: Double) {
    expectDerivatives(
      [MuscleCurves.forceVelocity(place).slope],
      of: { [MuscleCurves.forceVelocity(place + $0).value] }, tolerance: 1e-9, "force-velocity")
    // up to 1.75: the curve's gaussian branch has a pole where its width is zero, at l = 0.149
    let length = 1.1 + 0.45 * place
    expectDerivatives(
      [MuscleCurves.activeForceLength(length).slope],
      of: { [MuscleCurves.activeForceLength(length + $0).value] }, tolerance: 1e-9, floor: 1e-2,
      "active force-length at \(length)")
    for strain in [0.3, 0.6, 0.8] {
      expectDerivatives(
        [MuscleCurves.passiveForceLength(length, strainAtOneNormForce: strain).slope],
        of: {
          [MuscleCurves.passiveForceLength(length + $0, strainAtOneNormForce: strain).value]
        }, tolerance: 1e-9, "passive force-length")
    }
  }

  @Test func curvesPassThroughTheirAnchors() {
    #expect(abs(MuscleCurves.activeForceLength(1).value - 1) < 1e-6)
    #expect(abs(MuscleCurves.forceVelocity(0).value - 1) < 1e-3)
    #expect(abs(MuscleCurves.passiveForceLength(0.2, strainAtOneNormForce: 0.6).value) < 1e-15)
    #expect(abs(MuscleCurves.passiveForceLength(1.6, strainAtOneNormForce: 0.6).value - 1) < 1e-12)
  }
}
