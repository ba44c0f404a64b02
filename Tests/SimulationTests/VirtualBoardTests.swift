import Devices
import Foundation
import Musculoskeletal
import OpenSimFiles
import Signals
import TestSupport
import Testing

@testable import Simulation

/// A virtual subject with arm26 on a board of six EMG channels and two encoders.
private struct Bench {
  let limb: LimbModel
  let device: DeviceDescription
  let wiring: VirtualWiring

  init() throws {
    let path = repository.appendingPathComponent("config/models/arm26_nowrap.osim").path
    var model = try OpenSimReader.read(path: path)
      .replacingMuscles(by: .deGrooteFregly2016, isTendonRigid: true, keepsTimeConstants: true)
    for index in model.coordinates.indices { model.coordinates[index].damping = 0.3 }
    let hand = try #require(model.bodies.firstIndex { $0.name == "r_ulna_radius_hand" })
    limb = LimbModel(model, payload: Payload(body: hand, location: Vector3(0, -0.27, 0)))
    var channels = (0..<6).map {
      ChannelField(
        label: "EMG\($0)", kind: .emg, byteOffset: 3 * $0, type: .int24, byteOrder: .big,
        unit: "V", scale: 1e-7)
    }
    channels += (0..<2).map {
      .encoder(
        label: "ENC\($0)", byteOffset: 18 + 2 * $0, type: .uint16, byteOrder: .little,
        countsPerRevolution: 4096)
    }
    device = DeviceDescription(
      name: "bench", title: "bench", nominalRate: 2000,
      packet: PacketLayout(
        sync: [0xA5], length: 3 + 4 * 22 + 2, checksum: .crc16CCITT, samplesPerPacket: 4,
        samplesOffset: 3, sampleStride: 22),
      counter: CounterField(
        byteOffset: 1, width: .bits16, byteOrder: .little, counts: .packets),
      channels: channels)
    wiring = VirtualWiring(
      electrodes: (0..<6).map { [$0] }, encoders: [6, 7], signs: [1, 1], zeros: [0, 0],
      mvc: Array(repeating: 1e-3, count: 8))
  }

  func configuration(seed: UInt64) -> VirtualSubjectConfiguration {
    VirtualSubjectConfiguration(
      seed: seed, payload: 2, payloadPeriod: 1.5, reach: [(-1.0)...0.1, 0.5...2.1],
      coContraction: 0.08)
  }

  func board(seed: UInt64, duration: Double) -> VirtualBoard {
    VirtualBoard(
      device, limb: limb, configuration: configuration(seed: seed), wiring: wiring,
      duration: duration)
  }
}

@Suite struct VirtualBoardTests {
  @Test func theSameSeedRepeatsEverySample() throws {
    let bench = try Bench()
    var first = bench.board(seed: 3, duration: 0.5)
    var second = bench.board(seed: 3, duration: 0.5)
    var other = bench.board(seed: 4, duration: 0.5)
    var blocks = (0..<3).map { _ in SampleBlock(capacity: first.blockCapacity) }
    var isOtherDifferent = false
    while true {
      let step = first.next(into: &blocks[0])
      #expect(second.next(into: &blocks[1]) == step)
      _ = other.next(into: &blocks[2])
      if step == .end { break }
      #expect(blocks[0] == blocks[1])
      if blocks[0] != blocks[2] { isOtherDifferent = true }
    }
    #expect(isOtherDifferent)
    #expect(first.truth == second.truth && first.truth != other.truth)
  }

  @Test func samplesAreWholeCountsWithoutGapsAndPayloadIsAnnouncedOnTime() throws {
    let bench = try Bench()
    var board = bench.board(seed: 1, duration: 3.5)
    var block = SampleBlock(capacity: board.blockCapacity)
    var next: Int64 = 0
    var commands: [(SessionCommand, Double)] = []
    var largest = 0.0
    reading: while true {
      switch board.next(into: &block) {
      case .end: break reading
      case .command(let command, let time): commands.append((command, time.seconds))
      case .block:
        #expect(block.firstSample == next)
        next += Int64(block.sampleCount)
        for sample in 0..<block.sampleCount {
          for channel in 0..<8 {
            #expect(block[sample, channel] == block[sample, channel].rounded())
          }
          largest = max(largest, abs(block[sample, 0]) * 1e-7)
        }
      default: Issue.record("a board only delivers blocks and commands")
      }
    }
    // 3.5 s in whole blocks of 16 samples
    #expect(next == 6992)
    #expect(largest > 1e-4 && largest < 5e-3)
    // lived ahead by the electromechanical delay, so the hand closes at 1.5 s + 40 ms of packet time
    #expect(commands.map(\.0) == [.payload(kilograms: 2), .payloadOff])
    for (found, expected) in zip(commands.map(\.1), [1.54, 3.04]) {
      #expect(abs(found - expected) < 2e-3)
    }
  }

  @Test(arguments: [1, 2, 5] as [UInt64])
  func subjectStaysInReachAndMoves(seed: UInt64) throws {
    let bench = try Bench()
    var subject = VirtualSubject(bench.limb, configuration: bench.configuration(seed: seed))
    var lowest = subject.q
    var highest = subject.q
    for _ in 0..<8000 {
      subject.advance(step: 0.0005)
      for index in 0..<2 {
        lowest[index] = min(lowest[index], subject.q[index])
        highest[index] = max(highest[index], subject.q[index])
      }
      #expect(subject.excitations.allSatisfy { $0 > 0 && $0 <= 1 })
    }
    #expect(highest[1] - lowest[1] > 0.4)
    #expect(lowest[0] > -1.6 && highest[0] < 0.8)
    #expect(lowest[1] > 0 && highest[1] < 2.5)
  }
}
