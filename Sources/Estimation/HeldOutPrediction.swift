public import Identification
internal import Musculoskeletal
public import Signals

/// How well a model foretells motion from EMG, beside predictors that know less.
///
/// Each prediction begins in a state estimated from the measurements of its lead, the last of them at
/// its start, and from then on sees EMG alone. What is measured later only judges it.
public struct HeldOutPrediction: Sendable {
  /// The constant part.
  public let model: LimbEstimationModel
  /// Where predictions begin and how far they go.
  public let plan: PredictionPlan
  /// A window counts for a coordinate that moves more than this in it [rad].
  public var movementThreshold: Double

  /// Predictors, each a row of the comparison.
  public enum Predictor: Int, Sendable, CaseIterable {
    /// The model with the parameters in question.
    case model
    /// The model at the prior mean, with its own start state.
    case priorModel
    /// The joint keeps the velocity that the measurements before the start show.
    case constantVelocity
    /// The joint stays where it is.
    case hold
    /// The identified limb from the same start state, its muscles never excited.
    case zeroActivation
  }

  /// Errors over the windows in which one coordinate moves.
  public struct CoordinateScore: Sendable, Hashable {
    /// Windows that count [1].
    public var windows = 0
    /// Root mean square error of each predictor, in the order of `Predictor`; infinite where one left the finite numbers [rad].
    public var errors: [Double] = []
    /// Correlation of predicted and measured angles of all these windows together; nil when one does not vary [1].
    public var correlation: Double?

    /// Nothing yet.
    public init() {}

    /// The error of one predictor; nil without windows [rad].
    public func error(_ predictor: Predictor) -> Double? {
      windows == 0 ? nil : errors[predictor.rawValue]
    }

    /// The smallest error of the predictors that are not the model; nil without windows [rad].
    public var bestBaseline: Double? { windows == 0 ? nil : errors.dropFirst().min() }
  }

  /// What a comparison found.
  public struct Score: Sendable, Hashable {
    /// Windows in all [1].
    public var windows = 0
    /// Windows in which at least one coordinate moves [1].
    public var movingWindows = 0
    /// One score a coordinate (coordinateCount).
    public var coordinates: [CoordinateScore]
    /// The largest difference of the independent integrator over the windows; nil when nobody asked or it failed [rad].
    public var largestCrossCheck: Double?
  }

  /// A comparison by `plan`.
  public init(
    _ model: LimbEstimationModel, plan: PredictionPlan, movementThreshold: Double = .pi / 36
  ) {
    self.model = model
    self.plan = plan
    self.movementThreshold = movementThreshold
  }

  /// Where and what one prediction is asked for.
  public struct Task: Sendable {
    /// The measured motion before the start.
    public var lead: Window
    /// The motion to foretell.
    public var window: Window

    /// A prediction of `window` from what `lead` shows.
    public init(lead: Window, window: Window) {
      self.lead = lead
      self.window = window
    }
  }

  /// How many predictions are left out of the held-out, or the fitted, parts for contact [1].
  public func contactCount(_ recordings: [RecordingSplit], heldOut: Bool) -> Int {
    var count = 0
    for recording in recordings {
      let ranges = heldOut ? recording.heldOut : recording.fitted
      for (stretch, range) in zip(recording.stretches, ranges) {
        if let range { count += plan.contactCount(in: range, of: stretch) }
      }
    }
    return count
  }

  /// The predictions asked for in the held-out, or the fitted, parts of `recordings`.
  public func tasks(_ recordings: [RecordingSplit], heldOut: Bool) -> [Task] {
    var tasks: [Task] = []
    for recording in recordings {
      let ranges = heldOut ? recording.heldOut : recording.fitted
      for (stretch, range) in zip(recording.stretches, ranges) {
        guard let range else { continue }
        let lead = stretch.measurements(in: plan.lead)
        let length = stretch.measurements(in: plan.duration)
        for start in plan.starts(in: range, of: stretch) {
          tasks.append(
            Task(
              lead: stretch.window((start - lead)...start, index: tasks.count),
              window: stretch.window(start...(start + length), index: tasks.count)))
        }
      }
    }
    return tasks
  }

  /// The state at the start of a prediction, disturbances included (stateCount); nil when not finite.
  public func startState(
    _ task: Task, theta: [Double], residual: inout WindowResidual
  ) -> [Double]? {
    let start = model.freshStart(task.lead, theta: theta)
    let lead = residual.evaluate(task.lead, theta: theta, start: start)
    return lead.isFinite ? lead.end.mean : nil
  }

  /// Scores all predictors on `tasks`; `withBaselines` false scores the model alone.
  public func score(_ tasks: [Task], theta: [Double], withBaselines: Bool = true) -> Score {
    let count = model.limb.coordinateCount
    let predictors: [Predictor] = withBaselines ? Predictor.allCases : [.model]
    var residual = WindowResidual(model)
    var sums = Array(repeating: Array(repeating: 0.0, count: predictors.count), count: count)
    var moments = Array(repeating: Moments(), count: count)
    var numbers = Array(repeating: 0, count: count)
    var score = Score(coordinates: Array(repeating: CoordinateScore(), count: count))
    for task in tasks {
      score.windows += 1
      let moving = (0..<count).filter {
        task.window.range(ofCoordinate: $0) > movementThreshold
      }
      guard !moving.isEmpty else { continue }
      score.movingWindows += 1
      for predictor in predictors {
        let angles = self.angles(predictor, task, theta: theta, residual: &residual)
        for coordinate in moving {
          for row in 1...task.window.measurementCount {
            let index = row * count + coordinate
            guard task.window.isMeasured[index] else { continue }
            let measured = task.window.angles[index]
            let predicted = angles?[index] ?? .infinity
            let miss = predicted - measured
            sums[coordinate][predictor.rawValue] += miss * miss
            if predictor == .model {
              numbers[coordinate] += 1
              moments[coordinate].add(predicted, measured)
            }
          }
        }
      }
      for coordinate in moving { score.coordinates[coordinate].windows += 1 }
    }
    for coordinate in 0..<count where numbers[coordinate] > 0 {
      score.coordinates[coordinate].errors = sums[coordinate].map {
        ($0 / Double(numbers[coordinate])).squareRoot()
      }
      score.coordinates[coordinate].correlation = moments[coordinate].correlation
    }
    return score
  }

  /// What `predictor` foretells: readings at the window's measurement times; nil when not finite.
  public func angles(
    _ predictor: Predictor, _ task: Task, theta: [Double], residual: inout WindowResidual
  ) -> [Double]? {
    switch predictor {
    case .model: modelAngles(task, theta: theta, isPassive: false, residual: &residual)
    case .zeroActivation: modelAngles(task, theta: theta, isPassive: true, residual: &residual)
    case .priorModel:
      modelAngles(
        task, theta: model.parameters.priorMean, isPassive: false, residual: &residual)
    case .hold: extrapolation(task, keepsVelocity: false)
    case .constantVelocity: extrapolation(task, keepsVelocity: true)
    }
  }

  /// The model's readings from EMG, or from none.
  private func modelAngles(
    _ task: Task, theta: [Double], isPassive: Bool, residual: inout WindowResidual
  ) -> [Double]? {
    guard let state = startState(task, theta: theta, residual: &residual),
      var angles = residual.predict(
        task.window, theta: theta, from: state, withoutActivation: isPassive)
    else { return nil }
    let offsets = model.parameters.system(at: theta).angleOffsets
    for index in angles.indices { angles[index] += offsets[index % offsets.count] }
    return angles
  }

  /// The last reading, or the straight line that the last readings lie on.
  ///
  /// The velocity is the least-squares slope over the last 40 ms.
  private func extrapolation(_ task: Task, keepsVelocity: Bool) -> [Double]? {
    let count = model.limb.coordinateCount
    let interval = Double(task.lead.measurementStride) * task.lead.step
    let span = min(max(1, Int((0.04 / interval).rounded())), task.lead.measurementCount)
    let end = task.lead.measurementCount
    var angles = Array(repeating: 0.0, count: (task.window.measurementCount + 1) * count)
    for coordinate in 0..<count {
      guard task.window.isMeasured[coordinate] else { continue }
      let last = task.window.angles[coordinate]
      var velocity = 0.0
      if keepsVelocity {
        var weighted = 0.0
        var squares = 0.0
        for row in (end - span)...end
        where task.lead.isMeasured[row * count + coordinate] {
          // times around their middle, so that the level drops out
          let time = (Double(row - end) + 0.5 * Double(span)) * interval
          weighted += time * task.lead.angles[row * count + coordinate]
          squares += time * time
        }
        velocity = squares > 0 ? weighted / squares : 0
      }
      for row in 0...task.window.measurementCount {
        angles[row * count + coordinate] = last + velocity * Double(row) * interval
      }
    }
    return angles
  }
}

/// Sums that a correlation is made of.
private struct Moments {
  /// Pairs [1].
  private var number = 0.0
  /// Sum of the first [rad].
  private var x = 0.0
  /// Sum of the second [rad].
  private var y = 0.0
  /// Sum of the first's squares [rad^2].
  private var xx = 0.0
  /// Sum of the products [rad^2].
  private var xy = 0.0
  /// Sum of the second's squares [rad^2].
  private var yy = 0.0

  /// Takes one pair.
  mutating func add(_ a: Double, _ b: Double) {
    // running means and co-moments, which do not cancel
    number += 1
    let fromX = a - x
    let fromY = b - y
    x += fromX / number
    y += fromY / number
    xx += fromX * (a - x)
    xy += fromX * (b - y)
    yy += fromY * (b - y)
  }

  /// Pearson's correlation; nil when one of the two does not vary.
  var correlation: Double? {
    let scale = (xx * yy).squareRoot()
    return scale > 0 && scale.isFinite ? xy / scale : nil
  }
}
