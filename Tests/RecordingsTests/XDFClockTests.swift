import Foundation
import Testing

@testable import Recordings

@Suite struct XDFClockTests {
  @Test func noOffsetsChangeNothing() {
    #expect(XDFClock([]).corrected([1, 2, 3]) == [1, 2, 3])
    #expect(
      XDFClock([XDFClockOffset(time: 9, offset: 0.5)]).corrected([1, 2, 3]) == [1.5, 2.5, 3.5])
  }

  /// A clock 12.345 s behind and 20 ppm slow is put right, outliers of a busy network or not.
  @Test func driftIsUndoneDespiteOutliers() {
    let offsets = (0..<60).map { index in
      let time = 1e6 + 5 * Double(index)
      // Every ninth measurement came through a busy network: 5 ms late.
      let delay = index % 9 == 4 ? 5e-3 : 0
      return XDFClockOffset(time: time, offset: 12.345 + 20e-6 * (time - 1e6) + delay)
    }
    let stamps = stride(from: 1e6, to: 1e6 + 300, by: 7.3).map { $0 }
    for (stamp, corrected) in zip(stamps, XDFClock(offsets).corrected(stamps)) {
      let truth = stamp + 12.345 + 20e-6 * (stamp - 1e6)
      #expect(abs(corrected - truth) < 5e-5)
    }
  }

  @Test func aRestartBeginsANewSegment() {
    let offsets = [
      XDFClockOffset(time: 100, offset: 1000), XDFClockOffset(time: 110, offset: 1000),
      XDFClockOffset(time: 5, offset: 1120), XDFClockOffset(time: 15, offset: 1120),
    ]
    let clock = XDFClock(offsets)
    #expect(clock.segmentCount == 2)
    #expect(clock.corrected([99, 110, 112, 4, 14, 30]) == [1099, 1110, 1112, 1124, 1134, 1150])
  }
}
