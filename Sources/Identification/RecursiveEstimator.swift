internal import Algebra
internal import Musculoskeletal
internal import RealModule
public import Signals

/// How much an online fit remembers and works.
public struct RecursionConfiguration: Sendable, Hashable {
  /// Evaluations of the remembered windows in one refit at most [1].
  public var evaluations: Int
  /// Windows that are refitted; older ones live on in the arrival cost [1].
  public var memory: Int
  /// A refit is due when the windows have grown by this factor since the last [1].
  public var growth: Double

  /// A recursion; see the properties.
  public init(evaluations: Int = 8, memory: Int = 60, growth: Double = 1.5) {
    precondition(evaluations > 0 && memory > 1 && growth > 1, "a recursion moves on")
    self.evaluations = evaluations
    self.memory = memory
    self.growth = growth
  }
}

/// The online fit: windows one by one, the posterior of those before as arrival cost.
///
/// Every window is linearised at one common point. That keeps the information honest: windows
/// linearised where the belief happened to be at their time seem to tell directions that none of them
/// tells (Huang, Mourikis, Roumeliotis 2010, Int J Robotics Res 29:502-528). The point is chosen anew,
/// by Levenberg-Marquardt over the remembered windows, whenever they have grown by `growth`. Where
/// unknowns have process noise, time between windows takes away what is known of them and of nothing
/// else; the posterior is that of theta at the last window. A struct with one verb; it reads no clock
/// and its budget is evaluations, so a replay repeats every digit.
public struct RecursiveEstimator: Sendable {
  /// The constant part of the identification.
  public let model: LimbEstimationModel
  /// The posterior of all windows so far.
  public private(set) var posterior: ArrivalCost
  /// True once a known payload was held, or a measured torque given, while data came in.
  public private(set) var hasAnchor = false
  /// The belief about the state at the start of the last window.
  public private(set) var windowStart: StateBelief?

  /// How far one step of a refit may move a parameter, in prior deviations [1].
  private static let longestStep = 0.75
  /// Mean squared whitened residual above which an undisturbed fit is not near its minimum [1].
  private static let residualLimit = 4.0

  private let configuration: RecursionConfiguration
  private let hasGains: Bool
  private let residual: WindowResidual
  /// The unknowns that change; nil where none does.
  private let changing: ChangingUnknowns?
  /// Where all windows are linearised (parameterCount) [1, or the quantity's unit].
  private var linearisation: [Double]
  /// The windows that a refit sees, in time order.
  private var memory: [Window] = []
  /// What is known of theta from before the memory.
  private var arrival: ArrivalCost
  /// The state where the memory begins, when something came before.
  private var arrivalState: StateBelief?
  /// The state where the last window ended; nil after a window that could not be used.
  private var state: StateBelief?
  /// Windows used so far [1].
  private var windowCount = 0
  /// Windows used when the next refit is due [1].
  private var nextRefit = 1
  /// The last window that was used [1].
  private var lastWindow: Int?
  /// What tells windows of a long rest, which say the same again and again.
  private var rest = RestWatch()

  /// An estimator that believes the prior, or what an earlier one believed in the end.
  ///
  /// - `hasGains`: envelopes are normalised by MVC.
  /// - `belief`: the posterior that an earlier session ended with; nil is the prior.
  /// - `hasAnchor`: a known payload was held in what `belief` is made of.
  public init(
    _ model: LimbEstimationModel, configuration: RecursionConfiguration, hasGains: Bool,
    resuming belief: ArrivalCost? = nil, hasAnchor: Bool = false
  ) {
    self.model = model
    self.configuration = configuration
    self.hasGains = hasGains
    residual = WindowResidual(model)
    self.hasAnchor = hasAnchor || model.limb.description.wearsKnownMass
    changing = ChangingUnknowns(model.parameters)
    posterior = belief ?? ArrivalCost(prior: model.parameters)
    posterior.changing = changing?.belief(posterior)
    arrival = posterior
    arrival.walls = SoftWalls(model.parameters)
    linearisation = posterior.mean
  }

  /// Fits `window` and returns the new belief; a window that is not finite leaves the belief as it was.
  public mutating func consume(_ window: Window) -> ParameterEstimate {
    var window = window
    window.followsPrevious = window.followsPrevious && lastWindow == window.index - 1
    let start = window.followsPrevious ? state : nil
    var chain = WindowChain(
      [window], arrival: posterior, start: start, residual: residual, changing: changing)
    guard window.isFinite, let equations = chain.evaluate(linearisation), let end = chain.ends.last
    else { return reject(window) }
    if rest.isRepetition(window, noise: model.noise.angle) {
      return passOver(window, start: start, chain: chain)
    }

    memory.append(window)
    arrival.walls?.extend([window], model: model)
    windowCount += 1
    lastWindow = window.index
    if model.limb.carriesPayload, window.payload.contains(where: { $0 > 0 }) { hasAnchor = true }
    if window.hasExternalTorque { hasAnchor = true }
    windowStart = start ?? model.freshStart(window, theta: linearisation)
    var termination = Termination.linearUpdate
    var evaluations = 1
    state = end
    if let updated = belief(chain, equations, at: linearisation) { posterior = updated }
    if windowCount >= nextRefit {
      nextRefit = max(windowCount + 1, Int((Double(windowCount) * configuration.growth).rounded()))
      // where theta moves, no point of linearisation is good for long
      if changing != nil { nextRefit = min(nextRefit, windowCount + configuration.memory / 2) }
      (termination, evaluations) = refit(&chain)
    }
    if memory.count > configuration.memory { forgetOldest() }
    if changing != nil {
      // the last window at what is believed now, for the point of linearisation is of the past
      var shown = WindowChain(
        [window], arrival: posterior, start: windowStart, residual: residual, changing: changing)
      if shown.evaluate(posterior.mean) != nil { chain = shown }
    }

    let count = Double(max(chain.residualCount, 1))
    let angles = Double(max(chain.angleCount, 1))
    let coordinates = Double(chain.squaredInnovations.count)
    return estimate(
      window, termination: termination, evaluations: evaluations,
      meanSquaredResidual: 2 * chain.residualCost / count,
      innovation: chain.squaredInnovations.map { .sqrt($0 * coordinates / angles) })
  }

  /// Angles and rates at the start of the last window, at the present parameters (2 coordinateCount) [rad, rad/s].
  public var windowStartState: [Double]? {
    guard let start = windowStart else { return nil }
    return (0..<(2 * model.limb.coordinateCount)).map { row in
      var value = start.mean[row]
      for column in posterior.mean.indices {
        value += start.sensitivity[row, column] * (posterior.mean[column] - start.theta[column])
      }
      return value
    }
  }

  /// Fits all remembered windows anew, from where the belief is or from where it was linearised last.
  private mutating func refit(_ last: inout WindowChain) -> (Termination, Int) {
    var chain = WindowChain(
      memory, arrival: arrival, start: arrivalState, residual: residual, changing: changing)
    // begin where the belief is, unless the linear updates have led it astray
    var candidates = [posterior.mean]
    if distanceMoved > 1 { candidates.append(linearisation) }
    if windowCount <= 4 { candidates.append(arrival.mean) }
    var start = posterior.mean
    var known: NormalEquations?
    for candidate in candidates {
      guard let equations = chain.evaluate(candidate),
        equations.cost < known?.cost ?? .infinity
      else { continue }
      known = equations
      start = candidate
    }
    // without disturbances a wrong limb leaves the measurements at once: come near by short windows first
    let count = Double(max(chain.residualCount, 1))
    if model.activationDisturbances + model.torqueDisturbances == 0,
      known == nil || 2 * chain.explainedCost / count > Self.residualLimit,
      let found = TrajectoryFit(model, startLimit: 1).solve(
        memory, arrival: arrival, start: arrivalState),
      let equations = chain.evaluate(found.posterior.mean),
      equations.cost < known?.cost ?? .infinity
    {
      known = equations
      start = found.posterior.mean
    }
    // the gradient leaves the gains' own dependence on theta out, so the cost may waver near its minimum
    let solver = LevenbergMarquardt(
      evaluationLimit: configuration.evaluations, stepTolerance: 0.2,
      costSlack: Double(model.parameters.count))
    // where the model bends, longer steps mislead
    let limits = model.parameters.free.map { Self.longestStep * $0.priorDeviation }
    guard
      let solution = known.flatMap({
        solver.minimise(&chain, from: start, limits: limits, known: $0)
      })
    else { return (.noProgress, candidates.count) }
    // the chain's ends must be those of the accepted point
    if chain.ends.last?.theta != solution.theta { _ = chain.evaluate(solution.theta) }
    guard let updated = belief(chain, solution.equations, at: solution.theta) else {
      return (.noProgress, candidates.count)
    }
    linearisation = solution.theta
    posterior = updated
    // what a wall holds back is no knowledge
    if let walls = arrival.walls {
      posterior.information = walls.without(solution.equations, at: solution.theta).information
    }
    state = chain.ends.last
    if memory.count > 1, memory[memory.count - 1].followsPrevious {
      windowStart = chain.ends[memory.count - 2]
    }
    // the residuals that are reported are the last window's
    if let windowStart {
      last = WindowChain(
        [memory[memory.count - 1]], arrival: posterior, start: windowStart, residual: residual,
        changing: changing)
      _ = last.evaluate(linearisation)
    }
    return (solution.termination, solution.evaluations + candidates.count)
  }

  /// How far linear updates have moved the belief from where they were made, in posterior deviations [1].
  private var distanceMoved: Double {
    let move = zip(posterior.mean, linearisation).map { $0 - $1 }
    let pull = posterior.information * move
    let sum = zip(move, pull).reduce(0) { $0 + $1.0 * $1.1 }
    return .sqrt(max(sum, 0) / Double(max(move.count, 1)))
  }

  /// Moves the older half of the memory into the arrival cost.
  private mutating func forgetOldest() {
    let count = memory.count / 2
    var past = arrival
    past.walls = nil
    var chain = WindowChain(
      Array(memory[0..<count]), arrival: past, start: arrivalState, residual: residual,
      changing: changing)
    memory.removeFirst(count)
    guard let equations = chain.evaluate(linearisation),
      var belief = self.belief(chain, equations, at: linearisation)
    else {
      arrivalState = nil
      return
    }
    belief.walls = arrival.walls
    arrival = belief
    arrivalState = chain.ends.last
  }

  /// The belief that an evaluation of `chain` at `theta` amounts to; nil when it has no minimum.
  private func belief(
    _ chain: WindowChain, _ equations: NormalEquations, at theta: [Double]
  ) -> ArrivalCost? {
    guard var result = Self.minimum(of: equations, at: theta) else { return nil }
    guard let joint = chain.joint else { return result }
    guard let changing = joint.belief(at: theta, walls: chain.arrival.walls) else { return nil }
    result.changing = changing
    return result
  }

  /// Lets the belief forget what time until `now` makes of it, without any window.
  private mutating func age(to now: SampleTime) {
    guard let changing, let belief = posterior.changing else { return }
    var joint = ChangingCost(belief, unknowns: changing, at: posterior.mean)
    guard joint.advance(to: now), let equations = joint.marginal,
      var aged = Self.minimum(of: equations, at: posterior.mean)
    else { return }
    aged.changing = joint.belief(at: posterior.mean, walls: nil)
    if aged.changing != nil { posterior = aged }
  }

  /// The Gaussian whose cost has these derivatives at `theta`; nil when it has no minimum.
  private static func minimum(of equations: NormalEquations, at theta: [Double]) -> ArrivalCost? {
    guard let factor = Cholesky(equations.information) else { return nil }
    var step = equations.gradient.map { -$0 }
    factor.solve(&step)
    return ArrivalCost(
      mean: zip(theta, step).map { $0 + $1 }, information: equations.information)
  }

  /// The belief as it is, and how well it fits a window that says nothing new; the next starts afresh.
  private mutating func passOver(
    _ window: Window, start: StateBelief?, chain: WindowChain
  ) -> ParameterEstimate {
    windowStart = start ?? model.freshStart(window, theta: linearisation)
    state = nil
    lastWindow = nil
    age(to: window.start)
    let angles = Double(max(chain.angleCount, 1))
    let coordinates = Double(chain.squaredInnovations.count)
    return estimate(
      window, termination: .repetition, evaluations: 1,
      meanSquaredResidual: 2 * chain.residualCost / Double(max(chain.residualCount, 1)),
      innovation: chain.squaredInnovations.map { .sqrt($0 * coordinates / angles) })
  }

  private mutating func reject(_ window: Window) -> ParameterEstimate {
    state = nil
    windowStart = nil
    lastWindow = nil
    return estimate(
      window, termination: .notFinite, evaluations: 1, meanSquaredResidual: .infinity,
      innovation: Array(repeating: .infinity, count: model.limb.coordinateCount))
  }

  private func estimate(
    _ window: Window, termination: Termination, evaluations: Int, meanSquaredResidual: Double,
    innovation: [Double]
  ) -> ParameterEstimate {
    ParameterEstimate(
      posterior, parameters: model.parameters, window: window.index, end: window.end,
      hasAnchor: hasAnchor, hasGains: hasGains, termination: termination,
      evaluations: evaluations, meanSquaredResidual: meanSquaredResidual, innovation: innovation)
  }
}

extension RecursiveEstimator: Resumable {
  /// The belief, the windows it remembers, and when it looks at them again.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&posterior)
    archive.carry(&hasAnchor)
    archive.carry(&windowStart, blank: .empty)
    archive.carry(&linearisation)
    archive.carry(growing: &memory, blank: .empty)
    archive.carry(&arrival)
    archive.carry(&arrivalState, blank: .empty)
    archive.carry(&state, blank: .empty)
    archive.carry(&windowCount)
    archive.carry(&nextRefit)
    archive.carry(&lastWindow, blank: 0)
    archive.carry(&rest)
  }
}
