import Algebra
import Foundation
import Testing

@testable import Musculoskeletal

/// A number with the first derivatives by two variables and their mixed second one: nested dual numbers.
///
/// v + a e1 + b e2 + c e1 e2 with e1^2 = e2^2 = 0 (Fike and Alonso 2011, AIAA 2011-886).
struct HyperDual {
  /// The value [any].
  var v: Double
  /// By the first variable [any].
  var a = 0.0
  /// By the second [any].
  var b = 0.0
  /// By both [any].
  var c = 0.0

  static func + (l: HyperDual, r: HyperDual) -> HyperDual {
    HyperDual(v: l.v + r.v, a: l.a + r.a, b: l.b + r.b, c: l.c + r.c)
  }
  static func - (l: HyperDual, r: HyperDual) -> HyperDual {
    HyperDual(v: l.v - r.v, a: l.a - r.a, b: l.b - r.b, c: l.c - r.c)
  }
  static func * (l: HyperDual, r: HyperDual) -> HyperDual {
    HyperDual(
      v: l.v * r.v, a: l.a * r.v + l.v * r.a, b: l.b * r.v + l.v * r.b,
      c: l.c * r.v + l.a * r.b + l.b * r.a + l.v * r.c)
  }
  /// Any function, from its value and two derivatives here.
  func applying(_ value: Double, _ first: Double, _ second: Double) -> HyperDual {
    HyperDual(v: value, a: first * a, b: first * b, c: first * c + second * a * b)
  }
  var sine: HyperDual { applying(sin(v), cos(v), -sin(v)) }
  var cosine: HyperDual { applying(cos(v), -sin(v), -cos(v)) }
}

/// A vector of such numbers.
private struct Triple {
  var x: HyperDual
  var y: HyperDual
  var z: HyperDual

  init(_ x: HyperDual, _ y: HyperDual, _ z: HyperDual) { (self.x, self.y, self.z) = (x, y, z) }
  init(_ vector: Vector3) {
    self.init(HyperDual(v: vector.x), HyperDual(v: vector.y), HyperDual(v: vector.z))
  }
  static func + (l: Triple, r: Triple) -> Triple { Triple(l.x + r.x, l.y + r.y, l.z + r.z) }
  static func * (l: Triple, r: HyperDual) -> Triple { Triple(l.x * r, l.y * r, l.z * r) }
  func dot(_ r: Triple) -> HyperDual { x * r.x + y * r.y + z * r.z }
  func cross(_ r: Triple) -> Triple {
    let first = y * r.z - z * r.y
    let second = z * r.x - x * r.z
    return Triple(first, second, x * r.y - y * r.x)
  }
}

/// A moving frame: where it is, how it is turned (columns), and how both change.
private struct Frame {
  var x = Triple(Vector3(1, 0, 0))
  var y = Triple(Vector3(0, 1, 0))
  var z = Triple(Vector3(0, 0, 1))
  var origin = Triple(.zero)
  var spin = Triple(.zero)
  var speed = Triple(.zero)

  func turned(_ vector: Triple) -> Triple { x * vector.x + y * vector.y + z * vector.z }
  func place(_ point: Triple) -> Triple { origin + turned(point) }
  func speed(of point: Triple) -> Triple { speed + spin.cross(turned(point)) }

  mutating func move(to placement: Placement) {
    let step = Triple(placement.translation)
    (speed, origin) = (speed(of: step), place(step))
    let rotation = placement.rotation
    (x, y, z) = (
      turned(Triple(rotation.x)), turned(Triple(rotation.y)), turned(Triple(rotation.z))
    )
  }

  mutating func slide(along axis: Vector3, by amount: HyperDual, rate: HyperDual) {
    let step = Triple(axis) * amount
    let own = turned(Triple(axis)) * rate
    (speed, origin) = (speed(of: step) + own, place(step))
  }

  mutating func turn(about axis: Vector3, by angle: HyperDual, rate: HyperDual) {
    let unit = Triple(axis)
    spin = spin + turned(unit) * rate
    // Rodrigues: v cos + (k x v) sin + k (k·v) (1 - cos)
    let (s, c) = (angle.sine, angle.cosine)
    func column(_ vector: Vector3) -> Triple {
      let v = Triple(vector)
      return turned(
        v * c + unit.cross(v) * s + unit * (unit.dot(v) * (HyperDual(v: 1) - c)))
    }
    (x, y, z) = (
      column(Vector3(1, 0, 0)), column(Vector3(0, 1, 0)), column(Vector3(0, 0, 1))
    )
  }
}

/// Lagrange's equations from kinetic and potential energy, which know no mass matrix and no recursion.
@Suite struct LagrangeTests {
  /// T - V of the model joint by joint, as its description states it [J].
  private func lagrangian(
    _ instant: RandomInstant, q: [HyperDual], u: [HyperDual]
  ) -> HyperDual {
    let model = instant.limb.description
    let sources = instant.limb.skeleton.coordinateSources
    // an axis' amount and rate by the free coordinate behind it
    func motion(_ driven: DrivenValue) -> (amount: HyperDual, rate: HyperDual) {
      let source = driven.coordinate.map { driven.following(sources[$0]) } ?? driven
      guard let free = source.coordinate else {
        return (HyperDual(v: source.function.evaluate(at: 0).value), HyperDual(v: 0))
      }
      let jet = source.function.evaluate(at: q[free].v)
      let slope = q[free].applying(jet.first, jet.second, jet.third)
      return (q[free].applying(jet.value, jet.first, jet.second), slope * u[free])
    }
    var frames = Array(repeating: Frame(), count: model.bodies.count)
    var result = HyperDual(v: 0)
    let half = HyperDual(v: 0.5)
    for joint in model.joints {
      var frame = joint.parent.map { frames[$0] } ?? Frame()
      frame.move(to: joint.frameInParent)
      for step in joint.motion.axes {
        let (amount, rate) = motion(step.motion)
        switch step.kind {
        case .rotation: frame.turn(about: step.axis, by: amount, rate: rate)
        case .translation: frame.slide(along: step.axis, by: amount, rate: rate)
        }
      }
      frame.move(to: joint.frameInChild.inverse)
      frames[joint.child] = frame

      let body = model.bodies[joint.child]
      let numbers = instant.parameters.bodies[joint.child]
      let center = Triple(body.massCenter * numbers.massCenterFactor)
      let speed = frame.speed(of: center)
      let own = Triple(frame.x.dot(frame.spin), frame.y.dot(frame.spin), frame.z.dot(frame.spin))
      let (m, p) = (body.momentsOfInertia, body.productsOfInertia)
      let momentum = Triple(
        Triple(Vector3(m.x, p.x, p.y)).dot(own), Triple(Vector3(p.x, m.y, p.z)).dot(own),
        Triple(Vector3(p.y, p.z, m.z)).dot(own))
      let turning = HyperDual(v: numbers.inertiaFactor) * own.dot(momentum)
      let mass = HyperDual(v: numbers.mass)
      result = result + half * (mass * speed.dot(speed) + turning)
      result = result + mass * Triple(model.gravity).dot(frame.place(center))
    }
    if let payload = instant.limb.payload {
      let mass = HyperDual(v: instant.payloadMass * instant.parameters.payloadMassFactor)
      let place = Triple(payload.location * instant.parameters.payloadLocationFactor)
      let frame = frames[payload.body]
      let speed = frame.speed(of: place)
      result = result + half * mass * speed.dot(speed)
      result = result + mass * Triple(model.gravity).dot(frame.place(place))
    }
    return result
  }

  @Test(arguments: 0..<12)
  func inverseDynamicsAreLagranges(seed: Int) {
    let model = seed % 2 == 0 ? tree() : strangeLeg()
    let body = model.bodies.count - 1 - seed % 3
    let limb = LimbModel(model, payload: Payload(body: body, location: Vector3(0.02, -0.1, 0.03)))
    var instant = RandomInstant(limb, seed: UInt64(seed))
    instant.parameters.tilt = 0
    var state = LimbState(limb)
    instant.evaluate(&state)
    let count = limb.coordinateCount
    var random = RandomSource(seed: UInt64(100 + seed))
    let udot = (0..<count).map { _ in 10 * random.gaussian() }

    var largest = 0.0
    var pairs: [(own: Double, expected: Double)] = []
    for row in 0..<count {
      // d/dt dL/du: the first variable is u of this row, the second runs along the motion
      let along = lagrangian(
        instant, q: (0..<count).map { HyperDual(v: instant.q[$0], b: instant.u[$0]) },
        u: (0..<count).map {
          HyperDual(v: instant.u[$0], a: $0 == row ? 1 : 0, b: udot[$0])
        })
      let still = lagrangian(
        instant, q: (0..<count).map { HyperDual(v: instant.q[$0], a: $0 == row ? 1 : 0) },
        u: instant.u.map { HyperDual(v: $0) })
      let expected = along.c - still.a
      var own = state.bias[row]
      for column in 0..<count { own += state.massMatrix[row, column] * udot[column] }
      pairs.append((own, expected))
      largest = max(largest, abs(expected))
    }
    for (row, pair) in pairs.enumerated() {
      #expect(
        abs(pair.own - pair.expected) <= 1e-11 * max(1, largest),
        "coordinate \(row), seed \(seed): \(pair.own), Lagrange \(pair.expected)")
    }
  }
}
