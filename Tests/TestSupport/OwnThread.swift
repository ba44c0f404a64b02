internal import Foundation

/// Runs what waits or computes for long on a thread of its own, so that tests of servers, which need
/// Swift's own few threads, go on meanwhile.
public func onOwnThread(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withCheckedThrowingContinuation { (end: CheckedContinuation<Void, any Error>) in
    let thread = Thread {
      end.resume(with: Result { try body() })
    }
    // debug builds of the numerical core are generous with the stack
    thread.stackSize = 8 << 20
    thread.start()
  }
}
