import Glibc
import Identification
import Musculoskeletal
import Signals

/// A chain of pin joints in a plane with muscles whose lengths are polynomials of two neighbours' angles.
struct Chain {
  /// Joints [1].
  let joints: Int
  /// Muscles [1].
  let muscles: Int
  /// Steps of the window: half a second of two joints, a second of more [1].
  var steps: Int { joints == 2 ? 250 : 500 }
  /// One step [s].
  let step = 0.002
  /// Lengths of the links (joints) [m].
  var lengths: [Double] = []
  /// 1, a, a^2, b, b^2, a b of each muscle (muscles x 6) [m].
  var coefficients: [[Double]] = []
  /// Strength, optimal length, slack length, vmax, sine of pennation of each muscle (muscles x 5).
  var numbers: [[Double]] = []
  /// Mass, distance of its centre, inertia, damping of each link (joints x 4).
  var links: [[Double]] = []

  /// A chain drawn from `seed`.
  init(joints: Int, muscles: Int, seed: UInt64 = 1) {
    self.joints = joints
    self.muscles = muscles
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func uniform(_ low: Double, _ high: Double) -> Double {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return low + (high - low) * Double(state >> 11) / 9007199254740992
    }
    for joint in 0..<joints {
      let length = joints == 2 ? [0.30, 0.33][joint] : uniform(0.18, 0.28)
      let mass = joints == 2 ? [2.0, 1.6][joint] : 2 - 0.12 * Double(joint)
      lengths.append(length)
      links.append([mass, 0.45 * length, 0.08 * mass * length * length + 0.01, 0.35])
    }
    let scale = joints == 2 ? 6 / Double(muscles) : min(1, 40 / Double(muscles))
    for muscle in 0..<muscles {
      let optimal = uniform(0.09, 0.16)
      let slack = uniform(0.10, 0.22)
      let pennation = uniform(0.08, 0.35)
      numbers.append(
        [uniform(500, 1100) * scale, optimal, slack, uniform(8, 12), sin(pennation)])
      let kind = muscle % 6
      let sign = muscle % 2 == 0 ? -1.0 : 1.0
      let a = kind == 2 || kind == 3 ? 0 : uniform(0.02, 0.045)
      let b = kind == 0 || kind == 1 ? 0 : uniform(0.02, 0.04)
      coefficients.append([
        slack + optimal * cos(pennation), sign * a, a > 0 ? uniform(-0.004, 0.004) : 0, sign * b,
        b > 0 ? uniform(-0.004, 0.004) : 0, a * b > 0 ? uniform(-0.003, 0.003) : 0,
      ])
    }
  }

  /// The product's model of it.
  var limb: LimbModel {
    let body = (0..<joints).map { joint in
      BodyDescription(
        name: "link\(joint)", mass: links[joint][0], massCenter: Vector3(0, -links[joint][1], 0),
        momentsOfInertia: Vector3(0, 0, links[joint][2]))
    }
    let coordinates = (0..<joints).map {
      CoordinateDescription(name: "q\($0)", defaultValue: 0, rangeMinimum: -3, rangeMaximum: 3)
    }
    let hinges = (0..<joints).map { joint in
      JointDescription(
        name: "hinge\(joint)", parent: joint == 0 ? nil : joint - 1, child: joint,
        frameInParent: Placement(
          translation: joint == 0 ? .zero : Vector3(0, -lengths[joint - 1], 0)),
        frameInChild: Placement(),
        motion: .hinge(axis: Vector3(0, 0, 1), coordinate: joint))
    }
    let units = (0..<muscles).map { index -> MuscleDescription in
      let (n, c) = (numbers[index], coefficients[index])
      var muscle = MuscleDescription(
        name: "m\(index)", maxIsometricForce: n[0], optimalFiberLength: n[1],
        tendonSlackLength: n[2], pennationAngleAtOptimal: asin(n[4]), maxContractionVelocity: n[3],
        fiberDamping: 0.01, path: [])
      muscle.isTendonRigid = true
      let first = index / 8 % (joints - 1)
      muscle.lengthFunction = FunctionBasedPath(
        coordinates: [first, first + 1], order: 2,
        coefficients: [c[0], c[3], c[4], c[1], c[5], c[2]])
      return muscle
    }
    return LimbModel(
      ModelDescription(
        name: "chain", gravity: Vector3(0, -9.81, 0), bodies: body, coordinates: coordinates,
        joints: hinges, muscles: units))
  }

  /// Four numbers of every muscle, five of those of more than two joints, and four of every link.
  var quantities: [Quantity] {
    (0..<muscles).flatMap { muscle -> [Quantity] in
      var numbers: [Quantity.MuscleProperty] = [
        .maxIsometricForce, .optimalFiberLength, .tendonSlackLength, .maxContractionVelocity,
      ]
      if joints > 2 { numbers.append(.pennation) }
      return numbers.map { Quantity.muscle(muscle, $0) }
    }
      + (0..<joints).flatMap { joint -> [Quantity] in
        [
          .body(joint, .mass), .body(joint, .massCenter), .body(joint, .inertia),
          .coordinate(joint, .damping),
        ]
      }
  }

  /// What identifies it, without process noise.
  var model: LimbEstimationModel {
    let limb = limb
    var parameters = limb.nominalParameters
    for joint in 0..<joints { parameters.joints[joint].damping = links[joint][3] }
    let free = quantities.enumerated().map {
      FreeParameter(name: "p\($0)", targets: [$1], base: 1, priorDeviation: 0.1)
    }
    return LimbEstimationModel(
      limb: limb,
      parameters: ParameterSet(
        free: free,
        base: SystemParameters(
          limb: parameters, channels: Array(repeating: ChannelParameters(), count: muscles),
          angleOffsets: Array(repeating: 0, count: joints))),
      noise: NoiseModel(angle: Array(repeating: 1, count: joints)),
      channels: Array(0..<muscles))
  }

  /// Smooth envelopes, every angle measured at every `stride` steps.
  func window(stride: Int) -> Window {
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: step, stepCount: steps, historySteps: 60,
      channelCount: muscles, coordinateCount: joints, measurementStride: stride,
      followsPrevious: false)
    for row in 0...window.halfStepCount {
      let time = 0.5 * step * Double(row)
      for channel in 0..<muscles {
        let phase = 2 * Double.pi * (0.8 + 0.3 * Double(channel % 7)) * time + Double(channel)
        window.envelopes[row * muscles + channel] = 0.28 + 0.24 * sin(phase)
      }
    }
    window.isMeasured = window.isMeasured.map { _ in true }
    return window
  }

  /// Where it starts: angles, then rates [rad, rad/s].
  var start: [Double] {
    let angles = joints == 2 ? [0.4, 0.5] : (0..<joints).map { $0 == 0 ? 0.3 : 0.05 }
    return angles + Array(repeating: 0, count: joints)
  }
}
