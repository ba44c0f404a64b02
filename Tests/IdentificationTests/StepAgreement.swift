import Algebra
import CShim
import Musculoskeletal
import Signals
import Testing

@testable import Identification

/// Steps by the kernels against the same step by the reference equations.
enum StepAgreement {
  /// The variants that this processor runs.
  static var variants: [LimbStep.Variant] {
    diffmsm_has_avx2_and_fma() ? [.baseline, .version3] : [.baseline]
  }

  /// What a step makes of a state and its derivatives.
  private struct Outcome {
    var z: [Double]
    var transition: [Double]
    var byParameter: [Double]
    var sensitivity: [Double]
    var isRegular: Bool
  }

  /// One step by `variant` from the state `z`, for no sensitivity at its start and for a random one.
  private static func step(
    _ variant: LimbStep.Variant, _ model: LimbEstimationModel, theta: [Double], z: [Double],
    window: Window, at halfStep: Int, payload: Double
  ) -> Outcome {
    let system = model.parameters.system(at: theta)
    var track = ActivationTrack(drives: model.drives, parameters: model.parameters)
    track.fill(window, channelParameters: system.channels, muscles: system.limb.muscles)
    var step = LimbStep(model, variant: variant)
    step.prepare(system)
    let side = 2 * model.limb.coordinateCount
    let retention = (side..<z.count).map { 0.5 + 0.01 * Double($0) }
    func advanced(_ start: Matrix) -> (z: [Double], sensitivity: [Double]) {
      var end = z
      var lanes = step.columns.zeros(rows: z.count)
      step.columns.spread(start, into: &lanes)
      step.advance(
        &end, sensitivity: &lanes, model: model, system: system, track: track,
        halfStep: halfStep, step: window.step, payloadMass: payload, retention: retention,
        differentiating: true)
      var result = start
      step.columns.collect(lanes, into: &result)
      return (end, result.elements)
    }
    var start = Matrix(rows: z.count, columns: theta.count)
    let (end, inputs) = advanced(start)
    var random = RandomSource(seed: 7)
    for index in start.elements.indices { start.elements[index] = random.gaussian() }
    let sensitivity = advanced(start).sensitivity
    return Outcome(
      z: end, transition: step.transition,
      byParameter: Array(inputs.prefix(side * theta.count)), sensitivity: sensitivity,
      isRegular: step.isRegular)
  }

  /// The largest difference over the size of its column, or a thousandth of the matrix's if that is more.
  private static func difference(_ found: [Double], _ expected: [Double], rows: Int) -> Double {
    let width = expected.count / rows
    let size = expected.reduce(0) { max($0, abs($1)) }
    var worst = 0.0
    for column in 0..<width {
      let scale = (0..<rows).reduce(1e-3 * size) {
        max($0, abs(expected[$1 * width + column]))
      }
      for row in 0..<rows {
        let apart = abs(found[row * width + column] - expected[row * width + column])
        if scale > 0 { worst = max(worst, apart / scale) } else if apart > 0 { worst = .infinity }
      }
    }
    return worst
  }

  /// Every variant gives what the reference equations give.
  static func expect(
    _ model: LimbEstimationModel, theta: [Double], z: [Double], window: Window, at half: Int,
    payload: Double, note: String
  ) {
    let side = 2 * model.limb.coordinateCount
    let expected = step(
      .reference, model, theta: theta, z: z, window: window, at: half, payload: payload)
    for variant in variants {
      let found = step(
        variant, model, theta: theta, z: z, window: window, at: half, payload: payload)
      let note = Comment(rawValue: "\(variant), \(note)")
      #expect(found.isRegular == expected.isRegular, note)
      #expect(difference(found.z, expected.z, rows: z.count) < 1e-12, note)
      #expect(difference(found.transition, expected.transition, rows: side) < 1e-12, note)
      #expect(difference(found.byParameter, expected.byParameter, rows: side) < 1e-12, note)
      #expect(difference(found.sensitivity, expected.sensitivity, rows: z.count) < 1e-12, note)
    }
  }
}
