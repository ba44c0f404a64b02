import Algebra
import Foundation
import Musculoskeletal
import TestSupport
import Testing

@Suite struct ActivationDynamicsTests {
  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func rateIsOpenSims() throws {
    let table = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/muscle_state_samples.csv"))
    // the table was made with OpenSim's default smoothing of 0.1
    let law = ActivationDynamics(
      activationTimeConstant: 0.015, deactivationTimeConstant: 0.06, smoothing: 0.1)
    let activations = try #require(table["activation"])
    for row in activations.indices {
      let rate = law.rate(
        activation: activations[row], excitation: try #require(table["excitation"])[row])
      let expected = try #require(table["act_rate_dgf"])[row]
      #expect(abs(rate.value - expected) <= 1e-12 * abs(expected), "row \(row)")
    }
  }

  @Test(arguments: 0..<40)
  func partialsAreDerivatives(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let law = ActivationDynamics(
      activationTimeConstant: 0.01 + 0.02 * random.uniform(),
      deactivationTimeConstant: 0.04 + 0.03 * random.uniform(),
      smoothing: seed % 2 == 0 ? 10 : 0.1)
    let (activation, excitation) = (random.uniform(), random.uniform())
    let rate = law.rate(activation: activation, excitation: excitation)
    expectDerivatives(
      [rate.byActivation],
      of: { [law.rate(activation: activation + $0, excitation: excitation).value] },
      tolerance: 1e-8, "seed \(seed), by activation")
    expectDerivatives(
      [rate.byExcitation],
      of: { [law.rate(activation: activation, excitation: excitation + $0).value] },
      tolerance: 1e-8, "seed \(seed), by excitation")
  }

  @Test func aSmallStepDecaysWithItsTimeConstant() {
    // at e = a + d the law is linear in d with rate ((1/2)/(ta z) + (1/2) z/td), z = 1/2 + 3/2 a
    let law = ActivationDynamics(activationTimeConstant: 0.015, deactivationTimeConstant: 0.06)
    let start = 0.4
    let z = 0.5 + 1.5 * start
    let rate = 0.5 / (0.015 * z) + 0.5 * z / 0.06
    let small = 1e-7
    var activation = start
    for _ in 0..<200 {
      activation = law.advance(
        activation: activation, from: start + small, to: start + small, step: 1e-4)
    }
    let expected = small * (1 - exp(-rate * 0.02))
    #expect(abs(activation - start - expected) < 1e-5 * expected)
  }
}
