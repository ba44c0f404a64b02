internal import Algebra
internal import CShim
internal import Kernels
internal import KernelsV3
internal import Musculoskeletal

/// One RK4 step of the limb with the exact derivative of the step: the hot loop.
///
/// Structured forward sensitivity: each stage gives J = d xdot/dx, the accelerations' derivatives by
/// every unknown and by every disturbance; a reverse recursion over the four stages,
///   W4 = h/6, W3 = h/3 + h W4 J4, W2 = h/3 + h/2 W3 J3, W1 = h/6 + h/2 W2 J2,
/// makes the step's transition A = 1 + sum W_s J_s and its inputs B = sum W_s b_s, so that the sensitivity
/// S <- A S + B meets one product with A a step instead of four.
///
/// Where the model is one that `StepKernelPlan` knows the kernels do all this, or all but the skeleton, eight
/// muscles at a time; else the reference equations do. All agree to rounding.
struct LimbStep: Sendable {
  /// Who computes the step.
  enum Variant: Sendable {
    /// The reference equations.
    case reference
    /// The kernel for every processor.
    case baseline
    /// The kernel for AVX2 and FMA.
    case version3

    /// The fastest that this processor has.
    static var fastest: Variant { diffmsm_has_avx2_and_fma() ? .version3 : .baseline }
  }

  /// d x(end)/d z(start) (2n x stateCount) [units of x per unit of z].
  private(set) var transition: [Double]
  /// False when the mass matrix was singular or a number not finite in some stage.
  private(set) var isRegular = true
  /// How sensitivities are laid out.
  let columns: SensitivityColumns

  /// What goes where in the kernel; nil where the reference equations do it.
  private let plan: StepKernelPlan?
  /// The kernel for every processor.
  private var baseline: Kernels.StepKernel?
  /// The kernel for AVX2 and FMA.
  private var version3: KernelsV3.StepKernel?
  /// The skeleton where it is no closed form, and all of the reference equations.
  private var tree: TreeStep?
  /// The numbers that the kernel has.
  private var known: LimbParameters?

  /// A step of `model`, by the fastest variant that the processor and the model allow, or by another.
  init(_ model: LimbEstimationModel, variant: Variant = .fastest) {
    plan = variant == .reference ? nil : StepKernelPlan(model)
    if let plan {
      if variant == .version3 {
        let kernel = plan.kernel(KernelsV3.StepKernel.self, model: model)
        columns = SensitivityColumns(
          links: kernel.links, homes: kernel.homes, blockCount: kernel.blockCount)
        version3 = kernel
      } else {
        let kernel = plan.kernel(Kernels.StepKernel.self, model: model)
        columns = SensitivityColumns(
          links: kernel.links, homes: kernel.homes, blockCount: kernel.blockCount)
        baseline = kernel
      }
    } else {
      columns = SensitivityColumns(unknowns: model.parameters.count)
    }
    if plan?.isClosed != true {
      tree = TreeStep(
        model, movers: plan?.movers ?? [],
        moverWidth: version3?.movers.count ?? baseline?.movers.count ?? 0)
    }
    transition = Array(
      repeating: 0, count: 2 * model.limb.coordinateCount * model.stateCount)
  }

  /// Takes the limb's numbers; before the first step and whenever they change.
  mutating func prepare(_ system: SystemParameters) {
    guard let plan, known != system.limb else { return }
    known = system.limb
    if version3 != nil {
      plan.set(&version3!, system.limb)
    } else {
      plan.set(&baseline!, system.limb)
    }
  }

  /// Advances `z` (2n states, then disturbances, which stay) over `step` [s] from half step `halfStep`.
  ///
  /// - Parameters:
  ///   - sensitivity: of z in columns (stateCount x blocks), taken along where it is asked for.
  ///   - retention: factors of the disturbances over the step (stateCount - 2n) [1].
  ///   - differentiating: also fills `transition` and takes `sensitivity` along.
  mutating func advance(
    _ z: inout [Double], sensitivity: inout [SIMD8<Double>], model: LimbEstimationModel,
    system: SystemParameters, track: ActivationTrack, halfStep: Int, step: Double,
    payloadMass: Double, external: ExternalTorque = ExternalTorque(), retention: [Double],
    differentiating: Bool
  ) {
    if plan?.isClosed == true {
      if version3 != nil {
        isRegular = Self.advance(
          &version3!, &z, track: track, halfStep: halfStep, step: step, payloadMass: payloadMass,
          external: external, retention: retention, transition: &transition,
          sensitivity: &sensitivity, differentiating: differentiating)
      } else {
        isRegular = Self.advance(
          &baseline!, &z, track: track, halfStep: halfStep, step: step, payloadMass: payloadMass,
          external: external, retention: retention, transition: &transition,
          sensitivity: &sensitivity, differentiating: differentiating)
      }
      return
    }
    let moment = TreeStep.Moment(
      halfStep: halfStep, step: step, payloadMass: payloadMass, external: external)
    if version3 != nil {
      isRegular = tree!.advance(
        &version3!, &z, at: moment, model: model, system: system, track: track,
        retention: retention, transition: &transition, sensitivity: &sensitivity,
        differentiating: differentiating)
    } else if baseline != nil {
      isRegular = tree!.advance(
        &baseline!, &z, at: moment, model: model, system: system, track: track,
        retention: retention, transition: &transition, sensitivity: &sensitivity,
        differentiating: differentiating)
    } else {
      isRegular = tree!.advance(
        &z, at: moment, model: model, system: system, track: track, retention: retention,
        transition: &transition, sensitivity: &sensitivity, differentiating: differentiating)
    }
  }

  /// The step by a kernel; false when it left the numbers.
  @inline(__always)
  private static func advance<Kernel: StepVariant>(
    _ kernel: inout Kernel, _ z: inout [Double], track: ActivationTrack, halfStep: Int,
    step: Double, payloadMass: Double, external: ExternalTorque, retention: [Double],
    transition: inout [Double], sensitivity: inout [SIMD8<Double>], differentiating: Bool
  ) -> Bool {
    var state = z.mutableSpan
    var whole = transition.mutableSpan
    var columns = sensitivity.mutableSpan
    kernel.advance(
      &state, activations: track.activations.span, from: halfStep * track.drives.count,
      changes: track.activationChanges.span, from: halfStep * track.tangents.count, step: step,
      payloadMass: payloadMass, external: (external[0], external[1]), retention: retention.span,
      transition: &whole, sensitivity: &columns, differentiating: differentiating)
    return kernel.isRegular
  }
}
