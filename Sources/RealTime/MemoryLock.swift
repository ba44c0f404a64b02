internal import CShim

/// Whether the process's memory is kept from being paged out, which would stall a real-time thread.
public enum MemoryLock: Hashable, Sendable {
  /// Everything stays in memory, what comes later too.
  case locked
  /// The system said no with this `errno` code; the daemon goes on without.
  case refused(code: Int32)

  /// Locks what the process has and will have; pages count from their first use.
  ///
  /// Under a limit the lock is not even tried: allocations beyond the limit would then fail.
  public static func lockAll() -> MemoryLock {
    let code = diffmsm_lock_memory()
    return code == 0 ? .locked : .refused(code: code)
  }

  /// Leaves paging to the system again.
  public static func unlockAll() {
    diffmsm_unlock_memory()
  }
}
