public import Signals

/// What an operator, or a virtual subject in the operator's place, tells the session.
public enum SessionCommand: Hashable, Sendable, Codable {
  /// A known payload is in the hand from now on: point mass [kg] at the session's payload point.
  case payload(kilograms: Double)
  /// The payload was put down.
  case payloadOff
  /// A worn device gives these torques to the limb from now on (coordinateCount) [N·m].
  case externalTorque([Double])
  /// A remark for the recording.
  case marker(String)
  /// The controller feed shall be armed; with what speaks against it outside the pipeline, a sentence each.
  case arm(objections: [String])
  /// The controller feed shall be disarmed, and a fault counts as seen.
  case disarm
  /// The session file was read anew, and these keys say something else now.
  case reload([SettingChange])
}

/// One step of a source's story; everything the pipeline ever learns arrives as one of these.
public enum SourceStep: Hashable, Sendable {
  /// The caller's block has been filled.
  case block
  /// Nothing arrived; time has reached this moment.
  case tick(SampleTime)
  /// An operator's command with its moment.
  case command(SessionCommand, at: SampleTime)
  /// A recording says: the estimate of this window was adopted at this moment.
  case adoption(window: Int, at: SampleTime)
  /// A recording says: the estimator was busy and skipped this window.
  case skipped(window: Int)
  /// Nothing more will come.
  case end
}

/// The protocol of the seam: hardware, virtual devices and recordings all deliver through it.
///
/// A source is driven by one thread. `next(into:)` fills the block it is given, never replaces its
/// storage, and blocks the caller at most a few milliseconds.
public protocol SampleSource: ~Copyable {
  /// What the world can do to this source.
  associatedtype Failure: Error
  /// The streams that blocks refer to by index.
  var streams: [StreamDescription] { get }
  /// The most native values (samples times channels) a block of any stream holds [1].
  var blockCapacity: Int { get }
  /// The next thing that happened.
  mutating func next(into block: inout SampleBlock) throws(Failure) -> SourceStep
}
