/// Takes off what USB transfers put round a device's bytes; one a device, transfer by transfer.
public struct TransferUnwrapper: Sendable {
  /// Bytes that the device says it lost on its way to USB (FTDI overrun) [events].
  public private(set) var overruns = 0
  /// Reports and packets that are not what the wrapper says [1].
  public private(set) var malformed = 0
  /// Embedded messages cut out [1].
  public private(set) var messages = 0

  private let wrapper: USBLink.Wrapper
  private let packetSize: Int
  private let reportID: UInt8
  private var cutter: MessageCutter?

  /// An unwrapper for a device with this link.
  public init(_ link: USBLink) {
    wrapper = link.wrapper
    packetSize = link.packetSize
    reportID = link.reportID
    cutter = link.hasEmbeddedMessages ? MessageCutter() : nil
  }

  /// Appends the device's bytes in `transfer` to `bytes`; allocates nothing when there is room.
  public mutating func unwrap(_ transfer: Span<UInt8>, appendingTo bytes: inout [UInt8]) {
    switch wrapper {
    case .none, .cdc:
      take(transfer, 0..<transfer.count, to: &bytes)
    case .ftdi:
      var start = 0
      while start < transfer.count {
        let end = min(start + packetSize, transfer.count)
        if end - start < 2 {
          malformed += 1
        } else {
          if transfer[start + 1] & 0x02 != 0 { overruns += 1 }
          take(transfer, start + 2..<end, to: &bytes)
        }
        start = end
      }
    case .hidReports:
      var start = 0
      while start < transfer.count {
        let end = min(start + packetSize, transfer.count)
        if end - start < 2 || transfer[start] != reportID
          || Int(transfer[start + 1]) > end - start - 2
        {
          malformed += 1
        } else {
          take(transfer, start + 2..<start + 2 + Int(transfer[start + 1]), to: &bytes)
        }
        start = end
      }
    }
  }

  /// Forgets an unfinished message, as when the stream was interrupted.
  public mutating func reset() {
    cutter?.reset()
  }

  private mutating func take(
    _ transfer: Span<UInt8>, _ range: Range<Int>, to bytes: inout [UInt8]
  ) {
    guard var cutter else {
      for index in range { bytes.append(transfer[index]) }
      return
    }
    self.cutter = nil
    for index in range { cutter.take(transfer[index], to: &bytes) }
    messages = cutter.messages
    self.cutter = cutter
  }
}

/// Cuts out messages between FF FF 01 01 80 FF and FF FF 01 01 81 FF (Backyard Brains).
///
/// A message without an end stops being one after `longest` bytes, so that a damaged end loses no more.
struct MessageCutter: Sendable {
  /// Longest message [bytes].
  static let longest = 512

  private(set) var messages = 0
  private static let opening: [UInt8] = [0xFF, 0xFF, 0x01, 0x01, 0x80, 0xFF]
  private static let closing: [UInt8] = [0xFF, 0xFF, 0x01, 0x01, 0x81, 0xFF]
  /// How many bytes of the mark that is looked for have been seen [bytes].
  private var seen = 0
  private var isInside = false
  private var length = 0

  mutating func reset() {
    seen = 0
    isInside = false
  }

  mutating func take(_ byte: UInt8, to bytes: inout [UInt8]) {
    let mark = isInside ? Self.closing : Self.opening
    if isInside {
      length += 1
      if length > Self.longest {
        isInside = false
        seen = 0
        return
      }
    }
    if byte == mark[seen] {
      seen += 1
      if seen == mark.count {
        seen = 0
        messages += isInside ? 0 : 1
        isInside.toggle()
        length = 0
      }
      return
    }
    // the mark begins with two like bytes, so a third one only shifts it
    if byte == 0xFF, seen == 2 {
      if !isInside { bytes.append(0xFF) }
      return
    }
    if !isInside { for index in 0..<seen { bytes.append(mark[index]) } }
    seen = byte == mark[0] ? 1 : 0
    if seen == 0, !isInside { bytes.append(byte) }
  }
}

/// Puts round a device's bytes what USB transfers of it carry: the device's side of the wire.
public struct TransferWrapping: Sendable {
  private let link: USBLink

  /// The wire side of a device with this link.
  public init(_ link: USBLink) {
    self.link = link
  }

  /// Bytes of the device that fit into one packet [bytes].
  public var payload: Int {
    switch link.wrapper {
    case .none, .cdc: link.packetSize
    case .ftdi, .hidReports: link.packetSize - 2
    }
  }

  /// The packet that carries `bytes`, which fit into one.
  public func packet(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    precondition(bytes.count <= payload, "one packet's bytes")
    switch link.wrapper {
    case .none, .cdc: return Array(bytes)
    case .ftdi: return [0x01, 0x60] + bytes
    case .hidReports:
      let padding = [UInt8](repeating: 0, count: payload - bytes.count)
      return [link.reportID, UInt8(bytes.count)] + bytes + padding
    }
  }

  /// What a host writes to say `bytes` to the device.
  public func hostPackets(_ bytes: [UInt8]) -> [[UInt8]] {
    guard link.wrapper == .hidReports else { return [bytes] }
    return stride(from: 0, to: bytes.count, by: payload).map { start in
      let part = bytes[start..<min(start + payload, bytes.count)]
      // the whole report is meant; what follows the message is padding
      return [link.reportID, UInt8(payload)] + part
        + [UInt8](repeating: 0, count: payload - part.count)
    }
  }
}
