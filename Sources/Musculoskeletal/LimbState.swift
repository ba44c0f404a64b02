public import Algebra

/// Everything `LimbModel` computes at one instant; made once and overwritten.
public struct LimbState: Sendable {
  // made by `evaluate`

  /// Musculotendon lengths (muscleCount) [m].
  public internal(set) var length: [Double]
  /// Lengthening speeds (muscleCount) [m/s].
  public internal(set) var lengtheningSpeed: [Double]
  /// dL/dq of each muscle by the coordinates it spans, the negative moment arms (model's `spans`) [m/rad].
  var lengthGradient: [Double]
  /// d2L/dq2 of each muscle by the coordinates it spans (model's `spans`, squared) [m/rad^2].
  var lengthHessian: [Double]
  /// Tendon forces and their partials (muscleCount) [N].
  public internal(set) var force: [MuscleForce]
  /// Muscles with elastic tendons and all their partials, rigid ones unused (muscleCount).
  public internal(set) var elastic: [ElasticMuscle]
  /// Muscle, damping, passive and external torque together (coordinateCount) [N·m].
  public internal(set) var jointTorque: [Double]
  /// Torque that gravity and rates take at zero acceleration (coordinateCount) [N·m].
  public internal(set) var bias: [Double]
  /// Mass matrix (coordinateCount x coordinateCount) [kg·m^2].
  public internal(set) var massMatrix: Matrix
  /// Its Cholesky factor.
  var massFactor: Cholesky
  /// Accelerations (coordinateCount) [rad/s^2].
  public internal(set) var acceleration: [Double]
  /// d udot by the torque on each joint, the inverse mass matrix (coordinateCount x coordinateCount) [1/(kg·m^2)].
  public internal(set) var accelerationByTorque: [Double]
  /// False when the mass matrix could not be factored.
  public internal(set) var isRegular = true

  // made by `differentiate`

  /// d udot/dq, row by row (coordinateCount x coordinateCount) [1/s^2].
  public internal(set) var accelerationByAngle: [Double]
  /// d udot/du, row by row (coordinateCount x coordinateCount) [1/s].
  public internal(set) var accelerationByRate: [Double]
  /// d udot by the force of each muscle (muscleCount x coordinateCount) [rad/s^2/N].
  public internal(set) var accelerationByForce: [Double]
  /// d udot/d ln mass of each body (bodyCount x coordinateCount) [rad/s^2].
  public internal(set) var accelerationByLogMass: [Double]
  /// d udot/d ln mass-centre factor of each body (bodyCount x coordinateCount) [rad/s^2].
  public internal(set) var accelerationByLogMassCenter: [Double]
  /// d udot/d ln inertia factor of each body (bodyCount x coordinateCount) [rad/s^2].
  public internal(set) var accelerationByLogInertia: [Double]
  /// d udot/d ln payload mass (coordinateCount) [rad/s^2].
  public internal(set) var accelerationByLogPayloadMass: [Double]
  /// d udot/d ln payload distance (coordinateCount) [rad/s^2].
  public internal(set) var accelerationByLogPayloadLocation: [Double]

  /// d udot/d tilt (coordinateCount) [1/s^2].
  public internal(set) var accelerationByTilt: [Double]

  /// d required torque/dq at the present accelerations (coordinateCount x coordinateCount) [N·m/rad].
  var torqueByAngle: [Double]
  /// d required torque/du (coordinateCount x coordinateCount) [N·m·s/rad].
  var torqueByRate: [Double]

  /// The skeleton's motion.
  var skeleton: SkeletonState
  /// Nothing (coordinateCount) [rad/s^2].
  let zeros: [Double]
  /// One column of a derivative (coordinateCount) [N·m per unit].
  var change: [Double]
  /// `change` times the inverse mass matrix (coordinateCount) [rad/s^2 per unit].
  var product: [Double]
  /// What the paths need (`MusculotendonPath.scratchCount`) [m].
  var scratch: [Vector3]
  /// Gravity less the acceleration of the base at this instant [m/s^2].
  var gravity = Vector3.zero
  /// d gravity/d tilt [m/s^2/rad].
  var gravityByTilt = Vector3.zero

  /// Room for the states of `model`.
  public init(_ model: LimbModel) {
    let coordinates = model.coordinateCount
    let muscles = model.muscleCount
    let bodies = model.description.bodies.count
    func zeros(_ count: Int) -> [Double] { Array(repeating: 0, count: count) }
    length = zeros(muscles)
    lengtheningSpeed = zeros(muscles)
    lengthGradient = zeros(model.spanCoordinates.count)
    lengthHessian = zeros(model.spans.reduce(0) { $0 + $1.count * $1.count })
    force = Array(repeating: MuscleForce(), count: muscles)
    elastic = Array(repeating: ElasticMuscle(), count: muscles)
    jointTorque = zeros(coordinates)
    bias = zeros(coordinates)
    massMatrix = Matrix(diagonal: Array(repeating: 1, count: coordinates))
    massFactor = Cholesky(identity: coordinates)
    acceleration = zeros(coordinates)
    accelerationByAngle = zeros(coordinates * coordinates)
    accelerationByRate = zeros(coordinates * coordinates)
    accelerationByForce = zeros(muscles * coordinates)
    accelerationByTorque = zeros(coordinates * coordinates)
    accelerationByLogMass = zeros(bodies * coordinates)
    accelerationByLogMassCenter = zeros(bodies * coordinates)
    accelerationByLogInertia = zeros(bodies * coordinates)
    accelerationByLogPayloadMass = zeros(coordinates)
    accelerationByLogPayloadLocation = zeros(coordinates)
    accelerationByTilt = zeros(coordinates)
    torqueByAngle = zeros(coordinates * coordinates)
    torqueByRate = zeros(coordinates * coordinates)
    skeleton = SkeletonState(model.skeleton)
    self.zeros = zeros(coordinates)
    change = zeros(coordinates)
    product = zeros(coordinates)
    scratch = Array(
      repeating: .zero,
      count: MusculotendonPath.scratchCount(model.paths, skeleton: model.skeleton))
  }

  /// Fills the inverse mass matrix from its factor.
  mutating func invertMassMatrix() {
    let count = change.count
    for column in 0..<count {
      for row in 0..<count { change[row] = row == column ? 1 : 0 }
      massFactor.solve(&change)
      for row in 0..<count { accelerationByTorque[row * count + column] = change[row] }
    }
  }

  /// Replaces the torques in `change` by the accelerations they cause.
  @inline(__always)
  mutating func accelerate(_ count: Int) {
    for row in 0..<count {
      var sum = 0.0
      for column in 0..<count { sum += accelerationByTorque[row * count + column] * change[column] }
      product[row] = sum
    }
    swap(&change, &product)
  }
}
