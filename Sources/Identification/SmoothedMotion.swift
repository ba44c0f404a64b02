internal import Algebra
internal import Musculoskeletal
internal import RealModule
internal import Signals

/// States at the measurements that a fit found, for a fit that begins where it ends.
struct MotionNodes: Sendable {
  /// A measurement: recordings one after another may show the same times.
  struct Place: Hashable, Sendable {
    /// Counts the recordings.
    var recording: Int
    /// When it was made.
    var time: SampleTime
  }

  /// Angles and rates by place [rad, rad/s].
  var states: [Place: [Double]] = [:]

  /// The places of the nodes of `windows`, however a recording is cut into them.
  static func places(_ windows: [Window]) -> [Place] {
    var places: [Place] = []
    var recording = 0
    for (index, window) in windows.enumerated() {
      let interval = Double(window.measurementStride) * window.step
      // another recording begins where time goes back
      if index > 0, window.start.seconds(since: windows[index - 1].end) < -0.5 * interval {
        recording += 1
      }
      let first = index > 0 && window.followsPrevious ? 1 : 0
      for measurement in first...window.measurementCount {
        places.append(
          Place(
            recording: recording,
            time: window.start.advanced(seconds: Double(measurement) * interval)))
      }
    }
    return places
  }
}

/// The fit of a motion's states and of theta at once, by Gauss-Newton over all of them.
///
/// The states at the measurements (nodes) are unknowns like theta. Between nodes the limb is integrated with
/// its exact derivatives; what keeps it from reaching the next node is the motion's own disturbance or, where
/// there is none, a gap that the step closes. With the linear problem of the whole motion solved for the
/// states by a filter and a backward pass (the iterated Kalman smoother is Gauss-Newton: Bell, 1994), what is
/// left for theta is a least-squares problem that is never squared. Nothing is integrated for longer than
/// from one measurement to the next: where a limb is unstable, whole trajectories from one start state
/// would leave the finite numbers, while this is the same answer.
///
/// Where disturbances are large, smoothed states lean on them, and theta with the states: a lighter limb is
/// moved more by the same torque. Filtered instead, the motion is that of an observer whose gains are
/// those of the first point evaluated: innovations know nothing of what comes after, their mean at the
/// truth is zero whatever the gains, and derivatives are exact (the prediction error method: Ljung, System
/// Identification, 1999, chapter 7). A search that should end with its own gains begins again where it ended.
struct SmoothedMotion: LeastSquaresProblem, Sendable {
  /// The constant part.
  let model: LimbEstimationModel
  /// The windows in time order; an observer's gains stay when they change.
  var windows: [Window]
  /// What was believed of theta before them.
  let arrival: ArrivalCost
  /// What was believed of the state where the first begins; nil makes a fresh start.
  let start: StateBelief?
  /// True where the smoothed states are the point of linearisation, false where the filtered ones are.
  let isSmoothed: Bool
  /// Residuals in the last finite evaluation [1].
  private(set) var residualCount = 0
  /// Those of them that are angles [1].
  private(set) var angleCount = 0
  /// Half the residuals' sum of squares [1].
  private(set) var residualCost = 0.0
  /// Sum of the logarithms of their deviations, so that noise levels compare [1].
  private(set) var logDeviation = 0.0
  /// Gains of the observer, reading by reading (readings x stateCount); empty before the first [1].
  private var frozenGains: [Double] = []
  /// Standard deviations of its innovations (readings) [unit of the state].
  private var frozenDeviations: [Double] = []
  /// Sum of squared one-step errors of each coordinate (coordinateCount) [rad^2].
  private(set) var squaredErrors: [Double] = []

  private var filter: StateFilter
  /// Expected departure from the point of linearisation (stateCount) [as the state].
  private var departure: [Double]
  /// Scratch of the same shape [as the state].
  private var departureScratch: [Double]
  /// Transition since the last node (stateCount x stateCount).
  private var transition: Matrix
  private var transitionScratch: Matrix
  /// Nodes to begin with, where an earlier fit left them (nodes x stateCount); empty where it did not [SI].
  private var given: [Double] = []
  /// The pass at the accepted point.
  private var accepted: SmootherPass
  /// The pass evaluated last.
  private var candidate: SmootherPass

  /// The fit of `windows`, whose nodes begin where `known` says, if it knows them all.
  init(
    _ windows: [Window], arrival: ArrivalCost, model: LimbEstimationModel,
    start: StateBelief? = nil, known: MotionNodes = MotionNodes(), isSmoothed: Bool = true
  ) {
    self.isSmoothed = isSmoothed
    self.model = model
    self.windows = windows
    self.arrival = arrival
    self.start = start
    filter = StateFilter(model)
    departure = filter.z
    departureScratch = departure
    transition = filter.covariance
    transitionScratch = transition
    accepted = SmootherPass(stateCount: model.stateCount, unknowns: model.parameters.count)
    candidate = accepted
    let rest = Array(repeating: 0.0, count: model.stateCount - 2 * model.limb.coordinateCount)
    guard !known.states.isEmpty else { return }
    for place in MotionNodes.places(windows) {
      guard let state = known.states[place] else {
        given = []
        return
      }
      given += state + rest
    }
  }

  /// Cost and derivatives of all windows and the arrival cost; nil where one is not finite.
  mutating func evaluate(_ theta: [Double]) -> NormalEquations? {
    var root = SquareRootInformation(count: theta.count)
    residualCount = 0
    angleCount = 0
    residualCost = 0
    logDeviation = 0
    let isFrozen = !frozenDeviations.isEmpty
    squaredErrors = Array(repeating: 0, count: model.limb.coordinateCount)
    var nodes: [Double] = []
    if isSmoothed { nodes = accepted.nodeCount > 0 ? accepted.smoothed(at: theta) : given }
    candidate.clear(theta: theta)
    let system = model.parameters.system(at: theta)
    for (index, window) in windows.enumerated() {
      filter.prepare(window, system: system)
      if index == 0 || !window.followsPrevious {
        let belief =
          index == 0 && window.followsPrevious
          ? start ?? model.freshStart(window, theta: theta)
          : model.freshStart(window, theta: theta)
        if isSmoothed, candidate.nodeCount > 0 { breakTrajectory() }
        begin(belief, theta: theta, nodes: nodes)
      }
      for step in 0..<window.stepCount {
        filter.advance(window, step: step, system: system, spreading: !isFrozen)
        guard filter.isRegular else {
          if !isFrozen { thaw() }
          return nil
        }
        if isSmoothed {
          advanceDeparture()
          StateFilter.multiply(filter.transition, transition, into: &transitionScratch)
          swap(&transition, &transitionScratch)
        }
        if (step + 1) % window.measurementStride == 0 {
          // disturbances change at nodes: between them the motion is a function of the node before
          if !isFrozen { filter.disturb(window, steps: window.measurementStride) }
          arrive(at: nodes)
          measure(
            window, at: (step + 1) / window.measurementStride, system: system,
            isRelative: !nodes.isEmpty, root: &root)
        }
      }
    }
    if isSmoothed { breakTrajectory() }
    var before = NormalEquations(
      cost: 0, gradient: Array(repeating: 0, count: theta.count),
      information: Matrix(rows: theta.count, columns: theta.count))
    arrival.add(to: &before, at: theta)
    guard (residualCost + before.cost).isFinite,
      root.append(information: before.information, gradient: before.gradient)
    else {
      if !isFrozen { thaw() }
      return nil
    }
    root.fold()
    return NormalEquations(cost: residualCost + before.cost, root: root)
  }

  /// Takes the point evaluated last as the one to move on from.
  mutating func accept() {
    if isSmoothed { swap(&accepted, &candidate) }
  }

  /// Forgets the observer's gains, so that the next evaluation makes its own.
  private mutating func thaw() {
    frozenGains = []
    frozenDeviations = []
  }

  /// The most likely states at the accepted point.
  var nodes: MotionNodes {
    var result = MotionNodes()
    let states = accepted.smoothed(at: accepted.theta)
    let count = 2 * model.limb.coordinateCount
    for (node, place) in MotionNodes.places(windows).enumerated() {
      let at = node * model.stateCount
      result.states[place] = Array(states[at..<(at + count)])
    }
    return result
  }

  /// The first node of a trajectory; its reading is in the belief.
  private mutating func begin(_ belief: StateBelief, theta: [Double], nodes: [Double]) {
    let at = candidate.nodeCount * filter.z.count
    for i in filter.z.indices {
      var mean = belief.mean[i]
      for j in theta.indices where theta[j] != belief.theta[j] {
        mean += belief.sensitivity[i, j] * (theta[j] - belief.theta[j])
      }
      filter.z[i] = nodes.isEmpty ? mean : nodes[at + i]
      departure[i] = mean - filter.z[i]
    }
    filter.covariance = belief.covariance
    filter.sensitivity = belief.sensitivity
    beginNode()
  }

  /// A node where the limb has arrived: it is linearised at the node from here on, and the gap is a departure.
  private mutating func arrive(at nodes: [Double]) {
    guard isSmoothed else { return }
    candidate.transitions += transition.elements
    let at = candidate.nodeCount * filter.z.count
    if !nodes.isEmpty {
      for i in filter.z.indices {
        departure[i] += filter.z[i] - nodes[at + i]
        filter.z[i] = nodes[at + i]
      }
    }
    beginNode()
  }

  private mutating func beginNode() {
    guard isSmoothed else { return }
    candidate.begin(node: filter.z, departure: departure, filter: filter)
    transition.fill(0)
    for i in 0..<transition.rowCount { transition[i, i] = 1 }
  }

  /// Nothing goes on from the last node.
  private mutating func breakTrajectory() {
    for _ in transition.elements { candidate.transitions.append(0) }
  }

  /// Takes the readings of one measurement as residuals.
  ///
  /// - Parameter isRelative: the point of linearisation stays; else it moves as the readings say.
  private mutating func measure(
    _ window: Window, at measurement: Int, system: SystemParameters, isRelative: Bool,
    root: inout SquareRootInformation
  ) {
    let n = model.limb.coordinateCount
    for coordinate in 0..<n where window.isMeasured[measurement * n + coordinate] {
      let reading = window.angles[measurement * n + coordinate] - system.angleOffsets[coordinate]
      let innovation = take(
        coordinate, reading: reading, noise: model.noise.angle[coordinate], root: &root)
      angleCount += 1
      squaredErrors[coordinate] += innovation * innovation
    }
    if !window.rates.isEmpty, !model.noise.rate.isEmpty {
      for coordinate in 0..<n where window.isRateMeasured[measurement * n + coordinate] {
        _ = take(
          n + coordinate, reading: window.rates[measurement * n + coordinate],
          noise: model.noise.rate[coordinate], root: &root)
      }
    }
    guard !isRelative else { return }
    for i in departure.indices {
      filter.z[i] += departure[i]
      departure[i] = 0
    }
  }

  /// Takes one reading; returns its innovation.
  private mutating func take(
    _ place: Int, reading: Double, noise: Double, root: inout SquareRootInformation
  ) -> Double {
    let innovation = reading - filter.z[place] - departure[place]
    let isFrozen = residualCount < frozenDeviations.count
    let deviation: Double
    if isFrozen {
      deviation = frozenDeviations[residualCount]
      let at = residualCount * filter.z.count
      for i in filter.z.indices { filter.gain[i] = frozenGains[at + i] }
    } else {
      deviation = filter.weigh(place, noise: noise)
      if !isSmoothed {
        frozenDeviations.append(deviation)
        frozenGains += filter.gain
      }
    }
    filter.fillRow(place)
    filter.collectRow()
    let weight = 1 / deviation
    residualCost += 0.5 * innovation * innovation * weight * weight
    residualCount += 1
    logDeviation += .log(deviation)
    root.append(filter.row, residual: -innovation, weight: weight)
    if isSmoothed {
      candidate.take(place: place, innovation: innovation, deviation: deviation, filter: filter)
    }
    for i in departure.indices { departure[i] += filter.gain[i] * innovation }
    filter.correct(deviation: isFrozen ? 0 : deviation)
    return innovation
  }

  /// d <- A d.
  private mutating func advanceDeparture() {
    let count = departure.count
    for i in 0..<count {
      var sum = 0.0
      for j in 0..<count { sum += filter.transition[i, j] * departure[j] }
      departureScratch[i] = sum
    }
    swap(&departure, &departureScratch)
  }
}
