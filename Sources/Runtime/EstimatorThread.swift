internal import Estimation
internal import Identification
internal import RealTime
internal import Signals

/// The estimator on a thread of its own: one window in work and one that waits.
///
/// `offer`, `collect` and `finish` belong to the pipeline's thread; the worker inside belongs to the
/// estimator's.
final class EstimatorThread: Sendable {
  /// What became of a window, and what the estimator believes after it.
  struct Answer: Sendable {
    var outcome: EstimatorOutcome
    var estimator: RecursiveEstimator
  }

  /// What is believed before the first window.
  let beginning: RecursiveEstimator
  private let windows = SingleProducerRing<Window?>(capacity: 1) { nil }
  /// One answer may lie here while the next window is in work and another waits.
  private let answers = SingleProducerRing<Answer?>(capacity: 3) { nil }
  private let thread: WorkerThread

  /// Starts the thread; it rests until a window is offered.
  init(_ worker: EstimatorWorker) throws(WorkerThreadError) {
    let windows = windows
    let answers = answers
    beginning = worker.estimator
    thread = try WorkerThread(name: "estimator") {
      var worker = worker
      var window: Window?
      while windows.wait(for: .seconds(3600)) != .closed {
        guard windows.pop(&window), let next = window else { continue }
        let outcome = worker.consume(next)
        var answer: Answer? = Answer(outcome: outcome, estimator: worker.estimator)
        let isTaken = answers.push(&answer)
        precondition(isTaken, "answers are collected before the next window is offered")
      }
      answers.close()
    }
  }

  /// Hands over a window; false when another still waits for the estimator.
  ///
  /// All answers must have been collected.
  func offer(_ window: Window) -> Bool {
    var offered: Window? = window
    return windows.push(&offered)
  }

  /// The answers since the last call, in the order of their windows.
  func collect() -> [Answer] {
    var collected: [Answer] = []
    var answer: Answer?
    while answers.pop(&answer) {
      if let answer { collected.append(answer) }
    }
    return collected
  }

  /// Waits for the windows in work and ends the thread.
  func finish() -> [Answer] {
    windows.close()
    thread.join()
    return collect()
  }
}
