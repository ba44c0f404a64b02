internal import Algebra

/// The dynamics of one or two hinges in closed form: what the hot loop integrates.
///
/// The mass matrix of two hinges in a row depends on the second angle only, M_00 with two harmonics,
/// M_01 with one, M_11 not at all; the potential is bilinear in (1, cos, sin) of both angles. With
/// a = M_00, b = M_01, d = M_11 and the potential V, Lagrange's equations are
///   tau_0 = a v_0 + b v_1 + a' u_0 u_1 + b' u_1^2 + dV/dq_0,
///   tau_1 = b v_0 + d v_1 - a' u_0^2 / 2 + dV/dq_1,
/// linear in the coefficients, so that a derivative by an inertial number has the same form.
public struct HingeHarmonics: Hashable, Sendable {
  /// M_00 by 1, cos, sin, cos 2, sin 2 of the second angle (5) [kg·m^2].
  public var first: [Double]
  /// M_01 by 1, cos, sin of the second angle (3) [kg·m^2].
  public var mixed: [Double]
  /// M_11 [kg·m^2].
  public var second: Double
  /// The potential by 1, cos, sin of the first angle (rows) and of the second (3 x 3) [J].
  public var potential: [Double]

  /// All coefficients in order: first, mixed, second, potential (18) [kg·m^2, J].
  public var all: [Double] { first + mixed + [second] + potential }

  /// left - right, times `factor`.
  fileprivate static func difference(
    _ left: HingeHarmonics, _ right: HingeHarmonics, factor: Double
  ) -> HingeHarmonics {
    func difference(_ a: [Double], _ b: [Double]) -> [Double] {
      zip(a, b).map { ($0 - $1) * factor }
    }
    return HingeHarmonics(
      first: difference(left.first, right.first), mixed: difference(left.mixed, right.mixed),
      second: (left.second - right.second) * factor,
      potential: difference(left.potential, right.potential))
  }
}

/// An inertial number that the harmonics can be differentiated by.
public enum HingeInertia: Hashable, Sendable {
  /// ln mass of a body (index).
  case mass(Int)
  /// ln factor on a body's centre of mass (index).
  case massCenter(Int)
  /// ln factor on a body's inertia (index).
  case inertia(Int)
  /// ln factor on the payload's mass.
  case payloadMass
  /// ln factor on the payload's distance.
  case payloadLocation
  /// The tilt.
  case tilt
}

extension LimbModel {
  /// True when the limb is one or two plain hinges, the second on the first or both on the ground.
  public var isHingePair: Bool {
    let axes = skeleton.axes
    guard coordinateCount == axes.count, axes.count == 1 || axes.count == 2 else { return false }
    return axes.indices.allSatisfy {
      axes[$0].isRotation && axes[$0].isDirect && axes[$0].coordinate == $0
    }
  }

  /// The harmonics at `parameters` and a payload [kg]; of a single hinge the second is free of everything.
  public func hingeHarmonics(_ parameters: LimbParameters, payloadMass: Double) -> HingeHarmonics {
    hingeHarmonics(
      parameters, payloadMass: payloadMass,
      gravity: parameters.gravity(skeleton.gravity).value, isAloneUnit: true)
  }

  /// Their exact derivative by one inertial number; linear in the payload's mass.
  public func hingeHarmonics(
    _ parameters: LimbParameters, payloadMass: Double, by number: HingeInertia
  ) -> HingeHarmonics {
    let gravity = parameters.gravity(skeleton.gravity)
    func at(_ change: (inout LimbParameters) -> Void) -> HingeHarmonics {
      var changed = parameters
      change(&changed)
      return hingeHarmonics(
        changed, payloadMass: payloadMass, gravity: gravity.value, isAloneUnit: false)
    }
    switch number {
    case .mass(let body):
      // linear in the mass
      return .difference(at { _ in }, at { $0.bodies[body].mass = 0 }, factor: 1)
    case .inertia(let body):
      return .difference(at { _ in }, at { $0.bodies[body].inertiaFactor = 0 }, factor: 1)
    case .massCenter(let body):
      // quadratic: the central difference is exact
      return .difference(
        at { $0.bodies[body].massCenterFactor *= 2 }, at { $0.bodies[body].massCenterFactor = 0 },
        factor: 0.5)
    case .payloadMass:
      return .difference(at { _ in }, at { $0.payloadMassFactor = 0 }, factor: 1)
    case .payloadLocation:
      return .difference(
        at { $0.payloadLocationFactor *= 2 }, at { $0.payloadLocationFactor = 0 }, factor: 0.5)
    case .tilt:
      var change = hingeHarmonics(
        parameters, payloadMass: payloadMass, gravity: gravity.byTilt, isAloneUnit: false)
      change.first = change.first.map { _ in 0 }
      change.mixed = change.mixed.map { _ in 0 }
      change.second = 0
      return change
    }
  }

  /// Harmonics from values at equal angles.
  private func hingeHarmonics(
    _ parameters: LimbParameters, payloadMass: Double, gravity: Vector3, isAloneUnit: Bool
  ) -> HingeHarmonics {
    precondition(isHingePair, "one or two hinges")
    let isAlone = coordinateCount == 1
    // two variables, because closures hold them and both are changed at once
    var state = SkeletonState(skeleton)
    var matrix = Matrix(rows: coordinateCount, columns: coordinateCount)
    var q = Array(repeating: 0.0, count: coordinateCount)
    func pose(_ angles: Double...) {
      for index in q.indices { q[index] = angles[index] }
      skeleton.pose(
        q, parameters: parameters, payload: payload,
        payloadMass: payloadMass * parameters.payloadMassFactor, state: &state)
    }
    func mass(_ row: Int, _ column: Int, at angle: Double) -> Double {
      if isAlone && column == 1 { return row == column && isAloneUnit ? 1 : 0 }
      pose(0, angle)
      skeleton.fillMassMatrix(state: &state, matrix: &matrix)
      return matrix[row, column]
    }
    return HingeHarmonics(
      first: TrigonometricFit.coefficients(harmonics: 2) { mass(0, 0, at: $0) },
      mixed: TrigonometricFit.coefficients(harmonics: 1) { mass(0, 1, at: $0) },
      second: mass(1, 1, at: 0),
      potential: TrigonometricFit.bilinear { first, second in
        pose(first, second)
        return -state.inertia.reduce(0) { $0 + dot($1.firstMoment, gravity) }
      })
  }
}
