import Dispatch
import Testing

/// Tests that wait for programs do so on threads of their own: Swift's few are for servers in other tests.
struct WaitingElsewhere: SuiteTrait, TestTrait, TestScoping {
  /// True: the tests of a suite inherit it.
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(DispatchExecutor.shared) {
      try await function()
    }
  }
}

extension Trait where Self == WaitingElsewhere {
  /// Waits for programs on threads of its own.
  static var waitingElsewhere: Self { WaitingElsewhere() }
}

/// Runs tasks on Dispatch's threads, of which there are many.
private final class DispatchExecutor: TaskExecutor {
  static let shared = DispatchExecutor()

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
