/// Which columns of a step's derivative are wanted: one per pair of an unknown and a number that it moves.
public struct StepColumns: Sendable {
  /// A muscle's number: 0 ln maximum isometric force, 1 ln optimal fiber length, 2 ln tendon slack length,
  /// 3 ln maximum contraction velocity, 4 pennation, 5 ln fiber damping.
  public typealias MuscleColumn = (muscle: Int, number: Int, unknown: Int)
  /// A joint's number: 0 ln damping, 1 ln stiffness, 2 the rest angle, 3 ln limit torque, 4 the upper end of
  /// the range.
  public typealias JointColumn = (joint: Int, number: Int, unknown: Int)
  /// An inertial number by its lane.
  public typealias InertiaColumn = (lane: Int, unknown: Int)
  /// A muscle's activation, by the track's changes in order.
  public typealias ActivationColumn = (muscle: Int, unknown: Int)

  /// Unknowns [1].
  public var unknownCount: Int
  /// Muscles' numbers.
  public var muscles: [MuscleColumn] = []
  /// Joints' numbers.
  public var joints: [JointColumn] = []
  /// Inertial numbers.
  public var inertias: [InertiaColumn] = []
  /// Activations.
  public var activations: [ActivationColumn] = []

  /// No columns of `unknownCount` unknowns yet.
  public init(unknownCount: Int) { self.unknownCount = unknownCount }
}
