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

@Suite struct ActivationRateTests {
  @Test(arguments: 0..<40)
  func allPartialsAreDerivatives(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let (rise, fall) = (0.01 + 0.02 * random.uniform(), 0.04 + 0.03 * random.uniform())
    let (activation, excitation) = (0.02 + 0.97 * random.uniform(), 0.02 + 0.97 * random.uniform())
    func rate(_ a: Double, _ e: Double, _ rise: Double, _ fall: Double) -> ActivationRate {
      seed % 2 == 0
        ? ActivationDynamics(activationTimeConstant: rise, deactivationTimeConstant: fall)
          .rateWithPartials(activation: a, excitation: e)
        : FirstOrderActivationDynamics(
          activationTimeConstant: rise, deactivationTimeConstant: fall
        ).rateWithPartials(activation: a, excitation: e)
    }
    let exact = rate(activation, excitation, rise, fall)
    expectDerivatives(
      [
        exact.byActivation, exact.byExcitation, exact.byLogActivationTimeConstant,
        exact.byLogDeactivationTimeConstant,
      ],
      of: {
        [
          rate(activation + $0, excitation, rise, fall).value,
          rate(activation, excitation + $0, rise, fall).value,
          rate(activation, excitation, rise * exp($0), fall).value,
          rate(activation, excitation, rise, fall * exp($0)).value,
        ]
      }, step: 1e-5, tolerance: 1e-8, "seed \(seed)")
  }

  @Test func excitationShapeIsSmoothInItsFactor() {
    for input in [-0.2, 0, 0.3, 0.9, 1, 1.4] {
      for shape in [-3.0, -1, -1.1e-4, -0.9e-4, 0, 1e-5, 0.5] {
        let point = ExcitationShape.point(input, shapeFactor: shape)
        expectDerivatives(
          [point.byInput, point.byShapeFactor],
          of: {
            [
              ExcitationShape.point(input + $0, shapeFactor: shape).value,
              ExcitationShape.point(input, shapeFactor: shape + $0).value,
            ]
          }, step: 1e-4, tolerance: 1e-7, floor: 1e-1, "input \(input), shape \(shape)")
      }
      let below = ExcitationShape.point(input, shapeFactor: 0.99999e-4)
      let above = ExcitationShape.point(input, shapeFactor: 1.00001e-4)
      #expect(abs(above.value - below.value - 2e-9 * below.byShapeFactor) < 1e-12)
    }
    #expect(ExcitationShape.point(1, shapeFactor: -2).value == 1)
    #expect(ExcitationShape.point(.greatestFiniteMagnitude, shapeFactor: 0.5).value.isFinite)
  }
}
