import Devices
import Signals
import Testing

@Suite struct DeviceClockTests {
  /// A block of `count` samples from number `first` on.
  static func block(
    _ first: Int64, count: Int, arrival: Double, deviceTime: Double? = nil
  ) -> SampleBlock {
    var block = SampleBlock(capacity: count)
    block.begin(stream: 0, channelCount: 1, firstSample: first)
    for _ in 0..<count { _ = block.appendSample() }
    block.arrival = SampleTime(seconds: arrival)
    block.deviceTime = deviceTime.map { SampleTime(seconds: $0) }
    return block
  }

  @Test func theFirstArrivalIsTheTimeOfItsLastSample() {
    var clock = DeviceClock(nominalRate: 1000)
    #expect(
      clock.advance(Self.block(500, count: 11, arrival: 2))
        == SampleTime(nanoseconds: 1_990_000_000)
    )
    #expect(clock.time(ofSample: 510) == SampleTime(nanoseconds: 2_000_000_000))
  }

  @Test func samplesStayEquallySpacedHoweverTheyArrive() {
    var clock = DeviceClock(nominalRate: 3)
    var first: Int64 = 0
    for index in 0..<100 {
      let count = 1 + index % 4
      // every other block is up to two seconds late
      let late = index % 2 == 0 ? 0 : 0.7 * Double(index % 3)
      let last = Double(first + Int64(count) - 1) / 3
      let time = clock.advance(Self.block(first, count: count, arrival: 10 + last + late))
      // Third parts of a second never add up: each is rounded from the anchor, not from its neighbour.
      #expect(time.nanoseconds == 10_000_000_000 + (first * 1_000_000_000 + 1) / 3)
      first += Int64(count)
    }
    #expect(clock.anchors == 1)
  }

  @Test func aGapIsAStepOfItsLength() {
    var clock = DeviceClock(nominalRate: 1000)
    let start = clock.advance(Self.block(0, count: 10, arrival: 1))
    let after = clock.advance(Self.block(510, count: 10, arrival: 1.52))
    #expect(after.seconds(since: start) == 0.51)
    #expect(clock.anchors == 1)
  }

  @Test func deviceTimeIsTheOriginAndDecidesGaps() {
    var clock = DeviceClock(nominalRate: 1000)
    #expect(
      clock.advance(Self.block(0, count: 10, arrival: 5, deviceTime: 1)) == SampleTime(seconds: 1))
    // No gap: jitter of the stamps is ignored.
    #expect(
      clock.advance(Self.block(10, count: 10, arrival: 5, deviceTime: 1.013))
        == SampleTime(seconds: 1.01))
    // A gap, half a period off at most: the sample number is right.
    #expect(
      clock.advance(Self.block(30, count: 10, arrival: 5, deviceTime: 1.0304))
        == SampleTime(seconds: 1.03))
    #expect(clock.anchors == 1)
    // A gap, more than half a period off: the stamp is right.
    #expect(
      clock.advance(Self.block(50, count: 10, arrival: 5, deviceTime: 1.0506))
        == SampleTime(seconds: 1.0506))
    #expect(clock.anchors == 2)
    #expect(clock.time(ofSample: 60) == SampleTime(seconds: 1.0606))
    // Stamps that jump back do not take time with them.
    #expect(
      clock.advance(Self.block(70, count: 10, arrival: 5, deviceTime: 0.2))
        == SampleTime(seconds: 1.0606))
  }

  @Test func aSampleIsNeverTakenAfterItArrived() {
    var clock = DeviceClock(nominalRate: 1000)
    _ = clock.advance(Self.block(0, count: 10, arrival: 1))
    // The counter says 65 s, the arrival says half a second: the device restarted.
    #expect(
      clock.advance(Self.block(65_536, count: 11, arrival: 1.5)) == SampleTime(seconds: 1.49))
    #expect(clock.anchors == 2)
    #expect(
      clock.advance(Self.block(65_547, count: 10, arrival: 1.51)) == SampleTime(seconds: 1.501))
    // A little early is within tolerance: arrivals jitter.
    #expect(
      clock.advance(Self.block(65_757, count: 10, arrival: 1.6)) == SampleTime(seconds: 1.711))
    #expect(clock.anchors == 2)
  }
}
