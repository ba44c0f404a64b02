public import Identification

/// What the second opinion came to; a failure of the other integrator is a value like any other.
public enum CrossCheckOutcome: Sendable, Hashable {
  /// Both integrators reached the end; the result says how far apart they are.
  case compared(CrossCheckResult)
  /// The independent integrator did not reach the end, so there is no opinion.
  case failed(CrossCheckFailure)

  /// The comparison, nil when there is none; an adoption policy refuses an estimate without one.
  public var result: CrossCheckResult? {
    if case .compared(let result) = self { result } else { nil }
  }
}

/// Why the independent integrator did not reach the end of a window.
public enum CrossCheckFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The product's angles or start state are not finite, so there is nothing to compare.
  case predictionNotFinite
  /// The accelerations left the finite numbers this long after the window's start [s].
  case notFinite(after: Double)
  /// The step limit was reached this long after the window's start [s].
  case stepLimit(after: Double)
  /// GSL gave up with this code this long after the window's start [s].
  case integrator(code: Int32, after: Double)
  /// GSL could not allocate its driver.
  case noMemory

  /// What happened and what it means.
  public var description: String {
    switch self {
    case .predictionNotFinite: "the prediction to be checked is not finite"
    case .notFinite(let time): "the accelerations are not finite \(time) s into the window"
    case .stepLimit(let time): "the equations are too stiff to integrate from \(time) s on"
    case .integrator(let code, let time): "gsl_odeiv2 failed with code \(code) at \(time) s"
    case .noMemory: "gsl_odeiv2_driver_alloc_y_new found no memory"
    }
  }
}
