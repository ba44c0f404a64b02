import Algebra
import Foundation
import Identification
import Musculoskeletal
import TestSupport
import Testing

@testable import CrossCheck

@Suite struct ReferenceTrajectoryTests {
  private typealias Stop = ReferenceTrajectory.Stop

  /// A point mass on a hinge, 0.4 m below it at angle zero.
  private func pendulum(mass: Double = 2) -> ReferenceTrajectory {
    let model = ModelDescription(
      name: "pendulum", gravity: Vector3(0, -9.81, 0),
      bodies: [
        BodyDescription(
          name: "bob", mass: mass, massCenter: Vector3(0, -0.4, 0), momentsOfInertia: .zero)
      ],
      coordinates: [
        CoordinateDescription(name: "swing", defaultValue: 0, rangeMinimum: -3, rangeMaximum: 3)
      ],
      joints: [
        JointDescription(
          name: "hinge", parent: nil, child: 0, frameInParent: Placement(),
          frameInChild: Placement(), motion: .hinge(axis: Vector3(0, 0, 1), coordinate: 0))
      ], muscles: [])
    let limb = LimbModel(model, payload: Payload(body: 0, location: Vector3(0, -0.4, 0)))
    return ReferenceTrajectory(
      equations: LimbSystem(limb, parameters: limb.nominalParameters, excitations: nil))
  }

  /// The complete elliptic integral of the first kind by the arithmetic-geometric mean.
  private func completeElliptic(_ modulus: Double) -> Double {
    var (a, b) = (1.0, (1 - modulus * modulus).squareRoot())
    while abs(a - b) > 1e-15 { (a, b) = (0.5 * (a + b), (a * b).squareRoot()) }
    return .pi / (2 * a)
  }

  @Test(arguments: [0.1, 1, 2, 2.9])
  func aPendulumKeepsItsExactPeriod(amplitude: Double) throws {
    let period = 4 * completeElliptic(sin(amplitude / 2)) / (9.81 / 0.4).squareRoot()
    let angles = try pendulum().angles(
      from: [amplitude, 0],
      stops: [1, 2, 3, 4, 12].map {
        Stop(time: Double($0) * period / 4, payloadMass: 0, isWanted: true)
      })
    for (angle, expected) in zip(angles, [amplitude, 0, -amplitude, 0, amplitude, amplitude]) {
      #expect(abs(angle - expected) < 1e-8, "\(angle) instead of \(expected)")
    }
  }

  @Test func aPayloadWhereTheMassIsChangesNothingForAPendulumAndUnwantedStopsAreSilent() throws {
    let plain = try pendulum().angles(
      from: [1, 0.5], stops: [Stop(time: 1, payloadMass: 0, isWanted: true)])
    let laden = try pendulum().angles(
      from: [1, 0.5],
      stops: [
        Stop(time: 0.35, payloadMass: 0, isWanted: false),
        Stop(time: 0.6, payloadMass: 3, isWanted: false),
        Stop(time: 1, payloadMass: 1, isWanted: true),
      ])
    #expect(plain.count == 2 && laden.count == 2)
    #expect(abs(plain[1] - laden[1]) < 1e-9)
  }

  @Test(.enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func armMovesAsInOpenSim() throws {
    let (limb, base) = try dampedArm()
    let controls: [(amplitude: Double, w: Double, phase: Double, offset: Double)] = [
      (0.030, 10.24, 2.33, 0.057), (0.171, 5.59, -1.25, 0.274), (0.028, 5.72, -1.49, 0.084),
      (0.043, 3.90, 2.85, 0.122), (0.133, 5.28, -1.59, 0.270), (0.032, 9.17, -0.99, 0.093),
    ]
    let spline = CubicSpline(
      start: 0, spacing: 1e-3, channelCount: 6,
      values: (0...1000).flatMap { row in
        controls.map { $0.offset + $0.amplitude * sin($0.w * 1e-3 * Double(row) + $0.phase) }
      })
    let trajectory = ReferenceTrajectory(
      equations: LimbSystem(limb, parameters: base.limb, excitations: spline))
    let angles = try trajectory.angles(
      from: [10 * .pi / 180, 60 * .pi / 180, 0, 0],
      stops: (1...100).map { Stop(time: 0.01 * Double($0), payloadMass: 0, isWanted: true) })
    let table = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/traj_A_dgf_rigid_nowrap.csv"))
    var farthest = 0.0
    for row in 0...100 {
      farthest = max(
        farthest, abs(angles[2 * row] - (try #require(table["q_shoulder"])[10 * row])),
        abs(angles[2 * row + 1] - (try #require(table["q_elbow"])[10 * row])))
    }
    #expect(farthest < 1e-7, "\(farthest) rad")
  }

  @Test func failuresAreValuesAndTheProcessLivesOn() {
    let stop = [Stop(time: 5, payloadMass: 0, isWanted: true)]
    var short = pendulum()
    short.stepLimit = 3
    #expect {
      try short.angles(from: [1, 0], stops: stop)
    } throws: { error in
      if case .stepLimit? = error as? CrossCheckFailure { true } else { false }
    }
    // no mass and no inertia: the mass matrix is singular at once
    #expect(throws: CrossCheckFailure.notFinite(after: 0)) {
      try pendulum(mass: 0).angles(from: [1, 0], stops: stop)
    }
    // GSL refuses a negative tolerance; its default error handler would abort
    var strange = pendulum()
    strange.tolerance = -1
    #expect(throws: CrossCheckFailure.noMemory) {
      try strange.angles(from: [1, 0], stops: stop)
    }
  }
}
