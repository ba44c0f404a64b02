/// How a device on USB is spoken to: interface, endpoints, what wraps its bytes, and what to say to it.
public struct USBLink: Hashable, Sendable {
  /// What stands round the device's bytes in USB transfers.
  public enum Wrapper: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// Two status bytes before every 64-byte packet, a baud rate to set (FTDI chips).
    case ftdi
    /// Nothing, but a communication class interface with its line settings.
    case cdc
    /// Reports of a fixed length with an id, a length and the bytes (HID).
    case hidReports = "hid-reports"
  }

  /// The interface's number; nil finds the first with the endpoints that are needed [1].
  public var interface: Int?
  /// Endpoint that samples come from, as 0x81; nil finds the first bulk IN, or interrupt IN for HID [1].
  public var input: UInt8?
  /// Endpoint that commands go to; nil finds the first OUT [1].
  public var output: UInt8?
  /// Endpoint that answers come from; nil is where samples come from [1].
  public var replies: UInt8?
  /// What stands round the device's bytes.
  public var wrapper: Wrapper
  /// Baud rate of serial wrappers [bit/s].
  public var baud: Int
  /// First byte of every HID report [1].
  public var reportID: UInt8
  /// True when text messages of the Backyard Brains kind are embedded in the bytes and must be cut out.
  public var hasEmbeddedMessages: Bool
  /// Largest packet of the endpoint that samples come from [bytes].
  public var packetSize: Int
  /// Bytes of one transfer; nil takes some milliseconds' worth [bytes].
  public var transferSize: Int?
  /// True on a high-speed bus (480 Mbit/s), false on a full-speed one; only virtual devices ask.
  public var isHighSpeed: Bool
  /// What makes the device ready; its answers come before any samples.
  public var setUp: [DeviceStep]
  /// What makes it deliver samples, after transfers wait for them.
  public var start: [DeviceStep]
  /// What makes it stop.
  public var stop: [DeviceStep]

  /// A link; see the properties.
  public init(
    interface: Int? = nil, input: UInt8? = nil, output: UInt8? = nil, replies: UInt8? = nil,
    wrapper: Wrapper = .none, baud: Int = 115_200, reportID: UInt8 = 0x3F,
    hasEmbeddedMessages: Bool = false, packetSize: Int = 64, transferSize: Int? = nil,
    isHighSpeed: Bool = false, setUp: [DeviceStep] = [], start: [DeviceStep] = [],
    stop: [DeviceStep] = []
  ) {
    self.interface = interface
    self.input = input
    self.output = output
    self.replies = replies
    self.wrapper = wrapper
    self.baud = baud
    self.reportID = reportID
    self.hasEmbeddedMessages = hasEmbeddedMessages
    self.packetSize = packetSize
    self.transferSize = transferSize
    self.isHighSpeed = isHighSpeed
    self.setUp = setUp
    self.start = start
    self.stop = stop
  }

  /// What the wrapper needs before anything else is said.
  public var wrapperSteps: [DeviceStep] {
    func control(
      _ name: String, _ type: UInt8, _ request: UInt8, value: UInt16, index: UInt16 = 0,
      data: [UInt8] = []
    ) -> DeviceStep {
      DeviceStep(
        name: name,
        action: .control(
          ControlRequest(
            type: type, request: request, value: value, index: index, data: data)))
    }
    switch wrapper {
    case .none, .hidReports: return []
    case .ftdi:
      let divisor = Self.ftdiDivisor(baud: baud)
      return [
        control("reset the FTDI chip", 0x40, 0, value: 0),
        control("set its latency to 1 ms", 0x40, 9, value: 1),
        control("set no flow control", 0x40, 2, value: 0),
        control("set 8 bits, no parity", 0x40, 4, value: 8),
        control(
          "set its baud rate", 0x40, 3, value: UInt16(truncatingIfNeeded: divisor),
          index: UInt16(truncatingIfNeeded: divisor >> 16)),
        control("raise DTR", 0x40, 1, value: 0x0101),
        control("raise RTS", 0x40, 1, value: 0x0202),
        control("empty its receiver", 0x40, 0, value: 1),
        control("empty its transmitter", 0x40, 0, value: 2),
      ]
    case .cdc:
      let rate = UInt32(baud)
      let coding =
        (0..<4).map { UInt8(truncatingIfNeeded: rate >> UInt32(8 * $0)) } + [0, 0, 8]
      return [
        control("set the line's baud rate", 0x21, 0x20, value: 0, data: coding),
        control("raise DTR and RTS", 0x21, 0x22, value: 3),
      ]
    }
  }

  /// Divisor of an FTDI chip's 3 MHz, eighths of it in the top bits.
  ///
  /// Eighths are coded 0 3 2 4 1 5 6 7, as in the chip's data sheet.
  static func ftdiDivisor(baud: Int) -> UInt32 {
    let eighths = (8 * 3_000_000 + baud / 2) / max(baud, 1)
    let codes: [UInt32] = [0, 3, 2, 4, 1, 5, 6, 7]
    return UInt32(eighths >> 3) | codes[eighths & 7] << 14
  }
}
