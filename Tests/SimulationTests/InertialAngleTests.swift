import Algebra
import Foundation
import Musculoskeletal
import OpenSimFiles
import Signals
import TestSupport
import Testing

@testable import Simulation

/// Two inertial units on the arm of a virtual subject, and an encoder on its elbow.
private struct InertialBench {
  static let rate = 200.0
  /// Rest before the first movement [s].
  static let rest = 4.0

  var elbow: [Double] = []
  var upper: [InertialSample] = []
  var lower: [InertialSample] = []
  /// The elbow's axis in the upper unit's axes, flexion positive (3) [1].
  var axis = SIMD3<Double>.zero
  /// Whether the magnetic field is disturbed at the sample.
  var isDisturbed: [Bool] = []

  /// `seconds` of movement after the rest.
  init(seed: UInt64, seconds: Double, disturbance: ClosedRange<Double>?) throws {
    let path = repository.appendingPathComponent("config/models/arm26_nowrap.osim").path
    var model = try OpenSimReader.read(path: path)
      .replacingMuscles(by: .deGrooteFregly2016, isTendonRigid: true, keepsTimeConstants: true)
    for index in model.coordinates.indices { model.coordinates[index].damping = 0.3 }
    var subject = VirtualSubject(
      LimbModel(model, payload: nil),
      configuration: VirtualSubjectConfiguration(
        seed: seed, reach: [(-1.0)...0.1, 0.5...2.1], coContraction: 0.08))
    let still = Int(Self.rest * Self.rate)
    var angles = Array(repeating: subject.q, count: still)
    for _ in 0..<Int(seconds * Self.rate) {
      for _ in 0..<2 { subject.advance(step: 0.5 / Self.rate) }
      angles.append(subject.q)
    }
    elbow = angles.map { $0[1] }
    var noise = RandomSource(seed: seed ^ 0xF00D)
    let field = SIMD3(0.45, 0.0, -0.89)
    let mounts = [
      Orientation(vector: SIMD3(0.4, -0.8, 1.9)), Orientation(vector: SIMD3(-1.2, 0.3, 0.5)),
    ]
    // 1 deg/s about oblique axes
    let biases = [SIMD3(0.6, -0.64, 0.48), SIMD3(-0.48, 0.6, 0.64)].map { $0 * .pi / 180 }
    // the hinges' axes lie 6.5 degrees apart and nearly level, as arm26's
    let shoulderAxis = SIMD3(0.0, 1, 0)
    let elbowAxis = Orientation(angle: 6.5 * .pi / 180, about: SIMD3(1, 0, 0)).rotated(shoulderAxis)
    axis = -mounts[0].inverse.rotated(elbowAxis)
    func segments(_ q: [Double]) -> (Orientation, Orientation) {
      let first = Orientation(angle: -q[0], about: shoulderAxis)
      return (first, first * Orientation(angle: -q[1], about: elbowAxis))
    }
    func place(_ unit: Int, _ q: [Double]) -> SIMD3<Double> {
      let (first, second) = segments(q)
      return unit == 0
        ? first.rotated(SIMD3(0.02, 0, -0.15))
        : first.rotated(SIMD3(0, 0, -0.3)) + second.rotated(SIMD3(0.02, 0, -0.12))
    }
    for index in 1..<(angles.count - 1) {
      let time = Double(index) / Self.rate
      let disturbed = disturbance?.contains(time) ?? false
      isDisturbed.append(disturbed)
      for unit in 0..<2 {
        let pair = [angles[index - 1], angles[index], angles[index + 1]].map { segments($0) }
        let turn = pair.map { (unit == 0 ? $0.0 : $0.1) * mounts[unit] }
        let rate = (turn[0].inverse * turn[2]).vector * (Self.rate / 2)
        let places = [-1, 0, 1].map { place(unit, angles[index + $0]) }
        let acceleration =
          (places[0] - 2 * places[1] + places[2]) * (Self.rate * Self.rate)
        let up = SIMD3(0, 0, OrientationFilter.gravity)
        func random(_ deviation: Double) -> SIMD3<Double> {
          SIMD3(noise.gaussian(), noise.gaussian(), noise.gaussian()) * deviation
        }
        // a steel bench beside the lower arm
        let local = disturbed && unit == 1 ? SIMD3(-0.3, 0.5, 0.25) : .zero
        let sample = InertialSample(
          rate: rate + biases[unit] + random(0.005),
          force: turn[1].inverse.rotated(acceleration + up) + random(0.05),
          field: turn[1].inverse.rotated(field + local) + random(0.005))
        if unit == 0 { upper.append(sample) } else { lower.append(sample) }
      }
    }
    elbow = Array(elbow[1..<(elbow.count - 1)])
  }

  /// RMSE of the fused elbow angle after rest and a functional movement of 10 s [deg], and what was said.
  func result(usingField: Bool) throws -> (
    rmse: Double, axisError: Double, share: Double, saidDisturbed: Double
  ) {
    var filters = [OrientationFilter(rate: Self.rate), OrientationFilter(rate: Self.rate)]
    var axis = FunctionalAxis()
    var orientations: [(Orientation, Orientation)] = []
    var pose = (first: Orientation.identity, second: Orientation.identity)
    var said = 0
    for index in elbow.indices {
      var samples = [upper[index], lower[index]]
      if !usingField { for unit in 0..<2 { samples[unit].field = nil } }
      let pair = (filters[0].advance(samples[0]), filters[1].advance(samples[1]))
      orientations.append(pair)
      let time = Double(index) / Self.rate
      if time < Self.rest - 0.5 { pose = pair }
      if time > Self.rest, time < Self.rest + 10 {
        axis.add(
          samples[0].rate - filters[0].bias, samples[1].rate - filters[1].bias, first: pair.0,
          second: pair.1)
      }
      if isDisturbed[index], filters[1].isFieldDisturbed { said += 1 }
    }
    let found = try #require(axis.axis(heading: usingField ? 0 : nil))
    // the subject chose which way to move first; a person is told to bend
    let alignment = JointAlignment(
      axis: found.axis, heading: found.heading, pose: pose, poseAngle: elbow[0])
    var best = Double.infinity
    for sign in [1.0, -1] {
      var sum = 0.0
      for (index, pair) in orientations.enumerated() {
        let turn = alignment.angle(pair.0, pair.1) - elbow[0]
        let error = elbow[0] + sign * turn - elbow[index]
        sum += error * error
      }
      best = min(best, (sum / Double(elbow.count)).squareRoot())
    }
    let disturbed = isDisturbed.filter { $0 }.count
    return (
      best * 180 / .pi, acos(min(abs((found.axis * self.axis).sum()), 1)) * 180 / .pi, found.share,
      Double(said) / Double(max(disturbed, 1))
    )
  }
}

@Suite struct InertialAngleTests {
  @Test(arguments: [3, 8] as [UInt64])
  func elbowAngleOfTwoUnitsIsTheEncoders(seed: UInt64) throws {
    let bench = try InertialBench(seed: seed, seconds: 60, disturbance: nil)
    for usingField in [true, false] {
      let result = try bench.result(usingField: usingField)
      print("IMU elbow, seed \(seed), field \(usingField): \(result)")
      #expect(result.rmse < 0.5, "\(result)")
      #expect(result.axisError < 1 && result.share > 0.95)
    }
  }

  @Test func aDisturbedFieldIsFlaggedAndDoesLittle() throws {
    let bench = try InertialBench(seed: 3, seconds: 40, disturbance: 15...35)
    let result = try bench.result(usingField: true)
    print("IMU elbow, disturbed: \(result)")
    #expect(result.saidDisturbed > 0.95, "\(result)")
    #expect(result.rmse < 1.5, "\(result)")
  }
}
