internal import CAllocationCounter

/// How many heap allocations `body` made on this thread; run it once beforehand to warm it up.
public func allocations(during body: () throws -> Void) rethrows -> Int {
  let before = allocation_count()
  try body()
  return Int(allocation_count() - before)
}

/// How often `body` went to the heap on this thread, to allocate and to free; run it once beforehand to warm it up.
public func heapCalls(
  during body: () throws -> Void
) rethrows -> (allocated: Int, freed: Int) {
  let before = (allocation_count(), free_count())
  try body()
  return (Int(allocation_count() - before.0), Int(free_count() - before.1))
}
