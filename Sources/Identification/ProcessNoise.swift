internal import Algebra
internal import RealModule
internal import Signals

/// How an unknown changes while it is identified: an Ornstein-Uhlenbeck process around a value of its own.
///
///   theta(t) = c + x(t),  x(t + dt) = f x(t) + w,  f = exp(-dt / T),  var w = s² (1 - f²)
///
/// c does not change. Prior variance p² is that of the sum, so that c has p² - s² of it and the process never
/// leads out of the prior; where s would be more than nine tenths of p it counts as that.
public struct ProcessNoise: Hashable, Sendable {
  /// Standard deviation s of theta around c in the long run [1, or the quantity's unit].
  public var deviation: Double
  /// Time constant T of the return to c [s].
  public var timeConstant: Double

  /// A process; see the properties.
  public init(deviation: Double, timeConstant: Double) {
    precondition(deviation > 0 && timeConstant > 0, "a process moves, and takes time")
    self.deviation = deviation
    self.timeConstant = timeConstant
  }

  /// What is usual of `quantity`; nil for what stays as it is: masses, lengths of bones and what is held.
  ///
  /// Sources and reasons are in `docs/priors.md`.
  public static func usual(_ quantity: Quantity) -> ProcessNoise? {
    let minute = 60.0
    let week = 7 * 24 * 60 * minute
    return switch quantity {
    case .muscle(_, .maxIsometricForce):
      ProcessNoise(deviation: 0.1, timeConstant: 10 * minute)
    case .muscle(_, .optimalFiberLength), .muscle(_, .tendonSlackLength),
      .muscle(_, .tendonStrain):
      ProcessNoise(deviation: 0.05, timeConstant: 4 * week)
    case .muscle(_, .pennation): ProcessNoise(deviation: 0.02, timeConstant: 4 * week)
    case .muscle(_, .maxContractionVelocity), .muscle(_, .fiberDamping),
      .muscle(_, .activationTimeConstant), .muscle(_, .deactivationTimeConstant):
      ProcessNoise(deviation: 0.1, timeConstant: 20 * minute)
    case .body, .distribution, .payload: nil
    case .coordinate(_, .damping), .coordinate(_, .stiffness), .coordinate(_, .limitTorque):
      ProcessNoise(deviation: 0.1, timeConstant: 20 * minute)
    case .coordinate(_, .restAngle), .coordinate(_, .limitAngle), .coordinate(_, .offset), .tilt:
      ProcessNoise(deviation: 0.01, timeConstant: 20 * minute)
    case .emg(_, .gain): ProcessNoise(deviation: 0.1, timeConstant: 20 * minute)
    case .emg(_, .shapeFactor): ProcessNoise(deviation: 0.1, timeConstant: 20 * minute)
    case .emg(_, .delay): ProcessNoise(deviation: 0.003, timeConstant: 20 * minute)
    }
  }
}

/// The unknowns that change, apart from those that do not.
struct ChangingUnknowns: Hashable, Sendable {
  /// Which they are (indices into theta).
  let parameters: [Int]
  /// Their processes.
  let noise: [ProcessNoise]
  /// Unknowns in all [1].
  let count: Int
  /// The prior: precisions of all unknowns about what they change around (count) [theta's unit to the power -2].
  private let precision: [Double]
  /// Precisions of what they change around (parameters.count) [theta's unit to the power -2].
  private let centrePrecision: [Double]
  /// Prior mean (count) [1, or the quantity's unit].
  private let priorMean: [Double]
  /// Time within which theta counts as constant, a hundredth of the shortest time constant [s].
  let stride: Double

  /// Those of `parameters`; nil where nothing changes.
  init?(_ parameters: ParameterSet) {
    let changing = parameters.free.indices.filter { parameters.free[$0].processNoise != nil }
    guard !changing.isEmpty else { return nil }
    var noise: [ProcessNoise] = []
    var precision = parameters.free.map { 1 / ($0.priorDeviation * $0.priorDeviation) }
    var centrePrecision: [Double] = []
    for index in changing {
      guard var own = parameters.free[index].processNoise else { continue }
      let prior = parameters.free[index].priorDeviation
      own.deviation = min(own.deviation, 0.9 * prior)
      noise.append(own)
      precision[index] = 1 / (own.deviation * own.deviation)
      centrePrecision.append(1 / (prior * prior - own.deviation * own.deviation))
    }
    self.parameters = changing
    self.noise = noise
    self.precision = precision
    self.centrePrecision = centrePrecision
    count = parameters.count
    priorMean = parameters.priorMean
    stride = 0.01 * (noise.map(\.timeConstant).min() ?? .infinity)
  }

  /// Theta and centres together [1].
  var jointCount: Int { count + parameters.count }

  /// Theta, and the centres where it is, which no time moves away from each other (jointCount).
  func joint(_ theta: [Double]) -> [Double] { theta + parameters.map { theta[$0] } }

  /// The prior's information about theta and centres (jointCount x jointCount).
  var priorInformation: Matrix {
    var result = Matrix(diagonal: precision + centrePrecision)
    for (index, parameter) in parameters.enumerated() {
      let centre = count + index
      result[parameter, centre] = -precision[parameter]
      result[centre, parameter] = -precision[parameter]
      result[centre, centre] += precision[parameter]
    }
    return result
  }

  /// The joint belief with which `arrival`'s marginal is exactly the one given: what it knows beyond the
  /// prior counts as seen in one moment.
  func belief(_ arrival: ArrivalCost) -> ChangingBelief {
    var information = priorInformation
    let known = arrival.information * arrival.mean
    var vector = information * joint(priorMean)
    for row in 0..<count {
      for column in 0..<count { information[row, column] += arrival.information[row, column] }
      vector[row] += known[row]
    }
    // the prior was in both: take the marginal one out again
    for row in 0..<count {
      var prior = precision[row]
      if let index = parameters.firstIndex(of: row) {
        prior = 1 / (1 / prior + 1 / centrePrecision[index])
      }
      information[row, row] -= prior
      vector[row] -= prior * priorMean[row]
    }
    guard let factor = Cholesky(information) else {
      return ChangingBelief(mean: joint(arrival.mean), information: information)
    }
    factor.solve(&vector)
    return ChangingBelief(mean: vector, information: information)
  }
}

/// A Gaussian belief about unknowns that change, and about what they change around.
struct ChangingBelief: Hashable, Sendable {
  /// Mean of theta, then of the centres (jointCount) [1, or the quantity's unit].
  var mean: [Double]
  /// Inverse covariance of both (jointCount x jointCount).
  var information: Matrix
  /// When theta had these values; nil before any window [ns on the session timeline].
  var time: SampleTime?
}

/// What is known of unknowns that change, as a cost around a point, while windows and time go by.
///
/// cost(psi) = cost + gradient·(psi - psi0) + (psi - psi0)ᵀ information (psi - psi0) / 2, psi being theta and
/// centres, and psi0 a theta that is its own centre. Time maps psi by Phi, which leaves psi0 where it is, and
/// adds noise. In information form, G selecting what changes,
///
///   A = Phi⁻ᵀ Lambda Phi⁻¹,  Lambda' = A - A G (Q⁻¹ + Gᵀ A G)⁻¹ Gᵀ A,
///
/// in which nothing is inverted but a block of that size.
struct ChangingCost: Sendable {
  /// What changes.
  let unknowns: ChangingUnknowns
  /// The cost at the point [1].
  private(set) var cost: Double
  /// Its gradient there (jointCount) [1 per unit of theta].
  private(set) var gradient: [Double]
  /// Its second derivative (jointCount x jointCount).
  private(set) var information: Matrix
  /// What time it is; nil before any window [ns on the session timeline].
  private(set) var time: SampleTime?

  /// The cost of `belief` around `theta` (count).
  init(_ belief: ChangingBelief, unknowns: ChangingUnknowns, at theta: [Double]) {
    self.unknowns = unknowns
    let offset = zip(unknowns.joint(theta), belief.mean).map { $0 - $1 }
    gradient = belief.information * offset
    cost = 0.5 * zip(offset, gradient).reduce(0) { $0 + $1.0 * $1.1 }
    information = belief.information
    time = belief.time
  }

  /// Adds what a window says of the theta of its time.
  mutating func add(_ window: WindowEvaluation) {
    cost += window.cost + window.logDeviation
    for row in 0..<unknowns.count {
      gradient[row] += window.gradient[row]
      for column in 0..<unknowns.count {
        information[row, column] += window.information[row, column]
      }
    }
  }

  /// Lets time pass until `now`, once it is long enough to count; false when numbers went wrong.
  mutating func advance(to now: SampleTime) -> Bool {
    guard let before = time else {
      time = now
      return true
    }
    let duration = now.seconds(since: before)
    guard duration >= unknowns.stride else { return true }
    time = now
    // after sixteen times ln 10 time constants nothing is left to forget
    let shortest = 100 * unknowns.stride
    let pieces = min(max(Int((duration / shortest / 2.3).rounded(.up)), 1), 16)
    for _ in 0..<pieces {
      guard pass(duration / Double(pieces)) else { return false }
    }
    return true
  }

  /// One time update over `duration` [s].
  private mutating func pass(_ duration: Double) -> Bool {
    let size = unknowns.jointCount
    var noise: [Double] = []
    // column theta of Phi⁻¹ is e / f, column centre is e - (1 - f) / f times that of theta; rows alike
    for (index, parameter) in unknowns.parameters.enumerated() {
      let own = unknowns.noise[index]
      let centre = unknowns.count + index
      let fading = min(duration / own.timeConstant, Double.log(10))
      let kept = Double.exp(-fading)
      let lost = -Double.expMinusOne(-fading)
      noise.append(own.deviation * own.deviation * -Double.expMinusOne(-2 * fading))
      for row in 0..<size {
        information[row, parameter] /= kept
        information[row, centre] -= lost * information[row, parameter]
      }
      for column in 0..<size {
        information[parameter, column] /= kept
        information[centre, column] -= lost * information[parameter, column]
      }
      gradient[parameter] /= kept
      gradient[centre] -= lost * gradient[parameter]
    }
    let moving = unknowns.parameters
    var block = Matrix(rows: moving.count, columns: moving.count)
    for (row, parameter) in moving.enumerated() {
      for (column, other) in moving.enumerated() {
        block[row, column] = information[parameter, other]
      }
      block[row, row] += 1 / noise[row]
    }
    guard let factor = Cholesky(block) else { return false }
    // L⁻¹ Gᵀ A, whose square is what noise takes away
    var columns: [[Double]] = []
    for column in 0..<size {
      var own = moving.map { information[$0, column] }
      factor.solveLower(&own)
      columns.append(own)
    }
    var pull = moving.map { gradient[$0] }
    factor.solveLower(&pull)
    for row in 0..<size {
      for index in pull.indices { gradient[row] -= columns[row][index] * pull[index] }
      for column in 0...row {
        var sum = information[row, column]
        for index in pull.indices { sum -= columns[row][index] * columns[column][index] }
        information[row, column] = sum
        information[column, row] = sum
      }
    }
    cost -= 0.5 * pull.reduce(0) { $0 + $1 * $1 }
    return cost.isFinite
  }

  /// The cost of theta alone, the centres being the best for it; nil when they are not known at all.
  var marginal: NormalEquations? {
    let count = unknowns.count
    let centres = unknowns.parameters.count
    var block = Matrix(rows: centres, columns: centres)
    for row in 0..<centres {
      for column in 0..<centres {
        block[row, column] = information[count + row, count + column]
      }
    }
    guard let factor = Cholesky(block) else { return nil }
    var pull = Array(gradient[count...])
    factor.solveLower(&pull)
    var result = NormalEquations(
      cost: cost - 0.5 * pull.reduce(0) { $0 + $1 * $1 }, gradient: Array(gradient[0..<count]),
      information: Matrix(rows: count, columns: count))
    var columns: [[Double]] = []
    for column in 0..<count {
      var own = (0..<centres).map { information[count + $0, column] }
      factor.solveLower(&own)
      columns.append(own)
    }
    for row in 0..<count {
      for index in pull.indices { result.gradient[row] -= columns[row][index] * pull[index] }
      for column in 0..<count {
        var sum = information[row, column]
        for index in pull.indices { sum -= columns[row][index] * columns[column][index] }
        result.information[row, column] = sum
      }
    }
    return result
  }

  /// The Gaussian that has this cost around `theta`; nil when it has no minimum.
  ///
  /// `walls`: what else the mean, but no information, must bear with.
  func belief(at theta: [Double], walls: SoftWalls?) -> ChangingBelief? {
    var leaning = NormalEquations(cost: 0, gradient: gradient, information: information)
    if let walls {
      var own = NormalEquations(
        cost: 0, gradient: Array(repeating: 0, count: theta.count),
        information: Matrix(rows: theta.count, columns: theta.count))
      walls.add(to: &own, at: theta)
      for row in theta.indices {
        leaning.gradient[row] += own.gradient[row]
        for column in theta.indices {
          leaning.information[row, column] += own.information[row, column]
        }
      }
    }
    guard let factor = Cholesky(leaning.information) else { return nil }
    var step = leaning.gradient.map { -$0 }
    factor.solve(&step)
    return ChangingBelief(
      mean: zip(unknowns.joint(theta), step).map { $0 + $1 }, information: information, time: time)
  }
}

extension ChangingBelief: Resumable {
  /// Mean, information and time.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&mean)
    information.carry(&archive)
    archive.carry(&time, blank: SampleTime(nanoseconds: 0))
  }
}
