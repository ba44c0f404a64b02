import Configuration
import Devices
import Signals
import Testing

/// The shipped descriptions against byte vectors that were not made by our own encoder.
@Suite struct ShippedDeviceTests {
  @Test(arguments: ShippedDevices.names)
  func encodesAndDecodesItself(name: String) throws {
    let device = try ShippedDevices.read(name)
    #expect(device.link != nil && device.usb != nil)
    let channels = device.channels.count
    let wire = ShippedDevices.bytes(device, first: 0, count: 2000)
    for piece in [7, 64, 4096] {
      var decoder = PacketDecoder(device, stream: 0)
      let samples = decoder.samples(wire, piece: piece, channels: channels)
      #expect(samples.map(\.number) == Array(0..<2000))
      for sample in samples {
        let meant = (0..<channels).map {
          ShippedDevices.value(device, channel: $0, sample: sample.number)
        }
        #expect(sample.values == meant)
      }
      #expect(decoder.statistics.skippedBytes == 0 && decoder.statistics.lostSamples == 0)
    }
  }

  /// What the device is told, by step name.
  private func said(_ device: DeviceDescription, _ name: String) -> [UInt8] {
    let link = device.link!
    for step in link.setUp + link.start + link.stop where step.name == name {
      if case .write(let bytes) = step.action { return bytes }
    }
    return []
  }

  @Test func labJackIsToldWhatItsGuideSays() throws {
    let device = try ShippedDevices.read("labjack-u6")
    #expect(
      said(device, "read serial number and version") == bytes("0b f8 0a 08 00 00")
        + [UInt8](repeating: 0, count: 20))
    #expect(said(device, "start the stream") == [0xA8, 0xA8])
    #expect(said(device, "stop the stream") == [0xB0, 0xB0])
    #expect(said(device, "read calibration block 0").count == 8)
    // 14 bytes and two a channel; twelve channels, 24 words a packet, 4 MHz / 4000
    let stream = said(device, "configure the stream")
    #expect(stream.count == 38 && stream[6] == 12 && stream[8] == 24)
    #expect(Array(stream[12..<14]) == [0xA0, 0x0F])
    #expect(Array(stream[30...]) == [200, 0, 224, 0, 202, 0, 224, 0])
  }

  // struct.pack of both scans, sum16 and the twice-folded sum8 computed by a script of its own
  private static let labJack = bytes(
    """
    32 f9 1c c0 4d 0e 00 00 00 00 05 00 f3 82 01 80 02 80 03 80 04 80 05 80 06 80 07 80 ff ff ff ff
    00 10 00 00 f4 82 01 80 02 80 03 80 04 80 05 80 06 80 07 80 01 00 00 00 01 10 00 00 07 00
    """)

  @Test func labJackPacketOfTwoScans() throws {
    let device = try ShippedDevices.read("labjack-u6")
    var decoder = PacketDecoder(device, stream: 0)
    let samples = decoder.samples(Self.labJack, channels: 10)
    #expect(samples.map(\.number) == [10, 11])
    #expect(
      samples.map(\.values) == [
        [33523, 32769, 32770, 32771, 32772, 32773, 32774, 32775, -1, 4096],
        [33524, 32769, 32770, 32771, 32772, 32773, 32774, 32775, 1, 4097],
      ])
    // the center of the converter is zero volts
    let channel = device.channels[0]
    #expect(abs(33523 * channel.scale + channel.offset) < 1e-9)
    for damaged in [0, 2, 4, 20, 61] {
      var wrong = Self.labJack
      wrong[damaged] ^= 0x10
      var other = PacketDecoder(device, stream: 0)
      #expect(other.samples(wrong, channels: 10).isEmpty)
    }
  }

  @Test func labJackSaysHowManyScansItLost() throws {
    let device = try ShippedDevices.read("labjack-u6")
    var report = ShippedDevices.bytes(device, first: 4, count: 2)
    report[11] = 60
    report[6] = 100
    let words = report[6...].reduce(0) { $0 + Int($1) }
    report[4] = UInt8(words & 255)
    report[5] = UInt8(words >> 8)
    var head = report[1...5].reduce(0) { $0 + Int($1) }
    head = head / 256 + head % 256
    report[0] = UInt8(head / 256 + head % 256)
    let wire =
      ShippedDevices.bytes(device, first: 0, count: 4) + report
      + ShippedDevices.bytes(device, first: 6, count: 2)
    var decoder = PacketDecoder(device, stream: 0)
    let samples = decoder.samples(wire, channels: 10)
    // 100 scans lost, and of the report's two one is a placeholder: 101 scans after sample 3
    #expect(samples.map(\.number) == [0, 1, 2, 3, 105, 106])
    #expect(decoder.statistics.lostInDevice == 100)
    #expect(decoder.statistics.lostSamples == 101)
  }

  @Test func labJackConstantsCorrectItsCounts() throws {
    let device = try ShippedDevices.read("labjack-u6")
    let answer = device.link!.setUp.filter { $0.keep == "calibration" }.flatMap(\.virtualReply)
    let channel = device.channels[0]
    let correction = try #require(channel.calibration?.correction(from: answer, of: channel))
    // the nominal constants change nothing by more than their own rounding to 2^-32
    for count in [0.0, 1000, 33522, 33523, 33524, 65535] {
      #expect(abs(correction.apply(count) - count) < 0.05)
    }
    #expect(channel.calibration?.correction(from: Array(answer.prefix(40)), of: channel) == nil)
  }

  @Test func cytonExampleOfItsDocumentation() throws {
    let device = try ShippedDevices.read("openbci-cyton")
    let packet =
      [0xA0, 0xFF, 0x01, 0x23, 0x45] + [UInt8](repeating: 0, count: 18) + [0xFF, 0xFF, 0xFF]
      + bytes("00 10 ff f0 00 00 c0")
    var decoder = PacketDecoder(device, stream: 0)
    let next = [0xA0, 0x00] + packet[2..<26] + [UInt8](repeating: 0, count: 6) + [0xC0]
    let samples = decoder.samples(packet + next, channels: 11)
    #expect(samples.map(\.number) == [255, 256])
    #expect(abs(samples[0].values[0] * device.channels[0].scale - 1666.658e-6) < 1e-9)
    #expect(samples[0].values[7] == -1)
    // the accelerometer holds while it is zero
    #expect(samples[1].values[8...] == [16, -16, 0])
    #expect(abs(device.channels[8].scale - 0.002 / 16 * 9.80665) < 1e-12)
  }

  @Test func xsensVectors() throws {
    var device = try ShippedDevices.read("xsens-mti")
    #expect(said(device, "go to configuration") == bytes("fa ff 30 00 d1"))
    #expect(said(device, "go to measurement") == bytes("fa ff 10 00 f1"))
    #expect(
      said(device, "choose outputs")
        == bytes(
          "fa ff c0 14 10 20 ff ff 10 60 ff ff 20 10 00 64 40 20 00 64 80 20 00 64 35"))
    let data = bytes(
      """
      fa ff 36 1f 10 20 02 00 07 10 60 04 00 00 30 39 20 10 10 3f 80 00 00 00 00 00 00 00 00 00 00
      00 00 00 00 97
      """)
    // acceleration and rate of turn are missing, so the packet is no sample
    var strict = PacketDecoder(device, stream: 0)
    #expect(strict.samples(data, channels: 10).isEmpty)
    #expect(strict.statistics.badContents == 1 && strict.statistics.badChecksums == 0)
    device.packet.tagged?.items.removeLast(2)
    device.channels.removeLast(6)
    var decoder = PacketDecoder(device, stream: 0)
    let answer = bytes("fa ff 11 00 f0")
    let samples = decoder.samples(answer + data, channels: 4)
    #expect(samples == [DecodedSample(number: 7, values: [1, 0, 0, 0])])
    #expect(decoder.statistics.otherPackets == 1)
    #expect(abs((decoder.deviceTime ?? 0) - 1.2345) < 1e-12)
  }

  @Test func mipVectors() throws {
    let device = try ShippedDevices.read("microstrain-mip")
    #expect(said(device, "ask whether it listens") == bytes("75 65 01 02 02 01 e0 c6"))
    #expect(said(device, "go idle") == bytes("75 65 01 02 02 02 e1 c7"))
    #expect(said(device, "resume streaming") == bytes("75 65 01 02 02 06 e5 cb"))
    #expect(said(device, "enable the sensor stream") == bytes("75 65 0c 05 05 11 01 80 01 83 18"))
    // a lost packet shows in the reference time
    var decoder = PacketDecoder(device, stream: 0)
    let wire =
      ShippedDevices.bytes(device, first: 0, count: 3)
      + ShippedDevices.bytes(device, first: 5, count: 2)
    let samples = decoder.samples(wire, channels: 10)
    #expect(samples.map(\.number) == [0, 1, 2, 5, 6])
    #expect(decoder.statistics.lostSamples == 2)
  }

  @Test func spikerBoxFramesAndMessages() throws {
    let device = try ShippedDevices.read("backyardbrains-spikerbox-pro")
    let link = try #require(device.link)
    // 0x84 0x01 is 4 * 128 + 1; a message stands in the middle of a frame
    let message =
      bytes("ff ff 01 01 80 ff") + Array("EVNT:1;".utf8) + bytes("ff ff 01 01 81 ff")
    let payload = bytes("84 01 04") + message + bytes("7f 80 00 07 7f")
    let report = [0x3F, UInt8(payload.count)] + payload
    var unwrapper = TransferUnwrapper(link)
    var stream: [UInt8] = []
    unwrapper.unwrap(
      (report + [UInt8](repeating: 0x55, count: 64 - report.count)).span, appendingTo: &stream)
    #expect(stream == bytes("84 01 04 7f 80 00 07 7f"))
    #expect(unwrapper.messages == 1 && unwrapper.malformed == 0)
    var decoder = PacketDecoder(device, stream: 0)
    #expect(
      decoder.samples(stream, channels: 2) == [
        DecodedSample(number: 0, values: [513, 639]), DecodedSample(number: 1, values: [0, 1023]),
      ])
  }

  @Test func ftdiStatusBytesAndBaudRates() throws {
    let link = try #require(try ShippedDevices.read("openbci-cyton").link)
    var unwrapper = TransferUnwrapper(link)
    var stream: [UInt8] = []
    let first = [UInt8(0x01), 0x60] + (0..<62).map { UInt8($0) }
    unwrapper.unwrap((first + [0x01, 0x62, 0x3E]).span, appendingTo: &stream)
    unwrapper.unwrap([0x01, 0x60].span, appendingTo: &stream)
    #expect(stream == (0..<63).map { UInt8($0) })
    #expect(unwrapper.overruns == 1)
    func divisor(_ baud: Int) -> [UInt16] {
      USBLink(wrapper: .ftdi, baud: baud).wrapperSteps.compactMap {
        guard case .control(let request) = $0.action, request.request == 3 else { return nil }
        return request.value
      }
    }
    #expect(divisor(115_200) == [0x001A])
    #expect(divisor(230_400) == [0x000D])
    #expect(divisor(921_600) == [0x8003])
  }

  @Test func mccIsToldWhatItsLibrarySays() throws {
    let device = try ShippedDevices.read("mcc-usb-1608fs-plus")
    let start = try #require(device.link?.start.first)
    guard case .control(let request) = start.action else {
      Issue.record("the scan starts by a control request")
      return
    }
    #expect(request.type == 0x40 && request.request == 0x11)
    #expect(request.data == bytes("00 00 00 00 3f 9c 00 00 ff 00"))
    let channel = device.channels[0]
    #expect(32768 * channel.scale + channel.offset == 0)
    let answer = bytes("00 00 00 40 00 00 a0 41")
    #expect(channel.calibration?.correction(from: answer, of: channel)?.apply(10) == 40)
  }

  @Test func textLines() throws {
    let device = try ShippedDevices.read("generic-cdc-text")
    var decoder = PacketDecoder(device, stream: 0)
    let wrong = "17,-0.25,0.5,1024*5A\n"
    let body = "17,-0.25,5e-1,4097"
    let parity = body.utf8.reduce(0, ^)
    let right = body + "*" + String(parity, radix: 16) + "\r\n"
    let samples = decoder.samples(Array((wrong + right).utf8), channels: 3)
    #expect(samples == [DecodedSample(number: 17, values: [-0.25, 0.5, 4097])])
    #expect(decoder.statistics.badContents == 1)
  }
}
