import Foundation
import Musculoskeletal
import TestSupport
import Testing

@Suite struct MillardCurvesTests {
  private func table(_ name: String) throws -> [String: [Double]] {
    try columns(ofCSV: sharedData.appendingPathComponent("opensim/\(name).csv"))
  }

  private func expect(
    _ table: [String: [Double]], _ place: String, _ columns: (String, String),
    _ curve: (Double) -> (Double, Double)
  ) throws {
    let places = try #require(table[place])
    #expect(places.count > 380)
    // OpenSim solves x(u) to 2.2e-14: slopes are compared by the curve's own steepness
    let steepest = try #require(table[columns.1]).map(abs).max() ?? 1
    for (row, x) in places.enumerated() {
      let (value, slope) = curve(x)
      for (found, column, size) in [(value, columns.0, 1), (slope, columns.1, steepest)] {
        let expected = try #require(table[column]?[row])
        #expect(
          abs(found - expected) <= 1e-12 * max(size, abs(expected)), "\(column) at \(x)")
      }
    }
  }

  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func curvesAreOpenSims() throws {
    // the active table is of an undamped fiber, force-velocity of the class's own curve
    let undamped = MillardCurves(MillardShape(), isUndamped: true)
    let curves = MillardCurves(MillardShape())
    let lengths = try table("curves_millard_fiber_length")
    try expect(lengths, "norm_fiber_length", ("active", "d_active")) {
      let point = undamped.activeForceLength($0)
      return (point.value, point.slope)
    }
    try expect(lengths, "norm_fiber_length", ("passive", "d_passive")) {
      let point = curves.passiveForceLength($0)
      return (point.value, point.slope)
    }
    try expect(
      try table("curves_millard_force_velocity"), "norm_fiber_velocity",
      ("force_velocity", "d_force_velocity")
    ) {
      let point = curves.forceVelocity($0)
      return (point.value, point.slope)
    }
    try expect(
      try table("curves_millard_tendon"), "norm_tendon_length", ("tendon", "d_tendon")
    ) {
      let point = curves.tendonForceLength($0)
      return (point.value, point.slope)
    }
  }

  @Test func curvesOfOtherShapesAreOpenSims() throws {
    var curves: MillardCurves?
    var count = 0
    for line in millardCurvesOfOpenSim.split(separator: "\n") {
      let words = line.split(separator: " ")
      let numbers = words.dropFirst(2).map { Double($0) ?? .nan }
      if words[1] == "shape" {
        let isUndamped = (Int(words[0]) ?? 0) % 2 == 0
        curves = MillardCurves(MillardShape(openSim: numbers), isUndamped: isUndamped)
        continue
      }
      let made = try #require(curves)
      let point: (Double, Double)
      switch words[1] {
      case "a": point = made.activeForceLength(numbers[0])
      case "v": point = made.forceVelocity(numbers[0])
      case "p":
        let full = made.passiveForceLength(numbers[0])
        point = (full.value, full.slope)
      default:
        let full = made.tendonForceLength(numbers[0])
        point = (full.value, full.slope)
      }
      count += 1
      #expect(abs(point.0 - numbers[1]) <= 1e-12 * max(1, abs(numbers[1])), "\(line)")
      #expect(abs(point.1 - numbers[2]) <= 1e-11 * max(1, abs(numbers[2])), "\(line)")
    }
    #expect(count == 288)
  }

  @Test(arguments: 0..<24)
  func slopesAreDerivatives(seed: Int) {
    let curves = MillardCurves(MillardShape(seed: UInt64(seed)), isUndamped: seed % 2 == 0)
    let part = Double(seed) / 24
    let length = 0.3 + 1.7 * part
    let velocity = -1.2 + 2.4 * part
    let tendon = 0.995 + 0.08 * part
    expectDerivatives(
      [curves.activeForceLength(length).slope],
      of: { [curves.activeForceLength(length + $0).value] }, step: 1e-4, tolerance: 1e-6,
      floor: 1e-2, "active, seed \(seed)")
    expectDerivatives(
      [curves.forceVelocity(velocity).slope],
      of: { [curves.forceVelocity(velocity + $0).value] }, step: 1e-4, tolerance: 1e-6,
      floor: 1e-2, "velocity, seed \(seed)")
    expectDerivatives(
      [curves.passiveForceLength(length).slope],
      of: { [curves.passiveForceLength(length + $0).value] }, step: 1e-4, tolerance: 1e-6,
      floor: 1e-2, "passive, seed \(seed)")
    expectDerivatives(
      [curves.tendonForceLength(tendon).slope],
      of: { [curves.tendonForceLength(tendon + $0).value] }, step: 1e-5, tolerance: 1e-6,
      floor: 1e-1, "tendon, seed \(seed)")
    let multiplier = -0.1 + 1.7 * part
    expectDerivatives(
      [curves.forceVelocityInverse(multiplier).slope],
      of: { [curves.forceVelocityInverse(multiplier + $0).value] }, step: 1e-5, tolerance: 1e-6,
      floor: 1e-1, "inverse, seed \(seed)")
  }

  @Test(arguments: 0..<24)
  func strainDerivativesAreDerivatives(seed: Int) {
    let shape = MillardShape(seed: UInt64(seed))
    let part = Double(seed) / 24
    let length = 1.02 + 0.9 * part
    let tendon = 1.001 + 0.08 * part
    let curves = MillardCurves(shape)
    expectDerivatives(
      [curves.passiveForceLength(length).byLogStrain],
      of: {
        var other = shape
        other.passiveStrainAtOneNormForce *= exp($0)
        return [MillardCurves(other).passiveForceLength(length).value]
      }, step: 1e-4, tolerance: 1e-6, floor: 1e-2, "passive, seed \(seed)")
    expectDerivatives(
      [curves.tendonForceLength(tendon).byLogStrain],
      of: {
        var other = shape
        other.tendonStrainAtOneNormForce *= exp($0)
        return [MillardCurves(other).tendonForceLength(tendon).value]
      }, step: 1e-4, tolerance: 1e-6, floor: 1e-2, "tendon, seed \(seed)")
  }

  @Test func theInverseUndoesForceVelocityBetweenTheNearSlopes() {
    let curves = MillardCurves(MillardShape(), isUndamped: true)
    for step in -89...89 {
      let velocity = 0.01 * Double(step)
      let back = curves.forceVelocityInverse(curves.forceVelocity(velocity).value).value
      #expect(abs(back - velocity) < 1e-13)
    }
  }

  @Test func curvatureIsContinuousAtTheJoints() {
    let curves = MillardCurves(MillardShape())
    for joint in [0.4441, 0.587, 0.84, 1, 1.43115, 1.8123] {
      let h = 1e-5
      let before = curves.activeForceLength(joint - h).slope
      let here = curves.activeForceLength(joint).slope
      let after = curves.activeForceLength(joint + h).slope
      #expect(abs((after - here) - (here - before)) < 1e-2 * h * 100, "at \(joint)")
    }
  }
}
