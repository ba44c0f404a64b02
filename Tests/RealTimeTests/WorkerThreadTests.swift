import Glibc
import RealTime
import Synchronization
import Testing

@Suite struct WorkerThreadTests {
  /// What a body saw of its own thread.
  final class Witness: Sendable {
    let runs = Atomic<Int>(0)
    let policy = Atomic<Int32>(-1)
    let priority = Atomic<Int32>(-1)
    let isNamed = Atomic<Bool>(false)

    func look(expecting name: String) {
      var policy: Int32 = -1
      var parameters = sched_param()
      pthread_getschedparam(pthread_self(), &policy, &parameters)
      self.policy.store(policy, ordering: .relaxed)
      priority.store(parameters.sched_priority, ordering: .relaxed)
      var line = [CChar](repeating: 0, count: 32)
      if let file = fopen("/proc/thread-self/comm", "r") {
        fgets(&line, 32, file)
        fclose(file)
      }
      let found = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
      isNamed.store(found == Array(name.utf8), ordering: .relaxed)
      runs.add(1, ordering: .relaxed)
    }
  }

  @Test func runsItsBodyOnceUnderItsName() throws {
    let witness = Witness()
    let thread = try WorkerThread(name: "fifteen bytes !") {
      MonotonicClock.sleep(until: MonotonicClock.now() + 5_000_000)
      witness.look(expecting: "fifteen bytes !")
    }
    thread.join()
    #expect(thread.scheduling == .ordinary)
    #expect(witness.runs.load(ordering: .relaxed) == 1)
    let isNamed = witness.isNamed.load(ordering: .relaxed)
    #expect(isNamed)
    #expect(witness.policy.load(ordering: .relaxed) == SCHED_OTHER)
  }

  @Test func tellsWhetherRealTimePriorityWasGranted() throws {
    let witness = Witness()
    let thread = try WorkerThread(name: "urgent", realTimePriority: 7) {
      witness.look(expecting: "urgent")
    }
    thread.join()
    switch thread.scheduling {
    case .realTime(let priority):
      #expect(priority == 7)
      #expect(witness.policy.load(ordering: .relaxed) == SCHED_FIFO)
      #expect(witness.priority.load(ordering: .relaxed) == 7)
    case .refused(let code):
      #expect(code == EPERM)
      #expect(witness.policy.load(ordering: .relaxed) == SCHED_OTHER)
    case .ordinary:
      Issue.record("the request was not made")
    }
    #expect(witness.runs.load(ordering: .relaxed) == 1)
  }

  @Test func aThreadNobodyJoinsStillRuns() throws {
    let witness = Witness()
    let ring = SingleProducerRing(capacity: 1) { 0 }
    do {
      _ = try WorkerThread(name: "free") {
        witness.look(expecting: "free")
        ring.close()
      }
    }
    #expect(ring.wait(for: .seconds(10)) == .closed)
    #expect(witness.runs.load(ordering: .relaxed) == 1)
  }
}
