internal import Devices
internal import Identification
internal import Pipeline
internal import Recordings
internal import Signals

/// One step of a session with everything it caused, on its way to recorder and listeners.
///
/// Entries go round between threads and are used again.
struct JournalEntry: Sendable {
  /// What happened.
  var step: SourceStep
  /// The samples, when the step is a block.
  var block: SampleBlock
  /// The pipeline's time afterwards [ns on the session timeline].
  var time = SampleTime(nanoseconds: 0)
  /// What the pipeline had to say; who keeps it makes text of it, not the pipeline's thread.
  var events: [Event] = []
  /// The estimate that was delivered, when the step is an adoption.
  var estimate: ParameterEstimate?
  /// What the recorder was too slow for just before this step.
  var loss: RecordingLoss?

  /// An entry with room for `capacity` native values.
  init(_ step: SourceStep = .end, capacity: Int) {
    self.step = step
    block = SampleBlock(capacity: capacity)
    events.reserveCapacity(Pipeline.eventRoom)
  }

  /// Lets go of what came of the step; room stays.
  mutating func clear() {
    events.removeAll(keepingCapacity: true)
    estimate = nil
    loss = nil
  }
}
