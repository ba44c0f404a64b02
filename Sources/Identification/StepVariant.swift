internal import Kernels
internal import KernelsV3

/// What the hot loop's variants have in common: the same sources, compiled for different processors.
protocol StepVariant: Sendable {
  /// False when the mass matrix was singular or a number not finite in the last step.
  var isRegular: Bool { get }

  /// A kernel with all numbers still to be set.
  init(
    count: Int, coordinates: [[Int]], unknownCount: Int,
    muscleColumns: [(muscle: Int, number: Int, unknown: Int)],
    jointColumns: [(joint: Int, number: Int, unknown: Int)],
    inertiaColumns: [(lane: Int, unknown: Int)],
    activationColumns: [(muscle: Int, unknown: Int)],
    inertiaLanes: Int, activationDisturbances: Int, torqueDisturbances: Int)

  /// The path of a muscle.
  mutating func setPath(
    muscle: Int, coordinates: [Int], constantLength: Double, stretches: [[Double]], order: Int,
    polynomial: [Double], centers: [Double], scales: [Double])

  /// The numbers of a muscle.
  mutating func setNumbers(
    muscle: Int, maxIsometricForce: Double, optimalFiberLength: Double, tendonSlackLength: Double,
    maxContractionVelocity: Double, fiberDamping: Double, pennation: (sine: Double, cosine: Double),
    passive: (steepness: Double, offset: Double, scale: Double), narrowing: Double)

  /// The numbers of a joint.
  mutating func setJoint(
    _ joint: Int, damping: Double, deviceDamping: Double,
    coulomb: (friction: Double, speed: Double), spring: (stiffness: Double, restAngle: Double),
    limit: (torque: Double, width: Double), range: ClosedRange<Double>)

  /// The limb's eighteen numbers without payload and their change by a kilogram of it.
  mutating func setLimb(_ numbers: [Double], byPayload: [Double])

  /// The derivative of those by the inertial unknown in `lane`.
  mutating func setInertia(lane: Int, _ numbers: [Double], byPayload: [Double])

  /// Which columns of a sensitivity make which unknown's derivative.
  var links: [(column: Int, unknown: Int)] { get }
  /// A column of each unknown that no other has (index).
  var homes: [Int] { get }
  /// Blocks of eight columns [1].
  var blockCount: Int { get }
  /// The first column of the joints' movers and how many there are.
  var movers: (first: Int, count: Int) { get }

  /// One step of one hinge or two with its derivatives.
  mutating func advance(
    _ z: inout MutableSpan<Double>, activations: Span<Double>, from row: Int,
    changes: Span<Double>, from changeRow: Int, step: Double, payloadMass: Double,
    external: (first: Double, second: Double), retention: Span<Double>,
    transition: inout MutableSpan<Double>, sensitivity: inout MutableSpan<SIMD8<Double>>,
    differentiating: Bool)

  /// Begins a step of another skeleton.
  mutating func begin(
    _ z: borrowing MutableSpan<Double>, activations: Span<Double>, from row: Int)

  /// Adds the muscles' torques at a stage and their derivatives.
  mutating func pull(
    _ stage: Int, q: Span<Double>, u: Span<Double>, torque: inout MutableSpan<Double>,
    byAngle: inout MutableSpan<Double>, byRate: inout MutableSpan<Double>, differentiating: Bool)

  /// Ends a step: its transition, and the sensitivity taken along.
  mutating func combine(
    step: Double, jacobians: Span<Double>, inverses: Span<Double>, movers: Span<Double>,
    changes: Span<Double>, from changeRow: Int, retention: Span<Double>,
    transition: inout MutableSpan<Double>, sensitivity: inout MutableSpan<SIMD8<Double>>)
}

extension Kernels.StepKernel: StepVariant {}
extension KernelsV3.StepKernel: StepVariant {}
