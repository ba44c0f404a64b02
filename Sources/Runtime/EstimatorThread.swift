internal import Estimation
internal import Identification
internal import RealTime
internal import Signals

/// The estimator on a thread of its own: one window in work and one that waits.
///
/// `offer`, `collect` and `finish` belong to the pipeline's thread; the worker inside belongs to the
/// estimator's. Windows and answers go round: the pipeline leaves an answer that it is done with where it
/// takes the next, so that what this thread allocated is freed by this thread. Else the pipeline would
/// have to wait for the heap's lock while a thread without priority holds it.
final class EstimatorThread: Sendable {
  /// What became of a window, and what the estimator believes after it.
  struct Answer: Sendable {
    var outcome: EstimatorOutcome
    var estimator: RecursiveEstimator
  }

  /// Windows whose answers have not been collected, at most: one in work, one that waits, and one answer [1].
  static let limit = 3

  /// What is believed before the first window.
  let beginning: RecursiveEstimator
  private let windows: SingleProducerRing<Window>
  private let answers = SingleProducerRing<Answer?>(capacity: limit) { nil }
  private let thread: WorkerThread

  /// Starts the thread; it rests until a window of the shape of `blank` is offered.
  init(_ worker: EstimatorWorker, blank: Window) throws(WorkerThreadError) {
    let windows = SingleProducerRing<Window>(capacity: 1) { blank.separate }
    self.windows = windows
    let answers = answers
    beginning = worker.estimator
    thread = try WorkerThread(name: "estimator") {
      var worker = worker
      var window = blank.separate
      while windows.wait(for: .seconds(3600)) != .closed {
        guard windows.pop(&window) else { continue }
        // the estimator remembers windows, and this one's storage goes back to the pipeline
        let outcome = worker.consume(window.separate)
        var answer: Answer? = Answer(outcome: outcome, estimator: worker.estimator)
        let isTaken = answers.push(&answer)
        precondition(isTaken, "no more windows are offered than answers have room")
      }
      answers.close()
    }
  }

  /// Hands over a window; false when another still waits for the estimator.
  ///
  /// At most `limit` windows are owed an answer. `window` is then another one to fill.
  func offer(_ window: inout Window) -> Bool { windows.push(&window) }

  /// Puts the next answer in the place of one that is done with; false when there is none.
  func collect(into place: inout Answer?) -> Bool { answers.pop(&place) }

  /// Waits for the windows in work and ends the thread; their answers can then be collected.
  func finish() {
    windows.close()
    thread.join()
  }
}

/// The pipeline's side of the estimator's thread: windows out, answers in, all in storage that goes round.
///
/// Estimates are shared by reference with events, the pipeline, the status and the recorder. An answer is
/// kept here as long as the pipeline's thread could be the last to let go of its estimate, so that it never
/// is.
struct EstimatorExchange: Sendable {
  private let thread: EstimatorThread
  private var offered: Window
  /// The windows that the thread has and owes an answer of, in a ring (EstimatorThread.limit).
  private var owed: [Window]
  /// Where the oldest of them is (index).
  private var oldest = 0
  /// How many they are [1].
  private var owedCount = 0
  /// Answers, in places that are filled in turn: what is in use, what is shown, the latest, and three fresh ones.
  private var answers: [EstimatorThread.Answer?] = Array(
    repeating: nil, count: 3 + EstimatorThread.limit)
  /// Where the latest answer is; nil before the first (index).
  private var latest: Int?
  /// The window whose estimate the status shows (index).
  var shownWindow: Int?

  /// The side of `thread`, which has been offered nothing; `blank` has the shape of its windows.
  init(_ thread: EstimatorThread, blank: Window) {
    self.thread = thread
    offered = blank.separate
    owed = (0..<EstimatorThread.limit).map { _ in blank.separate }
  }

  /// What is believed after the latest answer.
  var estimator: RecursiveEstimator {
    latest.flatMap { answers[$0]?.estimator } ?? thread.beginning
  }

  /// The windows that are owed an answer, in order.
  var owedWindows: [Window] {
    (0..<owedCount).map { owed[(oldest + $0) % owed.count].separate }
  }

  /// Hands over a window; false when the thread has enough of them.
  mutating func offer(_ window: borrowing Window) -> Bool {
    guard owedCount < owed.count else { return false }
    offered.copy(window)
    guard thread.offer(&offered) else { return false }
    owed[(oldest + owedCount) % owed.count].copy(window)
    owedCount += 1
    return true
  }

  /// Takes the next answer; false when there is none.
  ///
  /// `adopted`: the window whose estimate is in use (index).
  mutating func collect(adopted: Int?) -> Bool {
    var place = latest ?? 0
    repeat { place = (place + 1) % answers.count } while isNeeded(place, adopted: adopted)
    guard thread.collect(into: &answers[place]) else { return false }
    latest = place
    // one window after another
    oldest = (oldest + 1) % owed.count
    owedCount -= 1
    return true
  }

  /// What became of the window of the latest answer.
  var outcome: EstimatorOutcome {
    guard let outcome = latest.flatMap({ answers[$0]?.outcome }) else {
      preconditionFailure("an answer was collected")
    }
    return outcome
  }

  /// Waits until the thread has answered everything and ended.
  func finish() { thread.finish() }

  private func isNeeded(_ place: Int, adopted: Int?) -> Bool {
    guard place != latest else { return true }
    guard let window = answers[place]?.outcome.estimate.window else { return false }
    return window == adopted || window == shownWindow
  }
}
