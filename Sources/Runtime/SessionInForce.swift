internal import Configuration
internal import Devices
internal import Synchronization

/// A live session's configuration as it is by now, and its file read anew.
///
/// Any thread may ask; reloads come one after another.
final class SessionInForce: Sendable {
  /// What it has come to.
  private struct Present {
    /// What holds now.
    var configuration: SessionConfiguration
    /// What the file says and the session does not do, as of the latest reload.
    var needsRestart: [String] = []
  }

  /// What the session began with; its pipeline and estimator still have it.
  private let begun: SessionConfiguration
  private let present: Mutex<Present>
  /// Held while the file is read anew.
  private let reloading = Mutex<Void>(())

  /// The session as it begins.
  init(_ begun: SessionConfiguration) {
    self.begun = begun
    present = Mutex(Present(configuration: begun))
  }

  /// What holds now.
  var configuration: SessionConfiguration { present.withLock { $0.configuration } }

  /// What the file said at the latest reload and holds after a restart, a sentence each.
  var needsRestart: [String] { present.withLock { $0.needsRestart } }

  /// What became of a reload.
  struct Outcome {
    /// What holds from now on, a sentence each.
    var taken: [String] = []
    /// What would hold if the feed were disarmed.
    var waiting: [String] = []
    /// What holds after a restart.
    var needsRestart: [String] = []
  }

  /// Reads the file anew and puts into force what may change while the session runs.
  ///
  /// A file with a mistake changes nothing.
  ///
  /// - Parameters:
  ///   - isArmed: whether controllers act on the feed.
  ///   - command: tells the pipeline what is taken; why it was not, a sentence each.
  func reload(
    isArmed: Bool, command: ([SettingChange]) -> [String]
  ) throws -> Outcome {
    try reloading.withLock { _ in
      let read = try SessionFile.read(begun.file, settings: begun.settings)
      let changes = SessionChanges(begun: begun, running: configuration, read: read)
      let taken = changes.anytime + (isArmed ? [] : changes.whileDisarmed)
      let refusals = command(taken)
      guard refusals.isEmpty else {
        throw SessionError(
          .unavailable, file: begun.file, message: refusals.joined(separator: "; "), remedy: "")
      }
      present.withLock { present in
        changes.apply(to: &present.configuration, isDisarmed: !isArmed)
        present.needsRestart = changes.needsRestart
      }
      return Outcome(
        taken: taken.map(\.sentence),
        waiting: isArmed ? changes.whileDisarmed.map(\.sentence) : [],
        needsRestart: changes.needsRestart)
    }
  }
}
