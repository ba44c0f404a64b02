/// The linear relation between a stream's clock and the recording computer's, one a clock segment.
///
/// Within a segment `corrected = stamp + intercept + slope (stamp - reference)`, fitted to the measured
/// offsets with the Huber loss (threshold 0.1 ms), because network delays only ever add to an offset.
/// A segment ends where the stream's clock ran backwards or its offset jumped by more than a second,
/// as after a restart of its computer. Same model as pyxdf's `_clock_sync`.
public struct XDFClock: Sendable {
  private struct Segment {
    /// First measurement on the stream's clock [s].
    let firstTime: Double
    /// Last measurement on the stream's clock [s].
    let lastTime: Double
    /// Where the line has its intercept, on the stream's clock [s].
    let reference: Double
    /// Offset there [s].
    let intercept: Double
    /// Drift [1].
    let slope: Double
  }

  private let segments: [Segment]

  /// How many stretches of undisturbed clock there are [1].
  public var segmentCount: Int { segments.count }

  /// The clock that these measurements, in file order, describe.
  public init(_ offsets: [XDFClockOffset]) {
    var segments: [Segment] = []
    var start = 0
    for index in offsets.indices {
      let isLast = index + 1 == offsets.count
      let breaks =
        !isLast
        && (offsets[index + 1].time < offsets[index].time
          || abs(offsets[index + 1].offset - offsets[index].offset) > 1)
      if isLast || breaks {
        segments.append(Self.fit(offsets[start...index]))
        start = index + 1
      }
    }
    self.segments = segments
  }

  /// Stamps in file order on the recording computer's clock (count of stamps) [s].
  public func corrected(_ stamps: [Double]) -> [Double] {
    if segments.isEmpty { return stamps }
    var current = 0
    return stamps.map { stamp in
      // A segment ends at the first stamp that is nearer to the next one's beginning than to its end.
      while current + 1 < segments.count,
        abs(stamp - segments[current].lastTime) >= abs(stamp - segments[current + 1].firstTime)
      {
        current += 1
      }
      let segment = segments[current]
      return stamp + segment.intercept + segment.slope * (stamp - segment.reference)
    }
  }

  /// Iteratively reweighted least squares of the offsets on their times.
  private static func fit(_ offsets: ArraySlice<XDFClockOffset>) -> Segment {
    let first = offsets[offsets.startIndex]
    let last = offsets[offsets.endIndex - 1]
    let reference = first.time
    var intercept = first.offset
    var slope = 0.0
    if offsets.count > 1, last.time > first.time {
      var weights = Array(repeating: 1.0, count: offsets.count)
      for _ in 0..<20 {
        var sumWeight = 0.0
        var sumTime = 0.0
        var sumOffset = 0.0
        for (weight, offset) in zip(weights, offsets) {
          sumWeight += weight
          sumTime += weight * (offset.time - reference)
          sumOffset += weight * offset.offset
        }
        let meanTime = sumTime / sumWeight
        let meanOffset = sumOffset / sumWeight
        var covariance = 0.0
        var variance = 0.0
        for (weight, offset) in zip(weights, offsets) {
          let time = offset.time - reference - meanTime
          covariance += weight * time * (offset.offset - meanOffset)
          variance += weight * time * time
        }
        slope = variance > 0 ? covariance / variance : 0
        intercept = meanOffset - slope * meanTime
        for (position, offset) in offsets.enumerated() {
          let residual = offset.offset - intercept - slope * (offset.time - reference)
          weights[position] = min(1, 1e-4 / max(abs(residual), 1e-12))
        }
      }
    }
    return Segment(
      firstTime: first.time, lastTime: last.time, reference: reference, intercept: intercept,
      slope: slope)
  }
}

extension XDFStream {
  /// The stream's clock as its offsets describe it; the identity when there are none.
  public var clock: XDFClock { XDFClock(clockOffsets) }
}
