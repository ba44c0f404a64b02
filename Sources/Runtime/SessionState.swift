internal import ControllerFeed
internal import Identification
internal import Pipeline
internal import Signals

/// A session between two of its steps: everything that what follows depends on.
///
/// A recording that begins in mid-session opens with it, and so repeats every event without the files
/// before. The copy is cheap; whoever writes it down makes words of it.
struct SessionState: Sendable {
  /// Streams, filters, device clocks, frames and windows.
  var pipeline: Pipeline
  /// What controllers are told; nil when nothing is.
  var feed: FeedStage?
  /// The belief after the last estimate that was delivered.
  var estimator: RecursiveEstimator
  /// Windows that closed and whose estimates have not been delivered, in order.
  var waiting: [Window] = []

  /// The state of a session that has not begun.
  init(_ assembly: SessionAssembly) {
    self.init(
      pipeline: Pipeline(assembly.pipeline), feed: assembly.feedStage,
      estimator: assembly.estimator)
  }

  /// A state; see the properties.
  init(
    pipeline: Pipeline, feed: FeedStage?, estimator: RecursiveEstimator, waiting: [Window] = []
  ) {
    self.pipeline = pipeline
    self.feed = feed
    self.estimator = estimator
    self.waiting = waiting
  }

  /// As a recording holds it.
  var words: [Int64] {
    var archive = StateArchive()
    var state = self
    state.carry(&archive)
    return archive.words
  }

  /// Becomes what `words` say; false when they are no state of this session, and then it is of no use.
  mutating func restore(_ words: [Int64]) -> Bool {
    var archive = StateArchive(restoring: words)
    carry(&archive)
    return archive.isWhollyRestored
  }

  private mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&pipeline)
    feed?.carry(&archive)
    archive.carry(&estimator)
    archive.carry(growing: &waiting, blank: .empty)
  }
}
