internal import RealModule

/// The implicit Runge-Kutta method Radau IIA of order 5, stiffly accurate and L-stable, for stiff systems.
///
/// Hairer and Wanner, Solving Ordinary Differential Equations II (1996), section IV.8, RADAU5: simplified
/// Newton iteration on the three collocation stages, split by the eigenvectors of the method's matrix
/// into a real system and a pair (solved here as one real system of twice the size), with the exact
/// Jacobian of the equations; error estimate eq. IV.8.20, step control with Gustafsson's prediction.
/// A fixed step that Newton cannot solve is taken in halves.
public struct RadauIIA<System: FirstOrderSystem> {
  /// The equations.
  public var system: System
  /// The state at `time` (dimension) [the system's units].
  public private(set) var y: [Double]
  /// Where the integration stands [s].
  public private(set) var time: Double
  /// Steps taken, rejected ones among them [1].
  public private(set) var stepCount = 0
  /// The longest step to take, for systems that bend at known places [s].
  public var longestStep = Double.infinity

  /// How steps are chosen.
  private let choice: StepChoice
  /// What Newton's iteration and the error estimate are measured against [1].
  private let tolerance: Double
  /// The next step to try [s].
  private var step: Double
  /// The step before and its error over tolerance [s, 1].
  private var previous: (step: Double, error: Double)?
  /// Rates at the present state (dimension) [the system's units per s].
  private var rates: [Double]
  /// df/dy (dimension x dimension) [1/s].
  private var jacobian: Matrix
  /// True when `jacobian` was made at the present state.
  private var isJacobianFresh = false
  /// The step that the factors belong to; zero is none [s].
  private var factoredStep = 0.0
  /// Factor of gamma/h - J.
  private var realFactor: LUFactor
  /// Factor of the pair's matrix (2 dimension).
  private var pairFactor: LUFactor
  /// Stage increments (3 x dimension) [the system's units].
  private var increments: [[Double]]
  /// Rates at the stages (3 x dimension) [the system's units per s].
  private var stageRates: [[Double]]

  /// An integration of `system` from `y` at `time` [s].
  public init(_ system: System, from y: [Double], at time: Double = 0, choice: StepChoice) {
    precondition(y.count == system.dimension, "a number for every unknown")
    self.system = system
    self.y = y
    self.time = time
    self.choice = choice
    switch choice {
    case .fixed(let length):
      precondition(length > 0, "time goes on")
      step = length
      tolerance = 1e-10
    case .adaptive(let wanted):
      step = 1e-4
      tolerance = wanted
    }
    let count = y.count
    rates = Array(repeating: 0, count: count)
    jacobian = Matrix(rows: count, columns: count)
    realFactor = LUFactor(count: count)
    pairFactor = LUFactor(count: 2 * count)
    increments = Array(repeating: rates, count: 3)
    stageRates = increments
  }

  /// Goes on to `end` [s]; at most `stepLimit` steps.
  public mutating func advance(
    to end: Double, stepLimit: Int = 1_000_000
  ) throws(IntegrationFailure) {
    var steps = 0
    var halvings = 0
    while time < end {
      steps += 1
      stepCount += 1
      guard steps <= stepLimit else { throw .tooManySteps(at: time) }
      let remaining = end - time
      let wanted = min(step, longestStep)
      let sliver = max(1e-9 * remaining, 1e-12 * max(1, abs(time)))
      let length = wanted > remaining - sliver ? remaining : wanted
      guard length > 1e-14 * max(1, abs(time)), halvings < 40 else {
        throw .stepTooSmall(at: time)
      }
      guard system.fillRates(at: time, y, into: &rates) else { throw .notFinite(at: time) }

      // solve the stages; a stale Jacobian gets a second chance before the step is cut
      guard solveStages(length) else {
        if isJacobianFresh {
          step = 0.5 * length
          halvings += 1
        }
        factoredStep = 0
        isJacobianFresh = false
        refreshJacobian()
        guard isJacobianFresh else { throw .notFinite(at: time) }
        continue
      }
      switch choice {
      case .fixed(let whole):
        accept(length, end: end, isLast: length == remaining)
        step = whole
        halvings = 0
      case .adaptive:
        let error = estimateError(length)
        var factor = 0.9 * (error == 0 ? 10 : Double.pow(error, -0.25))
        if let previous, error > 0 {
          let gain = length / previous.step * Double.pow(previous.error / error, 0.25)
          factor *= min(1, gain)
        }
        factor = min(8, max(0.2, factor))
        if error > 1 || !error.isFinite {
          step = length * (error.isFinite ? min(0.9, factor) : 0.2)
          halvings += 1
          continue
        }
        halvings = 0
        previous = (length, max(error, 1e-10))
        accept(length, end: end, isLast: length == remaining)
        if length == wanted || factor < 1 {
          // keeping the step keeps the factors
          step = factor > 1 && factor < 1.2 ? length : length * factor
        }
      }
    }
  }

  private mutating func refreshJacobian() {
    isJacobianFresh = system.fillJacobian(at: time, y, into: &jacobian)
    factoredStep = 0
  }

  private mutating func accept(_ length: Double, end: Double, isLast: Bool) {
    for index in y.indices { y[index] += increments[2][index] }
    time = isLast ? end : time + length
    isJacobianFresh = false
  }

  /// Newton's iteration for the increments at the three stages; false when it does not converge.
  private mutating func solveStages(_ length: Double) -> Bool {
    let count = y.count
    guard factor(length) else { return false }
    for stage in 0..<3 {
      for index in 0..<count { increments[stage][index] = 0 }
    }
    var transformed = increments
    var place = y
    var real = y
    var pair = Array(repeating: 0.0, count: 2 * count)
    var lastNorm: Double?
    for iteration in 0..<10 {
      for stage in 0..<3 {
        for index in 0..<count { place[index] = y[index] + increments[stage][index] }
        guard
          system.fillRates(
            at: time + radauC[stage] * length, place, into: &stageRates[stage])
        else { return false }
      }
      for index in 0..<count {
        let (f0, f1, f2) = (stageRates[0][index], stageRates[1][index], stageRates[2][index])
        let (w0, w1, w2) = (transformed[0][index], transformed[1][index], transformed[2][index])
        real[index] =
          radauInverse[0] * f0 + radauInverse[1] * f1 + radauInverse[2] * f2
          - radauReal / length * w0
        pair[index] =
          radauInverse[3] * f0 + radauInverse[4] * f1 + radauInverse[5] * f2
          - (radauPair.real * w1 - radauPair.imaginary * w2) / length
        pair[count + index] =
          radauInverse[6] * f0 + radauInverse[7] * f1 + radauInverse[8] * f2
          - (radauPair.real * w2 + radauPair.imaginary * w1) / length
      }
      realFactor.solve(&real)
      pairFactor.solve(&pair)
      var squares = 0.0
      for index in 0..<count {
        let scale = tolerance * (1 + abs(y[index]))
        for change in [real[index], pair[index], pair[count + index]] {
          squares += (change / scale) * (change / scale)
        }
        transformed[0][index] += real[index]
        transformed[1][index] += pair[index]
        transformed[2][index] += pair[count + index]
        let (w0, w1, w2) = (transformed[0][index], transformed[1][index], transformed[2][index])
        for stage in 0..<3 {
          increments[stage][index] =
            radauTransform[3 * stage] * w0 + radauTransform[3 * stage + 1] * w1
            + radauTransform[3 * stage + 2] * w2
        }
      }
      let norm = Double.sqrt(squares / Double(3 * count))
      guard norm.isFinite else { return false }
      // converged well below the error that a step is allowed
      let rate = lastNorm.map { norm / $0 }
      if norm == 0 || norm < 1e-3 { return true }
      if let rate {
        if rate >= 1, iteration > 1 { return false }
        if rate < 1, rate / (1 - rate) * norm < 1e-2 { return true }
      }
      lastNorm = norm
    }
    return false
  }

  /// Makes the two factors for this step; false when a matrix is singular or not finite.
  private mutating func factor(_ length: Double) -> Bool {
    if factoredStep == length { return true }
    if !isJacobianFresh { refreshJacobian() }
    guard isJacobianFresh else { return false }
    let count = y.count
    var real = Matrix(rows: count, columns: count)
    var pair = Matrix(rows: 2 * count, columns: 2 * count)
    for row in 0..<count {
      for column in 0..<count {
        let value = -jacobian[row, column]
        real[row, column] = value
        pair[row, column] = value
        pair[count + row, count + column] = value
      }
      real[row, row] += radauReal / length
      pair[row, row] += radauPair.real / length
      pair[count + row, count + row] += radauPair.real / length
      pair[row, count + row] = -radauPair.imaginary / length
      pair[count + row, row] = radauPair.imaginary / length
    }
    guard realFactor.refactor(real), pairFactor.refactor(pair) else { return false }
    factoredStep = length
    return true
  }

  /// The estimated error of the step over the tolerance.
  private mutating func estimateError(_ length: Double) -> Double {
    let count = y.count
    var error = rates
    for index in 0..<count {
      error[index] +=
        (radauError[0] * increments[0][index] + radauError[1] * increments[1][index]
          + radauError[2] * increments[2][index]) / length
    }
    realFactor.solve(&error)
    var squares = 0.0
    for index in 0..<count {
      let end = y[index] + increments[2][index]
      let scale = tolerance * (1 + max(abs(y[index]), abs(end)))
      squares += (error[index] / scale) * (error[index] / scale)
    }
    return Double.sqrt(squares / Double(count))
  }
}

/// Where the stages stand in the step (3) [1].
private let radauC = [(4 - 6.0.squareRoot()) / 10, (4 + 6.0.squareRoot()) / 10, 1]
/// The real eigenvalue of the inverse of the method's matrix [1].
private let radauReal = 3.6378342527444957
/// Its pair of complex eigenvalues; the second unknown of a pair takes the imaginary part's place [1].
private let radauPair = (real: 2.6810828736277521, imaginary: -3.0504301992474105)
/// The eigenvectors (3 x 3) [1].
private let radauTransform = [
  0.09443876248897524, -0.14125529502095421, 0.03002919410514742, 0.25021312296533332,
  0.20412935229379994, -0.38294211275726192, 1, 1, 0,
]
/// Their inverse (3 x 3) [1].
private let radauInverse = [
  4.17871859155190428, 0.32768282076106237, 0.52337644549944951, -4.17871859155190428,
  -0.32768282076106237, 0.47662355450055044, 0.50287263494578682, -2.57192694985560522,
  0.59603920482822492,
]
/// How the error estimate follows from the increments (3) [1].
private let radauError = [
  (-13 - 7 * 6.0.squareRoot()) / 3, (-13 + 7 * 6.0.squareRoot()) / 3, -1.0 / 3,
]
