/// Which columns of a step's derivative are wanted: one per pair of an unknown and a number that it moves.
public struct StepColumns: Sendable {
  /// A muscle's number that an unknown may move.
  public enum MuscleNumber: Int, Sendable {
    /// ln maximum isometric force.
    case maxIsometricForce
    /// ln optimal fiber length.
    case optimalFiberLength
    /// ln tendon slack length.
    case tendonSlackLength
    /// ln maximum contraction velocity.
    case maxContractionVelocity
  }

  /// A column and the unknown that it is added to.
  struct Column: Sendable {
    /// The unknown (index into theta).
    let unknown: Int
    /// The column among those of its kind (index).
    let place: Int
  }

  /// A joint's number that is moved.
  struct JointColumn: Sendable {
    /// The unknown (index into theta).
    let unknown: Int
    /// The joint (index).
    let joint: Int
    /// Its number.
    let number: JointNumber
  }

  /// An unknown that moves a muscle's activation.
  struct ActivationColumn: Sendable {
    /// The unknown (index into theta).
    let unknown: Int
    /// The muscle (index).
    let muscle: Int
  }

  /// Unknowns [1].
  public let unknownCount: Int
  /// Muscles' numbers: place = 4 lanes number + lane.
  private(set) var muscles: [Column] = []
  /// Inertial numbers: place = lane of the inertial blocks.
  private(set) var inertias: [Column] = []
  /// Joints' numbers.
  private(set) var joints: [JointColumn] = []
  /// Activations, in the order of the track's changes.
  private(set) var activations: [ActivationColumn] = []

  /// No columns of `unknownCount` unknowns yet.
  public init(unknownCount: Int) { self.unknownCount = unknownCount }

  /// The unknown moves a muscle's number.
  public mutating func addMuscle(
    _ muscle: Int, _ number: MuscleNumber, unknown: Int, of kernel: MuscleKernel
  ) {
    muscles.append(
      Column(
        unknown: unknown, place: number.rawValue * 8 * kernel.blockCount + kernel.lanes[muscle]))
  }

  /// The unknown moves the inertial number in `lane`.
  public mutating func addInertia(lane: Int, unknown: Int) {
    inertias.append(Column(unknown: unknown, place: lane))
  }

  /// The unknown moves a joint's number.
  public mutating func addJoint(_ joint: Int, _ number: JointNumber, unknown: Int) {
    joints.append(JointColumn(unknown: unknown, joint: joint, number: number))
  }

  /// The unknown moves a muscle's activation, by the next of the track's changes.
  public mutating func addActivation(_ muscle: Int, unknown: Int) {
    activations.append(ActivationColumn(unknown: unknown, muscle: muscle))
  }
}
