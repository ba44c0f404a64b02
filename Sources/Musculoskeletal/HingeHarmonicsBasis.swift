internal import Algebra

/// The harmonics of one or two hinges by unit masses, so that new inertial numbers need no new poses.
///
/// Mass matrix and potential are linear in a body's mass m and inertia factor k and in gravity, and
/// quadratic in its mass-centre factor f: m (P_0 + f P_1 + f^2 P_2) + k I for each body, and the same
/// without I for the payload. Made once for given distributions; see `HingeHarmonics` for the forms.
public struct HingeHarmonicsBasis: Sendable {
  /// One form: nine numbers of the mass matrix and nine of the potential for each component of gravity.
  private typealias Form = [Double]

  /// What one body or the payload adds.
  private struct Share {
    /// By the mass, without its mass-centre factor (36) [m^2, J/kg per m/s^2].
    var constant: Form
    /// By the mass and the factor (36).
    var linear: Form
    /// By the mass and the factor's square (36).
    var quadratic: Form
    /// By the inertia factor (36) [kg·m^2].
    var inertia: Form
  }

  /// Each body's share (bodyCount).
  private let bodies: [Share]
  /// The payload's.
  private let payload: Share
  /// One where the second hinge is missing and turns a unit of inertia, else zero [kg·m^2].
  private let unit: Double
  /// Gravity of the model without tilt [m/s^2].
  private let gravity: Vector3

  /// The basis of `limb` with the distributions of `parameters`.
  public init(_ limb: LimbModel, _ parameters: LimbParameters) {
    precondition(limb.isHingePair, "one or two hinges")
    unit = limb.coordinateCount == 1 ? 1 : 0
    gravity = limb.skeleton.gravity
    var empty = parameters
    for index in empty.bodies.indices {
      empty.bodies[index].mass = 0
      empty.bodies[index].inertiaFactor = 0
    }
    var sampler = HingeSampler(limb)
    bodies = parameters.bodies.indices.map { body in
      func form(mass: Double, factor: Double, inertia: Double) -> Form {
        var changed = empty
        changed.bodies[body].mass = mass
        changed.bodies[body].massCenterFactor = factor
        changed.bodies[body].inertiaFactor = inertia
        return sampler.form(changed, payloadMass: 0)
      }
      return Self.share(
        form(mass: 1, factor: 0, inertia: 0), form(mass: 1, factor: 1, inertia: 0),
        form(mass: 1, factor: -1, inertia: 0), inertia: form(mass: 0, factor: 1, inertia: 1))
    }
    func held(_ factor: Double) -> Form {
      var changed = empty
      changed.payloadMassFactor = 1
      changed.payloadLocationFactor = factor
      return sampler.form(changed, payloadMass: 1)
    }
    payload = Self.share(
      held(0), held(1), held(-1), inertia: Array(repeating: 0, count: HingeSampler.count))
  }

  /// A share from its values at factors zero, one and minus one.
  private static func share(
    _ none: Form, _ plus: Form, _ minus: Form, inertia: Form
  ) -> Share {
    Share(
      constant: none, linear: zip(plus, minus).map { 0.5 * ($0 - $1) },
      quadratic: none.indices.map { 0.5 * (plus[$0] + minus[$0]) - none[$0] }, inertia: inertia)
  }

  /// The harmonics in order, as `HingeHarmonics.all` has them (18) [kg·m^2, J].
  public func numbers(_ parameters: LimbParameters, payloadMass: Double) -> [Double] {
    var sum = Array(repeating: 0.0, count: HingeSampler.count)
    for index in bodies.indices {
      let body = parameters.bodies[index]
      add(
        bodies[index], mass: body.mass, factor: body.massCenterFactor, to: &sum)
      Self.add(bodies[index].inertia, body.inertiaFactor, to: &sum)
    }
    add(
      payload, mass: payloadMass * parameters.payloadMassFactor,
      factor: parameters.payloadLocationFactor, to: &sum)
    sum[8] += unit
    return Self.fall(sum, parameters.gravity(gravity).value)
  }

  /// Their derivative by one inertial number (18).
  public func numbers(
    _ parameters: LimbParameters, payloadMass: Double, by number: HingeInertia
  ) -> [Double] {
    var sum = Array(repeating: 0.0, count: HingeSampler.count)
    let held = payloadMass * parameters.payloadMassFactor
    switch number {
    case .mass(let index):
      let body = parameters.bodies[index]
      add(bodies[index], mass: body.mass, factor: body.massCenterFactor, to: &sum)
    case .massCenter(let index):
      let body = parameters.bodies[index]
      Self.add(bodies[index], mass: body.mass, changeOf: body.massCenterFactor, to: &sum)
    case .inertia(let index):
      Self.add(bodies[index].inertia, parameters.bodies[index].inertiaFactor, to: &sum)
    case .payloadMass:
      add(payload, mass: held, factor: parameters.payloadLocationFactor, to: &sum)
    case .payloadLocation:
      Self.add(payload, mass: held, changeOf: parameters.payloadLocationFactor, to: &sum)
    case .tilt:
      for index in bodies.indices {
        let body = parameters.bodies[index]
        add(bodies[index], mass: body.mass, factor: body.massCenterFactor, to: &sum)
        Self.add(bodies[index].inertia, body.inertiaFactor, to: &sum)
      }
      add(payload, mass: held, factor: parameters.payloadLocationFactor, to: &sum)
      for index in 0..<9 { sum[index] = 0 }
      return Self.fall(sum, parameters.gravity(gravity).byTilt)
    }
    return Self.fall(sum, parameters.gravity(gravity).value)
  }

  private func add(_ share: Share, mass: Double, factor: Double, to sum: inout Form) {
    guard mass != 0 else { return }
    Self.add(share.constant, mass, to: &sum)
    Self.add(share.linear, mass * factor, to: &sum)
    Self.add(share.quadratic, mass * factor * factor, to: &sum)
  }

  /// What one unit of the logarithm of a mass-centre factor adds.
  private static func add(
    _ share: Share, mass: Double, changeOf factor: Double, to sum: inout Form
  ) {
    add(share.linear, mass * factor, to: &sum)
    add(share.quadratic, 2 * mass * factor * factor, to: &sum)
  }

  private static func add(_ form: Form, _ factor: Double, to sum: inout Form) {
    for index in form.indices { sum[index] += factor * form[index] }
  }

  /// The potential of a gravity.
  private static func fall(_ sum: Form, _ gravity: Vector3) -> [Double] {
    (0..<18).map { index in
      index < 9
        ? sum[index]
        : sum[index] * gravity.x + sum[index + 9] * gravity.y + sum[index + 18] * gravity.z
    }
  }
}

/// Values of mass matrix and first moments at equal angles of two hinges.
private struct HingeSampler {
  /// Numbers of a form [1].
  static let count = 36

  private let limb: LimbModel
  private var state: SkeletonState
  private var matrix: Matrix
  /// The pose (coordinateCount) [rad].
  private var q: [Double]

  init(_ limb: LimbModel) {
    self.limb = limb
    state = SkeletonState(limb.skeleton)
    matrix = Matrix(rows: limb.coordinateCount, columns: limb.coordinateCount)
    q = Array(repeating: 0, count: limb.coordinateCount)
  }

  /// M_00 by five harmonics, M_01 by three, M_11, then the potential's nine for each unit of gravity.
  mutating func form(_ parameters: LimbParameters, payloadMass: Double) -> [Double] {
    let isAlone = limb.coordinateCount == 1
    var first: [Double] = []
    var mixed: [Double] = []
    var second = 0.0
    for sample in 0..<5 {
      pose(parameters, payloadMass, 0, 2 * .pi * Double(sample) / 5)
      limb.skeleton.fillMassMatrix(state: &state, matrix: &matrix)
      first.append(matrix[0, 0])
      mixed.append(isAlone ? 0 : matrix[0, 1])
      second = isAlone ? 0 : matrix[1, 1]
    }
    var moments: [Vector3] = []
    for row in 0..<3 {
      for column in 0..<3 {
        pose(
          parameters, payloadMass, 2 * .pi * Double(row) / 3, 2 * .pi * Double(column) / 3)
        moments.append(state.inertia.reduce(.zero) { $0 + $1.firstMoment })
      }
    }
    func potential(_ component: (Vector3) -> Double) -> [Double] {
      TrigonometricFit.bilinear { row, column in
        let place = { (angle: Double) in Int((angle * 3 / (2 * .pi)).rounded()) }
        return -component(moments[3 * place(row) + place(column)])
      }
    }
    func fit(_ values: [Double]) -> [Double] {
      TrigonometricFit.coefficients(harmonics: 2) { angle in
        values[Int((angle * 5 / (2 * .pi)).rounded())]
      }
    }
    return fit(first) + fit(mixed).prefix(3) + [second] + potential(\.x) + potential(\.y)
      + potential(\.z)
  }

  private mutating func pose(
    _ parameters: LimbParameters, _ payloadMass: Double, _ first: Double, _ second: Double
  ) {
    q[0] = first
    if q.count > 1 { q[1] = second }
    limb.skeleton.pose(
      q, parameters: parameters, payload: limb.payload,
      payloadMass: payloadMass * parameters.payloadMassFactor, state: &state)
  }
}
