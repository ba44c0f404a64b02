internal import Musculoskeletal

/// The limb in one pose as seen from the side, for the dashboard.
struct DashboardFigure: Sendable, Encodable {
  /// Lines of two points each [m].
  var bones: [[[Double]]]
  /// One path a muscle [m].
  var muscles: [[[Double]]]
  /// Activation of each muscle [1].
  var activation: [Double]
  /// Joint centres [m].
  var joints: [[Double]]
  /// Where a payload is held [m].
  var hand: [Double]
  /// Payload held [kg].
  var payload: Double
}

/// Draws the limb from angles and envelopes; belongs to the dashboard's thread.
struct DashboardFigureMaker: Sendable {
  private let description: ModelDescription
  private let modelCoordinates: [Int]
  private let hand: (body: Int, location: Vector3)?
  /// The EMG channel of each muscle; nil where there is none (index).
  private let channel: [Int?]
  private let dynamics: [ActivationDynamics]
  private let isUpZ: Bool
  /// Activation of each muscle (muscleCount) [1].
  private var activation: [Double]
  /// Excitation of each muscle at the column before (muscleCount) [1].
  private var excitation: [Double]

  /// A maker of figures of `limb`.
  ///
  /// - Parameter muscles: the muscles of each EMG channel.
  init(_ limb: LimbModel, muscles: [[Int]], hand: (body: Int, location: Vector3)?) {
    description = limb.description
    modelCoordinates = limb.skeleton.modelCoordinates
    self.hand = hand
    let count = description.muscles.count
    channel = (0..<count).map { muscle in muscles.firstIndex { $0.contains(muscle) } }
    dynamics = description.muscles.map {
      ActivationDynamics(
        activationTimeConstant: $0.activationTimeConstant,
        deactivationTimeConstant: $0.deactivationTimeConstant)
    }
    isUpZ = abs(description.gravity.z) > abs(description.gravity.y)
    activation = Array(repeating: 0, count: count)
    excitation = activation
  }

  /// Lets the activations follow the envelopes for `step` [s].
  mutating func advance(envelopes: [Double], step: Double) {
    for muscle in activation.indices {
      let target = channel[muscle].map { min(max(envelopes[$0], 0), 1) } ?? 0
      // no longer than the law is stable for
      let parts = max(1, Int((step / 0.005).rounded(.up)))
      for _ in 0..<min(parts, 40) {
        activation[muscle] = dynamics[muscle].advance(
          activation: activation[muscle], from: excitation[muscle], to: target,
          step: step / Double(parts))
      }
      excitation[muscle] = target
    }
  }

  /// The figure at these angles of the free coordinates [rad].
  func figure(angles: [Double], payload: Double) -> DashboardFigure {
    var pose = description.defaultPose
    for (free, coordinate) in modelCoordinates.enumerated() { pose[coordinate] = angles[free] }
    pose = description.coupled(pose)
    let bodies = description.bodyPlacements(at: pose)
    func flat(_ point: Vector3) -> [Double] {
      [rounded(point.x, 4), rounded(isUpZ ? point.z : point.y, 4)]
    }
    var bones: [[[Double]]] = []
    var joints: [[Double]] = []
    for joint in description.joints {
      let here = bodies[joint.child].apply(joint.frameInChild.translation)
      let next = description.joints.filter { $0.parent == joint.child }
      for other in next {
        bones.append([flat(here), flat(bodies[joint.child].apply(other.frameInParent.translation))])
      }
      if next.isEmpty {
        // the last bone ends where a payload is held, or as far beyond the centre of mass as before it
        let end =
          hand.flatMap { $0.body == joint.child ? bodies[$0.body].apply($0.location) : nil }
          ?? bodies[joint.child].apply(description.bodies[joint.child].massCenter)
        bones.append([flat(here), flat(end)])
      }
      joints.append(flat(here))
    }
    return DashboardFigure(
      bones: bones,
      muscles: description.muscles.map { muscle in
        description.pathPoints(of: muscle, at: pose, bodies: bodies).map(flat)
      },
      activation: activation.map { rounded($0, 3) }, joints: joints,
      hand: hand.map { flat(bodies[$0.body].apply($0.location)) } ?? [0, 0], payload: payload)
  }
}
