internal import Algebra
internal import CGSL
public import Identification
internal import Musculoskeletal
public import Signals

/// A second opinion on a window's Jacobian: one random direction of theta, differentiated by GSL.
///
/// The independent trajectory from the window's start is a function of s in theta + s v. Its derivative at
/// zero by `gsl_deriv_central`, an adaptive five-point rule, is compared with the exact one that the
/// product's sensitivities give. The rule differentiates one number at a time, so the readings are
/// weighted: half the weight goes along the product's own derivative, so that a wrong length shows, half
/// to random readings, so that a wrong direction does. The direction and the weights follow from the
/// window's index, so that a replay asks the same question.
public struct DerivativeCrossCheck: Sendable {
  /// The difference relative to the derivative that fails the check [1].
  public var threshold: Double
  /// How much of a window is differentiated, from its start on [s].
  public var duration: Double
  /// The model whose derivatives are checked.
  private let model: LimbEstimationModel
  /// The product's activations.
  private var residual: WindowResidual

  /// The first interval of the difference rule, in lengths of the direction [1].
  private static let interval = 0.02

  /// A check of derivatives of `model`.
  ///
  /// A tenth of a second keeps the up to eight trajectories below the cost of one window of a second;
  /// every term of the equations of motion has left its mark by then. On a simulated minute of the arm
  /// the difference was 2e-7 to 1.5e-4.
  public init(_ model: LimbEstimationModel, threshold: Double = 2e-3, duration: Double = 0.1) {
    precondition(threshold > 0 && duration > 0, "derivatives never agree to the last digit")
    self.model = model
    self.threshold = threshold
    self.duration = duration
    residual = WindowResidual(model)
  }

  /// What is asked about one window.
  public struct Question: Sendable {
    /// The window's beginning.
    public let window: Window
    /// The direction, one prior standard deviation long (parameterCount) [theta's units].
    public let direction: [Double]
    /// Random weights of the readings ((measurementCount - 1) x coordinateCount) [1].
    let weights: [Double]
  }

  /// The question that `window` is asked; nil when it is too short for one.
  public func question(_ window: Window) -> Question? {
    // a few readings at least, however slowly they come
    let measurements = min(
      window.measurementCount,
      max(4, Int((duration / (window.step * Double(window.measurementStride))).rounded())))
    guard measurements > 1, model.parameters.count > 0 else { return nil }
    var random = RandomSource(seed: UInt64(bitPattern: Int64(window.index)))
    let normal = Self.unit(model.parameters.free.map { _ in random.gaussian() })
    return Question(
      window: window.part(
        0...measurements, index: window.index, followsPrevious: window.followsPrevious),
      direction: zip(normal, model.parameters.free).map { $0 * $1.priorDeviation },
      weights: Self.unit(
        (0..<((measurements - 1) * window.coordinateCount)).map { _ in random.gaussian() }))
  }

  /// The relative difference of `change`, the product's derivative, from the numerical one [1].
  ///
  /// - `theta`: the unknowns (parameterCount).
  /// - `start`: angles and rates at the window's start (2 coordinateCount) [rad, rad/s].
  /// - `change`: what `WindowResidual.predictionChange` gave for the question's window and direction.
  public mutating func difference(
    _ question: Question, theta: [Double], start: [Double], change: [Double]
  ) throws(CrossCheckFailure) -> Double {
    precondition(change.count == question.weights.count, "a derivative of every reading")
    let length = (change.reduce(0) { $0 + $1 * $1 }).squareRoot()
    guard length.isFinite, start.allSatisfy(\.isFinite) else { throw .predictionNotFinite }
    // where nothing moves, any movement of the independent trajectory is a difference
    let scale = max(length, 1e-6)
    let weights = Self.unit(zip(change, question.weights).map { $0 / scale + $1 })
    var failure: CrossCheckFailure?
    let numerical = CentralDifference.derivative(interval: Self.interval) { distance in
      guard failure == nil else { return .nan }
      do throws(CrossCheckFailure) {
        let readings = try self.readings(
          question.window, theta: zip(theta, question.direction).map { $0 + distance * $1 },
          start: start)
        return zip(weights, readings).reduce(0) { $0 + $1.0 * $1.1 }
      } catch {
        failure = error
        return .nan
      }
    }
    if let failure { throw failure }
    let exact = zip(weights, change).reduce(0) { $0 + $1.0 * $1.1 }
    return abs(exact - numerical) / scale
  }

  /// The independent readings after the first measurement ((measurementCount - 1) x coordinateCount) [rad].
  private mutating func readings(
    _ window: Window, theta: [Double], start: [Double]
  ) throws(CrossCheckFailure) -> [Double] {
    let count = model.limb.coordinateCount
    let system = model.parameters.system(at: theta)
    let trajectory = ReferenceTrajectory(
      model, window: window, system: system,
      activations: residual.activations(window, theta: theta))
    let angles = try trajectory.angles(
      from: start, stops: TrajectoryCrossCheck.stops(of: window))
    return angles.indices.dropFirst(2 * count).map {
      angles[$0] + system.angleOffsets[$0 % count]
    }
  }

  /// `vector` with length one.
  private static func unit(_ vector: [Double]) -> [Double] {
    let length = (vector.reduce(0) { $0 + $1 * $1 }).squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
  }
}

/// GSL's numerical differentiation of a Swift function.
enum CentralDifference {
  /// The function, where the C callback finds it.
  private struct Context {
    let value: (Double) -> Double
  }

  /// The derivative of `value` at zero, first tried with this `interval`.
  static func derivative(interval: Double, of value: (Double) -> Double) -> Double {
    withoutActuallyEscaping(value) { value in
      var context = Context(value: value)
      // GSL calls back on this thread only, before `gsl_deriv_central` returns; the context outlives that
      return unsafe withUnsafeMutablePointer(to: &context) { pointer in
        var function = unsafe gsl_function(
          function: { x, parameters in
            guard let parameters = unsafe parameters else { return .nan }
            return unsafe parameters.assumingMemoryBound(to: Context.self).pointee.value(x)
          }, params: pointer)
        var result = 0.0
        var error = 0.0
        let code = unsafe gsl_deriv_central(&function, 0, interval, &result, &error)
        return Int(code) == Int(GSL_SUCCESS) ? result : .nan
      }
    }
  }
}
