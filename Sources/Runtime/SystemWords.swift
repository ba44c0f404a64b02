internal import Glibc
internal import RealTime

extension WorkerThread.Scheduling {
  /// What the system granted, in words.
  var words: String {
    switch self {
    case .ordinary: "as any other"
    case .realTime(let priority): "SCHED_FIFO, priority \(priority)"
    case .refused(let code):
      "as any other; SCHED_FIFO was refused: \(String(cString: strerror(code)))"
    }
  }
}

extension MemoryLock {
  /// What the system granted, in words.
  var words: String {
    switch self {
    case .locked: "all memory is kept from being paged out"
    case .refused(let code): "refused: \(String(cString: strerror(code)))"
    }
  }
}

extension LiveSetup {
  /// What was asked for and not granted, one sentence each.
  var refusals: [String] {
    var refusals: [String] = []
    let names = threads.filter { if case .refused = $0.scheduling { true } else { false } }
      .map(\.name)
    if !names.isEmpty {
      refusals.append(
        "no real-time priority for \(names.joined(separator: " and ")): latency is the system's to "
          + "decide; diffmsm doctor says how to get it")
    }
    if case .refused = memory {
      refusals.append("memory may be paged out; diffmsm doctor says how to lock it")
    }
    return refusals
  }
}
