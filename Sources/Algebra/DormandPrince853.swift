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
  /// The next step to try [s].
  private var step: Double
  /// Rates at the present state (dimension) [the system's units per s].
  private var rates: [Double]
  /// True when `rates` belong to the present state.
  private var hasRates = false
  /// Rates of the stages (12 x dimension) [the system's units per s].
  private var stages: [[Double]]
  /// State of a stage (dimension) [the system's units].
  private var stage: [Double]

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
    case .adaptive: step = 1e-4
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
      stepCount += 1
      guard steps <= stepLimit else { throw .tooManySteps(at: time) }
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
          continue
        }
        let factor = error == 0 ? 10 : min(10, max(0.2, 0.9 * Double.pow(error, -0.125)))
        if error <= 1 {
          accept(length, isLast: length == remaining, end: end)
          // a step that a stop has cut short says little about the next one
          if length == wanted || factor < 1 { step = length * factor }
        } else {
          step = length * min(1, factor)
        }
      }
    }
  }

  /// Takes the state that `tryStep` left in `stage`.
  private mutating func accept(_ length: Double, isLast: Bool, end: Double) {
    swap(&y, &stage)
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
    let tolerance: Double? =
      if case .adaptive(let tolerance) = choice { tolerance } else { nil }
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
      guard let tolerance else { continue }
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
