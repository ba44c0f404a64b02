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
    /// How far each client that looks now has come, by its number.
    var cursors: [Int: Int] = [:]
    /// The number of the next client.
    var nextClient = 0
    /// Messages that clients missed because they were slow, and know of by now [1].
    var missed = 0

    /// The oldest message that is still here [1].
    var oldest: Int { posted - DashboardBoard.capacity }
  }

  private let content = Mutex(Content())

  /// An empty board.
  public init() {}

  /// Who looks, and who does not keep up.
  public struct Audience: Hashable, Sendable, Codable {
    /// Clients that look now [1].
    public var clients = 0
    /// Those of them that take nothing, so that messages for them are gone [1].
    public var behind = 0
    /// Messages that clients missed because they were slow [1].
    public var missed = 0

    /// Nobody looks.
    public init() {}
  }

  /// Who looks now.
  public var audience: Audience {
    content.withLock { content in
      var audience = Audience()
      audience.clients = content.cursors.count
      audience.missed = content.missed
      for cursor in content.cursors.values where cursor < content.oldest {
        audience.behind += 1
        audience.missed += content.oldest - cursor
      }
      return audience
    }
  }

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

  /// Lets one more client in; its number, or nil when there are enough.
  func enter() -> Int? {
    content.withLock { content in
      guard content.cursors.count < Self.clientLimit else { return nil }
      defer { content.nextClient += 1 }
      content.cursors[content.nextClient] = content.posted
      return content.nextClient
    }
  }

  /// Says that a client has gone.
  func leave(_ client: Int) {
    content.withLock { content in
      guard let cursor = content.cursors.removeValue(forKey: client) else { return }
      content.missed += max(content.oldest - cursor, 0)
    }
  }

  /// What a newcomer is told first.
  var opening: [String] { content.withLock { $0.kept.compactMap { $0 } } }

  /// The messages since a client's last question that are still here.
  func messages(for client: Int) -> [String] {
    content.withLock { content in
      guard let cursor = content.cursors[client] else { return [] }
      let first = max(cursor, content.oldest)
      content.missed += first - cursor
      content.cursors[client] = content.posted
      return (first..<max(content.posted, first)).map { content.ring[$0 % Self.capacity] }
    }
  }
}
