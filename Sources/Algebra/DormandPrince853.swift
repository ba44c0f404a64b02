internal import RealModule

/// The explicit Runge-Kutta method of order 8 with error estimates of orders 5 and 3, for smooth systems.
///
/// Dormand and Prince's method as published by Hairer, Norsett and Wanner, Solving Ordinary Differential
/// Equations I (1993), section II.10, DOP853. A step that adapts is accepted when the combined estimate
/// h |e5|^2 / sqrt(|e5|^2 + |e3|^2 / 100) is within tolerance (eq. II.10.17).
public struct DormandPrince853<System: FirstOrderSystem> {
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
  /// What the estimated error of a step is held to; nil where steps are fixed [1].
  private var stepTolerance: Double?
  /// The next step to try [s].
  private var step: Double
  /// Rates at the present state (dimension) [the system's units per s].
  private var rates: [Double]
  /// True when `rates` belong to the present state.
  private var hasRates = false
  /// Rates of the stages (12 x dimension) [the system's units per s].
  private var stages: [[Double]]
  /// State of a stage; after a step, where it began (dimension) [the system's units].
  private var stage: [Double]
  /// How long the last step was [s].
  private var lastLength = 0.0

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
    case .adaptive(let tolerance):
      step = 1e-4
      stepTolerance = tolerance
    }
    rates = Array(repeating: 0, count: y.count)
    stages = Array(repeating: rates, count: 12)
    stage = rates
  }

  /// Goes on to `end` [s]; at most `stepLimit` steps.
  public mutating func advance(
    to end: Double, stepLimit: Int = 1_000_000
  ) throws(IntegrationFailure) {
    var steps = 0
    while time < end {
      steps += 1
      guard steps <= stepLimit else { throw .tooManySteps(at: time) }
      _ = try goOn(to: end)
    }
  }

  /// Goes on through `times`, which rise, in steps that do not stop at them, and reports the state at each.
  ///
  /// Between two steps stands the method's own interpolant of order 7 (section II.6 there), which costs three evaluations
  /// more for a step with a time inside. It is some fifty times less exact than the steps, which adapt to a hundredth of
  /// the tolerance therefore. At most `stepLimit` steps from one time to the next.
  public mutating func advance(
    through times: [Double], stepLimit: Int = 1_000_000, report: (Int, [Double]) -> Void
  ) throws(IntegrationFailure) {
    if case .adaptive(let tolerance) = choice {
      // below that it is the rounding of sums that counts
      stepTolerance = min(tolerance, max(0.01 * tolerance, 1e-13))
    }
    var terms = Array(repeating: Array(repeating: 0.0, count: y.count), count: 7)
    var place = y
    var next = 0
    var steps = 0
    while next < times.count {
      if times[next] <= time {
        report(next, y)
        next += 1
        continue
      }
      steps += 1
      guard steps <= stepLimit else { throw .tooManySteps(at: time) }
      let start = time
      guard try goOn(to: times[times.count - 1]), times[next] < time else { continue }
      try fillTerms(&terms, from: start)
      while times[next] < time {
        let share = (times[next] - start) / lastLength
        for number in y.indices {
          var sum = 0.0
          for term in stride(from: 6, through: 0, by: -1) {
            sum = (sum + terms[term][number]) * (term % 2 == 0 ? share : 1 - share)
          }
          place[number] = stage[number] + sum
        }
        report(next, place)
        next += 1
      }
      steps = 0
    }
  }

  /// Tries a step towards `end`; false when it was too long.
  private mutating func goOn(to end: Double) throws(IntegrationFailure) -> Bool {
    stepCount += 1
    let remaining = end - time
    let wanted = min(step, longestStep)
    // a last step that is nearly whole is taken whole, and never a sliver after it
    let sliver = max(1e-9 * remaining, 1e-12 * max(1, abs(time)))
    let length = wanted > remaining - sliver ? remaining : wanted
    guard length > 1e-14 * max(1, abs(time)) else { throw .stepTooSmall(at: time) }
    if !hasRates {
      guard system.fillRates(at: time, y, into: &rates) else { throw .notFinite(at: time) }
      hasRates = true
    }
    let error = tryStep(length)
    switch choice {
    case .fixed:
      guard error.isFinite else { throw .notFinite(at: time) }
      accept(length, isLast: length == remaining, end: end)
    case .adaptive:
      guard error.isFinite else {
        step = 0.1 * length
        return false
      }
      let factor = error == 0 ? 10 : min(10, max(0.2, 0.9 * Double.pow(error, -0.125)))
      guard error <= 1 else {
        step = length * min(1, factor)
        return false
      }
      accept(length, isLast: length == remaining, end: end)
      // a step that a stop has cut short says little about the next one
      if length == wanted || factor < 1 { step = length * factor }
    }
    return true
  }

  /// Makes the interpolant's terms (7 x dimension) for the step that began at `start`, whose state is in `stage`.
  private mutating func fillTerms(
    _ terms: inout [[Double]], from start: Double
  ) throws(IntegrationFailure) {
    guard system.fillRates(at: time, y, into: &rates) else { throw .notFinite(at: time) }
    hasRates = true
    // the stages, the rates at the end, and three more
    if stages.count == 12 { stages += Array(repeating: rates, count: 4) }
    stages[12] = rates
    var place = y
    for extra in 0..<3 {
      for number in y.indices {
        var sum = 0.0
        for other in 0..<(13 + extra) where dormandPrinceDenseA[extra][other] != 0 {
          sum += dormandPrinceDenseA[extra][other] * stages[other][number]
        }
        place[number] = stage[number] + lastLength * sum
      }
      let moment = start + dormandPrinceDenseC[extra] * lastLength
      guard system.fillRates(at: moment, place, into: &stages[13 + extra]) else {
        throw .notFinite(at: moment)
      }
    }
    for number in y.indices {
      let change = y[number] - stage[number]
      terms[0][number] = change
      terms[1][number] = lastLength * stages[0][number] - change
      terms[2][number] = 2 * change - lastLength * (rates[number] + stages[0][number])
      for term in 0..<4 {
        var sum = 0.0
        for other in 0..<16 where dormandPrinceD[term][other] != 0 {
          sum += dormandPrinceD[term][other] * stages[other][number]
        }
        terms[3 + term][number] = lastLength * sum
      }
    }
  }

  /// Takes the state that `tryStep` left in `stage`.
  private mutating func accept(_ length: Double, isLast: Bool, end: Double) {
    swap(&y, &stage)
    lastLength = length
    time = isLast ? end : time + length
    hasRates = false
  }

  /// The state after a step in `stage`; the estimated error over the tolerance, infinite when not finite.
  private mutating func tryStep(_ length: Double) -> Double {
    stages[0] = rates
    for index in 1..<12 {
      for number in y.indices {
        var sum = 0.0
        for other in 0..<index where dormandPrinceA[index - 1][other] != 0 {
          sum += dormandPrinceA[index - 1][other] * stages[other][number]
        }
        stage[number] = y[number] + length * sum
      }
      let place = time + dormandPrinceC[index] * length
      guard system.fillRates(at: place, stage, into: &stages[index]) else { return .infinity }
    }
    var fifth = 0.0
    var third = 0.0
    for number in y.indices {
      var sum = 0.0
      var error5 = 0.0
      var error3 = 0.0
      for index in 0..<12 {
        let rate = stages[index][number]
        sum += dormandPrinceB[index] * rate
        error5 += dormandPrinceE5[index] * rate
        error3 += dormandPrinceE3[index] * rate
      }
      stage[number] = y[number] + length * sum
      guard stage[number].isFinite else { return .infinity }
      guard let tolerance = stepTolerance else { continue }
      let scale = tolerance * (1 + max(abs(y[number]), abs(stage[number])))
      fifth += (error5 / scale) * (error5 / scale)
      third += (error3 / scale) * (error3 / scale)
    }
    let whole = fifth + 0.01 * third
    return whole == 0 ? 0 : length * fifth / Double.sqrt(whole * Double(y.count))
  }
}

/// Where the stages stand in the step (12) [1].
private let dormandPrinceC: [Double] = [
  0.0, 0.05260015195876773, 0.0789002279381516, 0.1183503419072274, 0.2816496580927726,
  0.3333333333333333, 0.25, 0.3076923076923077, 0.6512820512820513, 0.6, 0.8571428571428571, 1.0,
]

/// How each stage from the second follows from the earlier ones (11 x fewer than 12) [1].
private let dormandPrinceA: [[Double]] = [
  [
    0.05260015195876773
  ],
  [
    0.0197250569845379, 0.0591751709536137,
  ],
  [
    0.02958758547680685, 0.0, 0.08876275643042054,
  ],
  [
    0.2413651341592667, 0.0, -0.8845494793282861, 0.924834003261792,
  ],
  [
    0.037037037037037035, 0.0, 0.0, 0.17082860872947386, 0.12546768756682242,
  ],
  [
    0.037109375, 0.0, 0.0, 0.17025221101954405, 0.06021653898045596, -0.017578125,
  ],
  [
    0.03709200011850479, 0.0, 0.0, 0.17038392571223998, 0.10726203044637328, -0.015319437748624402,
    0.008273789163814023,
  ],
  [
    0.6241109587160757, 0.0, 0.0, -3.3608926294469414, -0.868219346841726, 27.59209969944671,
    20.154067550477894, -43.48988418106996,
  ],
  [
    0.47766253643826434, 0.0, 0.0, -2.4881146199716677, -0.590290826836843, 21.230051448181193,
    15.279233632882423, -33.28821096898486, -0.020331201708508627,
  ],
  [
    -0.9371424300859873, 0.0, 0.0, 5.186372428844064, 1.0914373489967295, -8.149787010746927,
    -18.52006565999696, 22.739487099350505, 2.4936055526796523, -3.0467644718982196,
  ],
  [
    2.273310147516538, 0.0, 0.0, -10.53449546673725, -2.0008720582248625, -17.9589318631188,
    27.94888452941996, -2.8589982771350235, -8.87285693353063, 12.360567175794303,
    0.6433927460157636,
  ],
]

/// How the step follows from the stages (12) [1].
private let dormandPrinceB: [Double] = [
  0.054293734116568765, 0.0, 0.0, 0.0, 0.0, 4.450312892752409, 1.8915178993145003,
  -5.801203960010585, 0.3111643669578199, -0.1521609496625161, 0.20136540080403034,
  0.04471061572777259,
]

/// The error estimate of order 5 (12) [1].
private let dormandPrinceE5: [Double] = [
  0.01312004499419488, 0.0, 0.0, 0.0, 0.0, -1.2251564463762044, -0.4957589496572502,
  1.6643771824549864, -0.35032884874997366, 0.3341791187130175, 0.08192320648511571,
  -0.022355307863886294,
]

/// The error estimate of order 3 (12) [1].
private let dormandPrinceE3: [Double] = [
  -0.18980075407240762, 0.0, 0.0, 0.0, 0.0, 4.450312892752409, 1.8915178993145003,
  -5.801203960010585, -0.4226823213237919, -0.1521609496625161, 0.20136540080403034,
  0.02265179219836082,
]

/// Where the stages of the interpolant stand in the step (3) [1].
private let dormandPrinceDenseC: [Double] = [0.1, 0.2, 0.7777777777777778]

/// How they follow from the stages before them and the rates at the end (3 x 13 and more) [1].
private let dormandPrinceDenseA: [[Double]] = [
  [
    0.056167502283047954, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25350021021662483, -0.2462390374708025,
    -0.12419142326381637, 0.15329179827876568, 0.00820105229563469, 0.007567897660545699, -0.008298,
  ],
  [
    0.03183464816350214, 0.0, 0.0, 0.0, 0.0, 0.028300909672366776, 0.053541988307438566,
    -0.05492374857139099, 0.0, 0.0, -0.00010834732869724932, 0.0003825710908356584,
    -0.00034046500868740456, 0.1413124436746325,
  ],
  [
    -0.42889630158379194, 0.0, 0.0, 0.0, 0.0, -4.697621415361164, 7.683421196062599,
    4.06898981839711, 0.3567271874552811, 0.0, 0.0, 0.0, -0.0013990241651590145, 2.9475147891527724,
    -9.15095847217987,
  ],
]

/// The interpolant's four highest terms (4 x 16) [1].
private let dormandPrinceD: [[Double]] = [
  [
    -8.428938276109013, 0.0, 0.0, 0.0, 0.0, 0.5667149535193777, -3.0689499459498917,
    2.38466765651207, 2.117034582445028, -0.871391583777973, 2.2404374302607883, 0.6315787787694688,
    -0.08899033645133331, 18.148505520854727, -9.194632392478356, -4.436036387594894,
  ],
  [
    10.427508642579134, 0.0, 0.0, 0.0, 0.0, 242.28349177525817, 165.20045171727028,
    -374.5467547226902, -22.113666853125306, 7.733432668472264, -30.674084731089398,
    -9.332130526430229, 15.697238121770845, -31.139403219565178, -9.35292435884448,
    35.81684148639408,
  ],
  [
    19.985053242002433, 0.0, 0.0, 0.0, 0.0, -387.0373087493518, -189.17813819516758,
    527.8081592054236, -11.57390253995963, 6.8812326946963, -1.0006050966910838, 0.7777137798053443,
    -2.778205752353508, -60.19669523126412, 84.32040550667716, 11.99229113618279,
  ],
  [
    -25.69393346270375, 0.0, 0.0, 0.0, 0.0, -154.18974869023643, -231.5293791760455,
    357.6391179106141, 93.40532418362432, -37.45832313645163, 104.0996495089623, 29.8402934266605,
    -43.53345659001114, 96.32455395918828, -39.17726167561544, -149.72683625798564,
  ],
]
