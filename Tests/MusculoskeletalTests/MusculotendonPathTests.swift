import Foundation
import TestSupport
import Testing

@testable import Musculoskeletal

@Suite struct MusculotendonPathTests {
  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func lengthsAndMomentArmsAreOpenSims() throws {
    let limb = LimbModel(try arm26())
    var state = LimbState(limb)
    let table = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/arm26_paths_nowrap.csv"))
    let shoulder = try #require(table["shoulder_elev"])
    let elbow = try #require(table["elbow_flex"])
    #expect(shoulder.count == 37 * 53)
    for row in shoulder.indices {
      limb.evaluate(
        q: [shoulder[row], elbow[row]], u: [0, 0], activations: Array(repeating: 0, count: 6),
        torque: [0, 0], payloadMass: 0, parameters: limb.nominalParameters, state: &state)
      for (muscle, description) in limb.description.muscles.enumerated() {
        let name = description.name
        let length = try #require(table["\(name)_length"])[row]
        #expect(abs(state.length[muscle] - length) <= 1e-9, "\(name), row \(row)")
        for (coordinate, word) in ["shoulder", "elbow"].enumerated() {
          let arm = try #require(table["\(name)_ma_\(word)"])[row]
          #expect(
            abs(limb.momentArms(state)[2 * muscle + coordinate] - arm) <= 1e-9,
            "\(name), \(word), row \(row)")
        }
      }
    }
  }

  @Test(arguments: 0..<12)
  func gradientAndHessianAreDerivatives(seed: Int) throws {
    let limb = LimbModel(seed % 2 == 0 ? tree() : try arm26())
    let instant = RandomInstant(limb, seed: UInt64(seed))
    var state = LimbState(limb)
    instant.evaluate(&state)
    var hessianPlace = 0
    for muscle in 0..<limb.muscleCount {
      let span = limb.spans[muscle]
      for (column, place) in span.enumerated() {
        func moved(_ by: Double) -> LimbState {
          var state = LimbState(limb)
          instant.with { $0.q[limb.spanCoordinates[place]] += by }.evaluate(&state)
          return state
        }
        expectDerivatives(
          [state.lengthGradient[place]], of: { [moved($0).length[muscle]] },
          tolerance: 1e-9, floor: 1e-2, "seed \(seed), gradient of \(muscle) by \(column)")
        expectDerivatives(
          (0..<span.count).map { state.lengthHessian[hessianPlace + $0 * span.count + column] },
          of: { by in
            let state = moved(by)
            return span.map { state.lengthGradient[$0] }
          }, tolerance: 1e-9, floor: 1e-2, "seed \(seed), Hessian of \(muscle) by \(column)")
      }
      hessianPlace += span.count * span.count
    }
  }
}
