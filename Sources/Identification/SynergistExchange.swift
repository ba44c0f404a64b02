internal import Algebra
internal import Musculoskeletal
internal import RealModule
internal import Signals

/// Muscles that a fit may take for one another: their paths lengthen alike wherever the limb went.
///
/// The lateral and the medial head of a triceps differ to the motion by what excites them alone. One with longer
/// fibers and the other with shorter ones, or the two exchanged, fit nearly as well, and every way from
/// there to the truth leads over a ridge; so what lies half-way and beyond are starts of their own.
struct SynergistExchange: Sendable {
  /// Two muscles and how much longer the first one's path is.
  struct Pair: Sendable {
    var first: Int
    var second: Int
    /// Mean difference of their paths' lengths over the motion [m].
    var longer: Double
  }

  /// Pairs whose paths differ least in how they change first.
  let pairs: [Pair]
  private let parameters: ParameterSet

  /// Paths whose changes differ by less than this part of the change itself are alike [1].
  private static let likeness = 0.2
  /// Poses that are looked at, at most [1].
  private static let poseLimit = 200

  /// The pairs of `model`'s muscles in the poses of `windows`.
  init(_ windows: [Window], model: LimbEstimationModel) {
    let parameters = model.parameters
    self.parameters = parameters
    let limb = model.limb
    let count = limb.coordinateCount
    let system = parameters.system(at: parameters.priorMean)
    let muscles = (0..<limb.muscleCount).filter { muscle in
      parameters.free.contains { $0.targets == [.muscle(muscle, .optimalFiberLength)] }
        && parameters.free.contains { $0.targets == [.muscle(muscle, .tendonSlackLength)] }
    }
    var state = LimbState(limb)
    let still = Array(repeating: 0.0, count: count)
    let silent = Array(repeating: 0.0, count: limb.muscleCount)
    var lengths: [[Double]] = []
    let rows = windows.reduce(0) { $0 + $1.measurementCount }
    let stride = max(1, rows / Self.poseLimit)
    var next = 0
    for window in windows where !muscles.isEmpty {
      for row in 0..<window.measurementCount {
        defer { next += 1 }
        let places = (row * count)..<((row + 1) * count)
        guard next % stride == 0, places.allSatisfy({ window.isMeasured[$0] }) else { continue }
        limb.evaluate(
          q: zip(window.angles[places], system.angleOffsets).map { $0 - $1 }, u: still,
          activations: silent, torque: still, payloadMass: 0, parameters: system.limb,
          state: &state, forDerivatives: false)
        lengths.append(muscles.map { state.length[$0] })
      }
    }
    /// mean and standard deviation
    func moments(_ values: [Double]) -> (mean: Double, sd: Double) {
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, Double.sqrt(squares / Double(max(values.count, 1))))
    }
    var found: [(pair: Pair, difference: Double)] = []
    for (i, first) in muscles.enumerated() {
      let own = moments(lengths.map { $0[i] }).sd
      for j in (i + 1)..<max(muscles.count, i + 1) {
        let difference = moments(lengths.map { $0[i] - $0[j] })
        guard own > 0, difference.sd < Self.likeness * own else { continue }
        found.append(
          (Pair(first: first, second: muscles[j], longer: difference.mean), difference.sd / own))
      }
    }
    pairs = found.sorted { ($0.difference, $0.pair.first) < ($1.difference, $1.pair.first) }.map(
      \.pair)
  }

  /// `theta` with the numbers of `pair` exchanged, as far as each is an unknown of its own; a slack length
  /// takes the difference of the paths with it, so that fibers keep their lengths.
  func exchanged(_ pair: Pair, in theta: [Double]) -> [Double] {
    var result = theta
    for property in Quantity.MuscleProperty.allCases {
      guard let first = place(pair.first, property), let second = place(pair.second, property)
      else { continue }
      let shift = property == .tendonSlackLength ? pair.longer : 0
      result[first] = self.theta(
        first, value: parameters.value(of: second, theta: theta[second]) + shift)
      result[second] = self.theta(
        second, value: parameters.value(of: first, theta: theta[first]) - shift)
    }
    return result
  }

  /// The unknown that is this muscle's alone.
  private func place(_ muscle: Int, _ property: Quantity.MuscleProperty) -> Int? {
    parameters.free.firstIndex { $0.targets == [.muscle(muscle, property)] }
  }

  /// Theta of an unknown with this value; far out where no value of its kind is.
  private func theta(_ index: Int, value: Double) -> Double {
    let parameter = parameters.free[index]
    guard parameter.isLogarithmic else { return value - parameter.base }
    return .log(max(value / parameter.base, 1e-3))
  }
}
