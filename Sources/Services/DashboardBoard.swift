internal import Synchronization

/// The latest messages of a session for as many dashboards as look, in bounded memory.
///
/// One thread posts, any number of clients read each at its own pace. Nobody waits for anybody: a client
/// that falls behind by more than the board keeps goes on with what is there and has a gap.
public final class DashboardBoard: Sendable {
  /// What newcomers are told first.
  public enum Kept: Int, Sendable, CaseIterable {
    /// Who, what and with which parameters.
    case opening
    /// How the session is getting on.
    case status
    /// The estimate in use.
    case estimate
  }

  /// Messages that wait for slow clients; at 30 a second, four seconds [1].
  public static let capacity = 128
  /// Clients that may look at the same time [1].
  public static let clientLimit = 16

  private struct Content {
    var kept = [String?](repeating: nil, count: Kept.allCases.count)
    var ring = [String](repeating: "", count: DashboardBoard.capacity)
    /// Messages posted so far [1].
    var posted = 0
    /// Clients that look now [1].
    var clients = 0
    /// Messages that clients missed because they were slow [1].
    var missed = 0
  }

  private let content = Mutex(Content())

  /// An empty board.
  public init() {}

  /// Clients that look now [1].
  public var clientCount: Int { content.withLock { $0.clients } }
  /// Messages that clients missed because they were slow [1].
  public var missedCount: Int { content.withLock { $0.missed } }

  /// Posts a message for those who look now.
  public func post(_ message: String) {
    content.withLock {
      $0.ring[$0.posted % Self.capacity] = message
      $0.posted += 1
    }
  }

  /// Posts a message for those who look now and those who come later.
  public func keep(_ kind: Kept, _ message: String) {
    content.withLock { $0.kept[kind.rawValue] = message }
    post(message)
  }

  /// Changes what newcomers are told, without telling those who look now.
  public func refresh(_ kind: Kept, _ message: String) {
    content.withLock { $0.kept[kind.rawValue] = message }
  }

  /// Lets one more client in; false when there are enough.
  func enter() -> Bool {
    content.withLock {
      guard $0.clients < Self.clientLimit else { return false }
      $0.clients += 1
      return true
    }
  }

  /// Says that a client has gone.
  func leave() {
    content.withLock { $0.clients -= 1 }
  }

  /// What a newcomer is told first, and where it goes on.
  func opening() -> (messages: [String], cursor: Int) {
    content.withLock { ($0.kept.compactMap { $0 }, $0.posted) }
  }

  /// The messages after `cursor` that are still here, and where to go on.
  func messages(after cursor: Int) -> (messages: [String], cursor: Int) {
    content.withLock { content in
      let first = max(cursor, content.posted - Self.capacity)
      content.missed += first - cursor
      let messages = (first..<max(content.posted, first)).map { content.ring[$0 % Self.capacity] }
      return (messages, content.posted)
    }
  }
}
