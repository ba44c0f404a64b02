import Signals
import Testing

@Suite("A hinge seen by two inertial units")
struct HingeAngleTests {
  /// The hinge's axis in the unit before it and in the one beyond (3) [1].
  private let axes = (
    first: SIMD3(0.6, 0.0, 0.8), second: SIMD3(0.0, 1.0, 0.0)
  )

  /// How both units stand at hinge angle `angle`, the first as `first`, the second's world turned by `heading` [rad].
  private func states(
    angle: Double, first: Orientation, heading: Double
  ) -> (InertialUnit.State, InertialUnit.State) {
    // in the pose the second unit's axis lies along the hinge
    let pose = Orientation(rows: axes.first, SIMD3(0, 1, 0), SIMD3(-0.8, 0, 0.6))
    let zero = pose.inverse * Orientation(rows: axes.second, SIMD3(0, 0, 1), SIMD3(1, 0, 0))
    let relative = Orientation(angle: angle, about: axes.first) * zero
    let second = Orientation(vector: SIMD3(0, 0, -heading)) * first * relative
    return (
      InertialUnit.State(orientation: first, rate: .zero),
      InertialUnit.State(orientation: second, rate: second.inverse.rotated(.zero))
    )
  }

  /// The first unit's orientation some time after the start: it swings about a level axis [s].
  private func first(_ time: Double) -> Orientation {
    Orientation(vector: SIMD3(0.4 * time, 0.2, 0.1 * time))
  }

  @Test("the heading is found from the axis, at once and whatever it drifts to")
  func heading() throws {
    var hinge = HingeAngle(
      HingeAlignment(axis: axes.second, firstAxis: axes.first, poseAngle: 0.3))
    var worst = 0.0
    for step in 0..<4000 {
      let time = Double(step) * 0.005
      let moving = max(time - 2, 0)
      let angle = 0.3 + 0.5 * min(moving, 1)
      let (a, b) = states(
        angle: angle, first: first(0.1 * moving), heading: 1 + 0.002 * time)
      let reading = hinge.advance(a, b, period: 0.005)
      if time < 0.99 { #expect(reading.angle == nil && reading.faults == .unaligned) }
      guard time > 1.02 else { continue }
      let found = try #require(reading.angle)
      worst = max(worst, abs(found - angle))
      #expect(reading.faults == [])
    }
    // 0.002 rad/s of drift in the 10 s that the mean takes is 0.02 rad of heading, a part of which is angle
    #expect(worst < 0.02, "\(worst)")
  }

  @Test("what no hinge allows is said, and where nothing tells the heading there is no angle")
  func faults() throws {
    var hinge = HingeAngle(
      HingeAlignment(axis: axes.second, firstAxis: axes.first, poseAngle: 0))
    var reading = HingeAngle.Reading(angle: nil, rate: nil, faults: [])
    for _ in 0..<220 {
      let (a, b) = states(angle: 0, first: first(0), heading: 0)
      reading = hinge.advance(a, b, period: 0.005)
    }
    #expect(abs(try #require(reading.angle)) < 1e-6 && reading.faults == [])
    var (a, b) = states(angle: 0, first: first(0), heading: 0)
    b.orientation = b.orientation * Orientation(vector: SIMD3(0.5, 0, 0))
    b.isFieldDisturbed = true
    reading = hinge.advance(a, b, period: 0.005)
    #expect(reading.faults == [.noHinge, .fieldDisturbed])

    // the axis stands upright and the headings are not shared
    var upright = HingeAngle(
      HingeAlignment(
        axis: SIMD3(0, 0, 1), pose: .identity, poseAngle: 0))
    a.orientation = .identity
    b.orientation = .identity
    #expect(upright.advance(a, b, period: 0.005).faults.contains(.unaligned))
    var shared = HingeAngle(
      HingeAlignment(
        axis: SIMD3(0, 0, 1), pose: .identity, poseAngle: 0, sharesHeading: true))
    b.orientation = Orientation(vector: SIMD3(0, 0, 0.7))
    #expect(abs(try #require(shared.advance(a, b, period: 0.005).angle) - 0.7) < 1e-12)
  }
}
