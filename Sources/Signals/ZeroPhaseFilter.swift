extension SectionCascade {
  /// The whole `signal` filtered forwards, then backwards: no delay, the gain's square; offline only.
  ///
  /// Both ends are continued by their reflection through the end point, 2 x[0] - x[k], and both passes
  /// start settled, as scipy.signal.sosfiltfilt (Gustafsson's problem of the start is thereby small). The
  /// continuation is `padding` samples long, by default 3 (2 sections + 1), less a sample for every
  /// section of first order, and must be shorter than the signal.
  public func zeroPhase(_ signal: [Double], padding: Int? = nil) -> [Double] {
    let first = min(
      sections.count { $0.b2 == 0 }, sections.count { $0.a2 == 0 })
    let edge = padding ?? 3 * (2 * sections.count + 1 - first)
    precondition(signal.count > edge, "a signal is longer than what its ends are continued by")
    guard let start = signal.first, let end = signal.last else { return [] }
    var work: [Double] = []
    work.reserveCapacity(signal.count + 2 * edge)
    for index in 0..<edge { work.append(2 * start - signal[edge - index]) }
    work += signal
    for index in 0..<edge { work.append(2 * end - signal[signal.count - 2 - index]) }
    var filter = self
    for _ in 0..<2 {
      filter.settle(at: work[0])
      var samples = work.mutableSpan
      filter.advance(&samples)
      work.reverse()
    }
    return Array(work[edge..<(edge + signal.count)])
  }
}
