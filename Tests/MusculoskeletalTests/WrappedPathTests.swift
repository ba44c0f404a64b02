import Foundation
import TestSupport
import Testing

@testable import Musculoskeletal

/// Whole paths over surfaces.
@Suite struct WrappedPathTests {
  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func explore() throws {
    let limb = LimbModel(try arm26WithWraps())
    var state = LimbState(limb)
    let table = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/arm26_paths_wrapped.csv"))
    let shoulder = try #require(table["shoulder_elev"])
    let elbow = try #require(table["elbow_flex"])
    for (muscle, description) in limb.description.muscles.enumerated() {
      let name = description.name
      var worst = 0.0, worstArm = 0.0, sum = 0.0, worstRow = 0
      for row in shoulder.indices {
        limb.evaluate(
          q: [shoulder[row], elbow[row]], u: [0, 0], activations: Array(repeating: 0, count: 6),
          torque: [0, 0], payloadMass: 0, parameters: limb.nominalParameters, state: &state)
        let d = state.length[muscle] - table["\(name)_length"]![row]
        sum += d * d
        if abs(d) > worst { worst = abs(d); worstRow = row }
        let arms = limb.momentArms(state)
        worstArm = max(worstArm, abs(arms[muscle * 2 + 1] - table["\(name)_ma_elbow"]![row]), abs(arms[muscle * 2] - table["\(name)_ma_shoulder"]![row]))
        if row % 53 == 11, name.hasSuffix("long") { print(name, shoulder[row] * 180 / .pi, d * 1000, "mm arm", (arms[muscle * 2] - table["\(name)_ma_shoulder"]![row])*1000) }
      }
      print("ZZ", name, "max", worst, "rms", sqrt(sum / Double(shoulder.count)), "at", shoulder[worstRow] * 180 / .pi, elbow[worstRow] * 180 / .pi, "arm", worstArm)
    }
  }
}
