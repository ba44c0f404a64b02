internal import Musculoskeletal
internal import RealModule

/// Something that a subject is asked to do for a calibration.
public struct CalibrationTask: Sendable, Hashable {
  /// What that is.
  public enum Kind: Sendable, Hashable {
    /// Hold the static pose with muscles at rest.
    case still
    /// Contract muscles as hard as possible, the joints held (indices).
    case contract(muscles: [Int])
    /// Move a joint to and fro, in its positive direction first (free-coordinate index).
    case move(coordinate: Int)
  }

  /// What it is.
  public var kind: Kind
  /// When it begins [s].
  public var start: Double
  /// When it ends [s].
  public var end: Double

  /// A task from `start` to `end` [s].
  public init(kind: Kind, start: Double, end: Double) {
    self.kind = kind
    self.start = start
    self.end = end
  }
}

/// A virtual subject that does as it is told, a reaction time late: its motion is prescribed, not driven by its muscles.
///
/// Contractions rise and fall within half a second. Movements are cosines of one a second; EMG then goes
/// with the acceleration that it causes `delay` later, in the muscles whose moment arms cause it.
struct ObedientSubject: Sendable {
  /// How late it begins what it was told, and how early it ends it [s].
  static let reaction = 0.2
  /// How far it moves a joint [rad].
  static let reach = 0.8
  /// Excitation of a muscle at rest [1].
  static let rest = 0.004
  /// Joint acceleration that takes all of a muscle's strength [rad/s^2].
  static let strength = 60.0

  private let tasks: [CalibrationTask]
  /// The static pose (coordinateCount) [rad].
  private let pose: [Double]
  /// From excitation to acceleration [s].
  private let delay: Double
  /// Which way each muscle turns each joint: -1, 0 or 1 (muscleCount x coordinateCount) [1].
  private let effects: [Double]

  init(_ limb: LimbModel, tasks: [CalibrationTask], pose: [Double], delay: Double) {
    self.tasks = tasks
    self.pose = pose
    self.delay = delay
    var state = LimbState(limb)
    let zeros = Array(repeating: 0.0, count: limb.coordinateCount)
    limb.evaluate(
      q: pose, u: zeros, activations: Array(repeating: 0, count: limb.muscleCount), torque: zeros,
      payloadMass: 0, parameters: limb.nominalParameters, state: &state, forDerivatives: false)
    effects = limb.momentArms(state).map { $0.magnitude < 1e-3 ? 0 : $0 < 0 ? -1 : 1 }
  }

  /// Angles, rates and accelerations at `time` [rad, rad/s, rad/s^2].
  func motion(at time: Double) -> (q: [Double], u: [Double], a: [Double]) {
    var (q, u, a) = (pose, pose.map { _ in 0.0 }, pose.map { _ in 0.0 })
    for task in tasks {
      guard case .move(let joint) = task.kind else { continue }
      let start = task.start + Self.reaction
      let turns = (task.end - start - Self.reaction).rounded(.down)
      let since = time - start
      guard since > 0, since < turns else { continue }
      let speed = 2 * Double.pi
      q[joint] += 0.5 * Self.reach * (1 - .cos(speed * since))
      u[joint] = 0.5 * Self.reach * speed * .sin(speed * since)
      a[joint] = 0.5 * Self.reach * speed * speed * .cos(speed * since)
    }
    return (q, u, a)
  }

  /// What the muscles are told at `time` [s] (muscleCount) [1].
  func excitations(at time: Double) -> [Double] {
    let ahead = motion(at: time + delay).a
    var excitations = (0..<(effects.count / pose.count)).map { muscle in
      var wanted = 0.0
      for joint in pose.indices { wanted += effects[muscle * pose.count + joint] * ahead[joint] }
      return max(wanted / Self.strength, Self.rest)
    }
    for task in tasks {
      guard case .contract(let muscles) = task.kind else { continue }
      let since = time - task.start - Self.reaction
      let left = task.end - Self.reaction - time
      let effort = min(since / 0.5, left / 0.5, 1)
      for muscle in muscles where effort > 0 {
        excitations[muscle] = max(excitations[muscle], effort)
      }
    }
    return excitations
  }
}
