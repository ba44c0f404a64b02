internal import Foundation

/// How a live session tells its progress.
public enum LogStyle: String, Sendable, CaseIterable {
  /// For a journal when systemd reads standard error, else for people.
  case auto
  /// A view, or a line a second where there is no terminal.
  case view
  /// What changes, a line of `key=value` each, with a limit on its rate.
  case journal
}

/// Tells a live session's progress on standard error; belongs to the main thread.
public enum LiveReport: Sendable {
  /// For people.
  case view(StatusView)
  /// For a journal.
  case journal(SessionJournal)

  /// As `style` says, or as fits what standard error is.
  public init(_ style: LogStyle) {
    let isJournal = SessionJournal.isStandardError
    switch style {
    case .auto:
      self = isJournal ? .journal(SessionJournal(hasPriorities: true)) : .view(StatusView())
    case .view: self = .view(StatusView())
    case .journal: self = .journal(SessionJournal(hasPriorities: isJournal))
    }
  }

  /// Time between two reports [ms].
  public var interval: Int {
    switch self {
    case .view(let view): view.interval
    case .journal: 1000
    }
  }

  /// Tells `status`.
  public mutating func show(_ assembly: SessionAssembly, _ status: LiveStatus) {
    switch self {
    case .view(var view):
      view.show(assembly, status)
      self = .view(view)
    case .journal(var journal):
      journal.log.show(assembly, status)
      self = .journal(journal)
    }
  }
}

/// The journal's log on standard error.
public struct SessionJournal: Sendable {
  /// What writes it.
  var log: SessionJournalLog

  init(hasPriorities: Bool) {
    log = SessionJournalLog(hasPriorities: hasPriorities) {
      FileHandle.standardError.write(Data($0.utf8))
    }
  }

  /// True when systemd reads standard error into its journal.
  static var isStandardError: Bool {
    guard let text = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] else { return false }
    var state = stat()
    guard fstat(STDERR_FILENO, &state) == 0 else { return false }
    return text == "\(state.st_dev):\(state.st_ino)"
  }
}
