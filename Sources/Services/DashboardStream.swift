internal import FlyingFox
internal import Foundation

/// The board as a WebSocket stream in one direction.
///
/// Frames of the client are never read, so no message of its, however long or malformed, is ever parsed
/// or stored: it stays in the socket's buffer, which the kernel bounds. A client that does not take its
/// messages is asked for nothing and costs nothing but its socket.
struct DashboardStream: WSHandler {
  let board: DashboardBoard

  func makeFrames(
    for client: AsyncThrowingStream<WSFrame, any Error>
  ) async throws -> AsyncStream<WSFrame> {
    guard let reader = DashboardReader(board) else {
      return AsyncStream { continuation in
        // 1013: try again later
        continuation.yield(
          WSFrame(fin: true, opcode: .close, mask: nil, payload: Data([0x03, 0xF5])))
        continuation.finish()
      }
    }
    return AsyncStream { await reader.next() }
  }
}

/// One client's place on the board; asked only when the client has taken what it was given.
private actor DashboardReader {
  private let board: DashboardBoard
  private let client: Int
  private var waiting: [String]

  /// Between two looks at the board [ms].
  private static let interval = 16

  /// A place; nil when there are enough clients.
  init?(_ board: DashboardBoard) {
    guard let client = board.enter() else { return nil }
    self.board = board
    self.client = client
    waiting = board.opening.reversed()
  }

  deinit { board.leave(client) }

  /// The next message, as soon as there is one; nil when the server stops.
  func next() async -> WSFrame? {
    while waiting.isEmpty {
      do { try await Task.sleep(for: .milliseconds(Self.interval)) } catch { return nil }
      waiting = board.messages(for: client).reversed()
    }
    let message = waiting.removeLast()
    return WSFrame(fin: true, opcode: .text, mask: nil, payload: Data(message.utf8))
  }
}
