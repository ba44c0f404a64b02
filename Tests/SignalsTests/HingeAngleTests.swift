import Foundation
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

  @Test(
    "an axis that stays upright lets the heading drift, which is said, and is found anew once it leans"
  )
  func untoldHeading() throws {
    var hinge = HingeAngle(
      HingeAlignment(axis: axes.second, firstAxis: axes.first, poseAngle: 0.3))
    // the hinge's axis of the first unit is brought upright from 3 s to 5 s, and leans again from 40 s on
    let upright = Orientation(vector: SIMD3(0, -atan2(0.6, 0.8), 0))
    #expect(upright.rotated(axes.first).z > 0.999)
    var said: [Double] = []
    var worst = (before: 0.0, untold: 0.0, after: 0.0)
    for step in 0..<12_000 {
      let time = Double(step) * 0.005
      let lean = min(max((time - 3) / 2, 0), 1) - min(max((time - 40) / 2, 0), 1)
      let first = Orientation(vector: SIMD3(0, -lean * atan2(0.6, 0.8), 0))
      // a gyroscope's bias of 0.1 deg/s turns the second unit's world while nothing tells it
      let drift = 0.1 * Double.pi / 180 * max(time - 3, 0)
      let (a, b) = states(angle: 0.3, first: first, heading: 1 + drift)
      let reading = hinge.advance(a, b, period: 0.005)
      guard time > 1.1 else { continue }
      if reading.faults.contains(.headingUntold) { said.append(time) }
      guard let angle = reading.angle else { continue }
      let offset = abs(angle - 0.3)
      switch time {
      case ..<5: worst.before = max(worst.before, offset)
      case 15..<40: worst.untold = max(worst.untold, offset)
      case 46...: worst.after = max(worst.after, offset)
      default: break
      }
    }
    #expect(worst.before < 0.5 * .pi / 180, "\(worst)")
    #expect(worst.untold > 3 * .pi / 180, "the angle does drift: \(worst)")
    #expect(worst.after < 1 * .pi / 180, "\(worst)")
    let first = try #require(said.first)
    let last = try #require(said.last)
    // upright from somewhere between 3 and 5 s on, said ten seconds later, until it leans
    #expect(first > 13 && first < 15.1 && last > 40 && last < 42, "\(first) to \(last)")
    #expect(said.count == Int(((last - first) / 0.005).rounded()) + 1, "without interruption")
  }
}
