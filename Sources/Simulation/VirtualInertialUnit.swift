internal import Algebra
internal import Musculoskeletal
internal import RealModule
internal import Signals

/// An inertial unit on a body of the virtual subject: its axes are the body's, its world is z up.
///
/// Gyroscope and accelerometer have white noise, the gyroscope a bias of 1 deg/s; the heading of the
/// unit's own orientation is anyone's guess, as without a magnetometer.
public struct VirtualInertialUnit: Sendable, Hashable {
  /// The body that it is strapped to (index into the model's bodies).
  public var body: Int
  /// Device channels of its orientation as w, x, y, z (4 or none).
  public var orientation: [Int]
  /// Device channels of its rates (3 or none).
  public var gyroscope: [Int]
  /// Device channels of its specific force (3 or none).
  public var accelerometer: [Int]
  /// Device channels of the magnetic field over its undisturbed strength (3 or none).
  public var magnetometer: [Int]

  /// A unit with these channels.
  public init(
    body: Int, orientation: [Int], gyroscope: [Int], accelerometer: [Int], magnetometer: [Int]
  ) {
    self.body = body
    self.orientation = orientation
    self.gyroscope = gyroscope
    self.accelerometer = accelerometer
    self.magnetometer = magnetometer
  }
}

/// What a virtual inertial unit measures, sample by sample.
struct InertialMeasurement: Sendable {
  /// Standard deviation of a rate [rad/s].
  static let rateNoise = 0.005
  /// Standard deviation of a specific force [m/s^2].
  static let forceNoise = 0.05
  /// The gyroscope's bias [rad/s].
  static let bias = Double.pi / 180
  /// Standard deviation of a field, of its strength [1].
  static let fieldNoise = 0.005

  private let unit: VirtualInertialUnit
  private var random: RandomSource
  private let bias: SIMD3<Double>
  /// Where the unit's own orientation believes north to be [rad].
  private let heading: Double
  /// The body's velocity one sample ago; nil before the first (3) [m/s].
  private var lastVelocity: SIMD3<Double>?

  init(_ unit: VirtualInertialUnit, random: RandomSource) {
    self.unit = unit
    var random = random
    let direction = SIMD3(random.gaussian(), random.gaussian(), random.gaussian())
    bias = Self.bias / (direction * direction).sum().squareRoot() * direction
    heading = 2 * .pi * random.uniform()
    self.random = random
  }

  /// The values of the unit's channels when the limb is at `q` with rates `u`; `put` takes channel and SI value.
  mutating func measure(
    _ model: ModelDescription, skeleton: Skeleton, q: [Double], u: [Double], rate: Double,
    put: (Int, Double) -> Void
  ) {
    // central differences along the motion, which are exact to the square of a tenth of a millisecond
    let step = 1e-4
    let pair = [-step, step].map { time in
      model.bodyPlacements(at: skeleton.modelPose(zip(q, u).map { $0 + time * $1 }))[unit.body]
    }
    let turns = pair.map { Self.orientation($0.rotation) }
    let turn = (turns[0].inverse * turns[1]).vector
    let orientation = (turns[0] * Orientation(vector: 0.5 * turn)).normalised
    let velocity = (Self.world(pair[1].translation) - Self.world(pair[0].translation)) / (2 * step)
    let acceleration = (velocity - (lastVelocity ?? velocity)) * rate
    lastVelocity = velocity
    func noise(_ deviation: Double) -> SIMD3<Double> {
      SIMD3(random.gaussian(), random.gaussian(), random.gaussian()) * deviation
    }
    let quaternion =
      (Orientation(vector: SIMD3(0, 0, heading)) * orientation).quaternion
    for (index, channel) in unit.orientation.enumerated() { put(channel, quaternion[index]) }
    let rates = turn / (2 * step) + bias + noise(Self.rateNoise)
    for (index, channel) in unit.gyroscope.enumerated() { put(channel, rates[index]) }
    let up = SIMD3(0, 0, OrientationFilter.gravity)
    let force = orientation.inverse.rotated(acceleration + up) + noise(Self.forceNoise)
    for (index, channel) in unit.accelerometer.enumerated() { put(channel, force[index]) }
    guard !unit.magnetometer.isEmpty else { return }
    let field = orientation.inverse.rotated(SIMD3(0.45, 0, -0.89)) + noise(Self.fieldNoise)
    for (index, channel) in unit.magnetometer.enumerated() { put(channel, field[index]) }
  }

  /// A vector of the ground frame, whose y is up, in the world, whose z is.
  private static func world(_ v: Vector3) -> SIMD3<Double> { SIMD3(v.x, -v.z, v.y) }

  /// From the body's axes to the world's.
  private static func orientation(_ rotation: Rotation) -> Orientation {
    Orientation(rows: world(rotation.x), world(rotation.y), world(rotation.z)).inverse
  }
}
