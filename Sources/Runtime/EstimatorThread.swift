internal import Estimation
internal import RealTime
internal import Signals

/// The estimator on a thread of its own: one window in work and one that waits.
///
/// `offer`, `collect` and `finish` belong to the pipeline's thread; the worker inside belongs to the
/// estimator's.
final class EstimatorThread: Sendable {
  private let windows = SingleProducerRing<Window?>(capacity: 1) { nil }
  /// One outcome may lie here while the next window is in work and another waits.
  private let outcomes = SingleProducerRing<EstimatorOutcome?>(capacity: 3) { nil }
  private let thread: WorkerThread

  /// Starts the thread; it rests until a window is offered.
  init(_ worker: EstimatorWorker) throws(WorkerThreadError) {
    let windows = windows
    let outcomes = outcomes
    thread = try WorkerThread(name: "estimator") {
      var worker = worker
      var window: Window?
      while windows.wait(for: .seconds(3600)) != .closed {
        guard windows.pop(&window), let next = window else { continue }
        var outcome: EstimatorOutcome? = worker.consume(next)
        let isTaken = outcomes.push(&outcome)
        precondition(isTaken, "outcomes are collected before the next window is offered")
      }
      outcomes.close()
    }
  }

  /// Hands over a window; false when another still waits for the estimator.
  ///
  /// All outcomes must have been collected.
  func offer(_ window: Window) -> Bool {
    var offered: Window? = window
    return windows.push(&offered)
  }

  /// The outcomes since the last call, in the order of their windows.
  func collect() -> [EstimatorOutcome] {
    var collected: [EstimatorOutcome] = []
    var outcome: EstimatorOutcome?
    while outcomes.pop(&outcome) {
      if let outcome { collected.append(outcome) }
    }
    return collected
  }

  /// Waits for the windows in work and ends the thread.
  func finish() -> [EstimatorOutcome] {
    windows.close()
    thread.join()
    return collect()
  }
}
