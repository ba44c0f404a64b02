internal import Devices
internal import Estimation
internal import Identification
internal import Pipeline
internal import RealTime
internal import Recordings
internal import Signals

/// The estimates of a replay, made ahead of it on the other cores.
///
/// A thread reads a copy of the recording through a pipeline of its own and fits the windows that the
/// recording says were delivered, in that order; another asks for second opinions. Both do exactly what
/// an inline worker would do, so the digits are the same. `next` belongs to the replay's thread.
final class EstimatesAhead: Sendable {
  private let outcomes: SingleProducerRing<EstimatorOutcome?>

  /// Starts both threads on a copy of `source`, which begins with the session in `state`.
  init(_ source: RecordingSource, from state: SessionState) throws(WorkerThreadError) {
    let fitted = SingleProducerRing<FittedWindow?>(capacity: 64) { nil }
    let outcomes = SingleProducerRing<EstimatorOutcome?>(capacity: 64) { nil }
    self.outcomes = outcomes
    let model = state.estimator.model
    _ = try WorkerThread(name: "replay-fits") {
      var source = source
      var estimator = state.estimator
      var pipeline = state.pipeline
      var waiting = state.waiting
      var block = SampleBlock(capacity: source.blockCapacity)
      // a damaged recording ends here; the replay itself says why
      reading: while let step = try? source.next(into: &block), step != .end {
        if case .adoption(let window, _) = step {
          guard let index = waiting.firstIndex(where: { $0.index == window }) else { continue }
          let fit = estimator.fit(waiting.remove(at: index))
          guard Self.push(fit, to: fitted, whileOpen: outcomes) else { break reading }
        } else if case .skipped(let window) = step {
          waiting.removeAll { $0.index == window }
        } else {
          pipeline.consume(step, block: block)
          waiting += pipeline.takeWindows()
          _ = pipeline.takeEvents()
        }
      }
      fitted.close()
    }
    _ = try WorkerThread(name: "replay-checks") {
      var opinion = SecondOpinion(model)
      var next: FittedWindow?
      while fitted.wait(for: .seconds(3600)) != .closed {
        guard fitted.pop(&next), let window = next else { continue }
        guard Self.push(opinion.outcome(of: window), to: outcomes, whileOpen: outcomes) else {
          break
        }
      }
      outcomes.close()
    }
  }

  deinit {
    outcomes.close()
  }

  /// The next outcome in the recording's order, waiting for it; nil when there is none.
  func next() -> EstimatorOutcome? {
    var outcome: EstimatorOutcome?
    while outcomes.wait(for: .seconds(3600)) != .closed {
      if outcomes.pop(&outcome), outcome != nil { return outcome }
    }
    return nil
  }

  /// Pushes, waiting for room; false when nobody listens any more.
  private static func push<Element: Sendable, Other: Sendable>(
    _ element: Element, to ring: SingleProducerRing<Element?>,
    whileOpen listener: SingleProducerRing<Other?>
  ) -> Bool {
    var offered: Element? = element
    while !listener.isClosed {
      if ring.push(&offered) { return true }
      MonotonicClock.sleep(until: MonotonicClock.deadline(after: .milliseconds(1)))
    }
    return false
  }
}
