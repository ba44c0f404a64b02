internal import CShim
internal import Glibc
internal import Synchronization

/// The system refused to make a thread.
public struct WorkerThreadError: Error, Hashable, CustomStringConvertible {
  /// The name the thread was to have.
  public var name: String
  /// What `pthread_create` returned, an `errno` code [1].
  public var code: Int32

  /// A sentence with the call and the system's reason.
  public var description: String {
    "The thread \(name) could not be made: pthread_create says \(String(cString: strerror(code))). "
      + "Raise the limit on processes (ulimit -u) or free memory."
  }
}

/// A named thread of the system, with real-time priority where it is asked for and granted.
///
/// The body runs once, on the new thread. `join` belongs to the thread's owner and is called at most
/// once; a thread that is never joined ends by itself when its body returns.
public final class WorkerThread: Sendable {
  /// How the system schedules the thread.
  public enum Scheduling: Hashable, Sendable {
    /// As any other thread; nothing else was asked for.
    case ordinary
    /// SCHED_FIFO with this priority.
    case realTime(priority: Int)
    /// As any other thread, since the system refused SCHED_FIFO with this `errno` code.
    case refused(code: Int32)
  }

  /// The name that ps and debuggers show.
  public let name: String
  /// What became of the request for real-time priority; the daemon goes on without it.
  public let scheduling: Scheduling

  private let thread: pthread_t
  private let isJoined = Atomic<Bool>(false)

  /// Starts `body` on a new thread.
  ///
  /// - Parameters:
  ///   - name: at most 15 bytes.
  ///   - realTimePriority: 1 (lowest) to 99 asks for SCHED_FIFO; nil does not.
  ///   - body: runs once on the new thread, after its scheduling is settled.
  public init(
    name: String, realTimePriority: Int? = nil, body: sending @escaping () -> Void
  ) throws(WorkerThreadError) {
    precondition(name.utf8.count <= 15, "Linux keeps 15 bytes of a thread's name")
    precondition((1...99).contains(realTimePriority ?? 1), "SCHED_FIFO priorities are 1 to 99")
    let start = ThreadStart(name: name, priority: realTimePriority, body: body)
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(start)
    let code = pthread_create(&thread, nil, runThread, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      throw WorkerThreadError(name: name, code: code)
    }
    self.name = name
    self.thread = thread
    _ = diffmsm_semaphore_wait(start.isSettled, Int64.max)
    if let realTimePriority {
      let refusal = start.refusal.load(ordering: .acquiring)
      scheduling = refusal == 0 ? .realTime(priority: realTimePriority) : .refused(code: refusal)
    } else {
      scheduling = .ordinary
    }
  }

  deinit {
    if !isJoined.load(ordering: .acquiring) { pthread_detach(thread) }
  }

  /// Blocks until the body has returned.
  public func join() {
    precondition(
      !isJoined.exchange(true, ordering: .acquiringAndReleasing), "a thread is joined once")
    let code = pthread_join(thread, nil)
    precondition(code == 0, "a thread does not join itself")
  }
}

/// What a new thread needs to begin; shared by its maker and itself until the scheduling is settled.
///
/// Not Sendable: it is handed over through the C argument. The maker only reads `isSettled` and
/// `refusal`, which are made for two threads; `body` is the new thread's alone.
private final class ThreadStart {
  let name: String
  let priority: Int?
  let body: () -> Void
  let isSettled: OpaquePointer
  /// What pthread_setschedparam returned; zero when it was granted or not asked for [1].
  let refusal = Atomic<Int32>(0)

  init(name: String, priority: Int?, body: @escaping () -> Void) {
    guard let semaphore = diffmsm_semaphore_create() else {
      preconditionFailure("no memory is left for a semaphore")
    }
    self.name = name
    self.priority = priority
    self.body = body
    isSettled = semaphore
  }

  deinit { diffmsm_semaphore_destroy(isSettled) }
}

/// The C entry of every worker thread.
private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // The maker passed a retained ThreadStart, and only once.
  let start = Unmanaged<ThreadStart>.fromOpaque(argument!).takeRetainedValue()
  diffmsm_name_thread(start.name)
  if let priority = start.priority {
    var parameters = sched_param()
    parameters.sched_priority = Int32(priority)
    let code = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
    start.refusal.store(code, ordering: .releasing)
  }
  diffmsm_semaphore_post(start.isSettled)
  start.body()
  return nil
}
