internal import Estimation
internal import RealTime
internal import Signals
internal import Synchronization

/// The estimator on a thread of its own, with a queue of one window.
///
/// `offer`, `collect` and `finish` belong to the pipeline's thread; the worker inside belongs to the
/// estimator's.
final class EstimatorThread: Sendable {
  private let windows = SingleProducerRing<Window?>(capacity: 1) { nil }
  private let outcomes = SingleProducerRing<EstimatorOutcome?>(capacity: 1) { nil }
  /// True from `offer` until the outcome is collected.
  private let isBusy = Atomic<Bool>(false)
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
        precondition(isTaken, "a window is offered only after the outcome before was collected")
      }
      outcomes.close()
    }
  }

  /// Hands over a window; false when the estimator is still at the one before.
  func offer(_ window: Window) -> Bool {
    if isBusy.load(ordering: .relaxed) { return false }
    var offered: Window? = window
    guard windows.push(&offered) else { return false }
    isBusy.store(true, ordering: .relaxed)
    return true
  }

  /// The outcome of the window in work, once it is there.
  func collect() -> EstimatorOutcome? {
    var outcome: EstimatorOutcome?
    guard outcomes.pop(&outcome) else { return nil }
    isBusy.store(false, ordering: .relaxed)
    return outcome
  }

  /// Waits for the window in work and ends the thread.
  func finish() -> EstimatorOutcome? {
    windows.close()
    thread.join()
    return collect()
  }
}
