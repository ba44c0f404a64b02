internal import CAllocationCounter

/// How many heap allocations `body` made on this thread; run it once beforehand to warm it up.
public func allocations(during body: () throws -> Void) rethrows -> Int {
  let before = allocation_count()
  try body()
  return Int(allocation_count() - before)
}
