package import Musculoskeletal

/// One RK4 step of activation dynamics with its derivatives by the start, both excitations and both time constants.
package struct ActivationStep {
  /// Activation after the step [1].
  package let activation: Double
  /// By the activation before it [1].
  package let byActivation: Double
  /// By the excitation at its start [1].
  package let byStart: Double
  /// By the excitation at its end [1].
  package let byEnd: Double
  /// By ln tau_a, the activation before the step held [1].
  package let byLogActivationTimeConstant: Double
  /// By ln tau_d, the activation before the step held [1].
  package let byLogDeactivationTimeConstant: Double

  /// A step of `step` [s] with linear excitation from `start` to `end` [1].
  package init(
    _ muscle: MuscleParameters, activation: Double, from start: Double, to end: Double,
    step: Double
  ) {
    let middle = 0.5 * (start + end)
    let half = 0.5 * step
    let k1 = muscle.activationRate(activation: activation, excitation: start)
    let k2 = muscle.activationRate(activation: activation + half * k1.value, excitation: middle)
    let k3 = muscle.activationRate(activation: activation + half * k2.value, excitation: middle)
    let k4 = muscle.activationRate(activation: activation + step * k3.value, excitation: end)
    self.activation =
      activation + step / 6 * (k1.value + 2 * k2.value + 2 * k3.value + k4.value)

    // each stage's derivative by (activation, start, end, ln tau_a, ln tau_d)
    let unit = SIMD8<Double>(1, 0, 0, 0, 0, 0, 0, 0)
    let d1 = Self.change(k1, activation: unit, excitation: SIMD2(1, 0))
    let d2 = Self.change(k2, activation: unit + half * d1, excitation: SIMD2(0.5, 0.5))
    let d3 = Self.change(k3, activation: unit + half * d2, excitation: SIMD2(0.5, 0.5))
    let d4 = Self.change(k4, activation: unit + step * d3, excitation: SIMD2(0, 1))
    let sum = d1 + 2 * d2 + 2 * d3 + d4
    let total = unit + sum * (step / 6)
    byActivation = total[0]
    byStart = total[1]
    byEnd = total[2]
    byLogActivationTimeConstant = total[3]
    byLogDeactivationTimeConstant = total[4]
  }

  /// How a stage's rate changes when its activation and excitation change so.
  @inline(__always)
  private static func change(
    _ rate: ActivationRate, activation: SIMD8<Double>, excitation: SIMD2<Double>
  ) -> SIMD8<Double> {
    let direct = SIMD8<Double>(
      0, rate.byExcitation * excitation.x, rate.byExcitation * excitation.y,
      rate.byLogActivationTimeConstant, rate.byLogDeactivationTimeConstant, 0, 0, 0)
    return activation * rate.byActivation + direct
  }
}

extension MuscleParameters {
  /// The activation after `step` [s] of linearly changing excitation, by RK4 [1].
  func advanceActivation(
    _ activation: Double, from start: Double, to end: Double, step: Double
  ) -> Double {
    let middle = 0.5 * (start + end)
    let half = 0.5 * step
    let k1 = activationRate(activation: activation, excitation: start).value
    let k2 = activationRate(activation: activation + half * k1, excitation: middle).value
    let k3 = activationRate(activation: activation + half * k2, excitation: middle).value
    let k4 = activationRate(activation: activation + step * k3, excitation: end).value
    return activation + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
  }
}
