public import Devices
internal import RealTime

/// Why a device could not be made ready.
public enum ConversationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// libusb failed in this step.
  case usb(step: String, USBError)
  /// The device answered something else, or nothing.
  case answer(step: String, expected: BytePattern, found: [UInt8])
  /// The device has no endpoints such as the description names.
  case noRoute

  /// What went wrong, in a sentence.
  public var description: String {
    switch self {
    case .usb(let step, let error): return "in the step '\(step)' \(error)"
    case .answer(let step, let expected, let found):
      return "in the step '\(step)' \(Self.text(expected.bytes)) was expected and "
        + (found.isEmpty ? "nothing came" : "\(Self.text(found.prefix(40).map { $0 })) came")
    case .noRoute: return "it has no interface with the endpoints that its description names"
    }
  }

  private static func text(_ bytes: [UInt8?]) -> String {
    bytes.map { byte in
      guard let byte else { return "??" }
      return (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined(separator: " ")
  }

  /// libusb's error, where it is one.
  public var usbError: USBError? {
    if case .usb(_, let error) = self { error } else { nil }
  }
}

/// Says a description's sequences to a device; belongs to the source's thread.
struct DeviceConversation {
  let handle: USBHandle
  let link: USBLink
  let route: USBRoute
  /// Answers that steps keep, by name; several under one name follow each other.
  private(set) var answers: [String: [UInt8]] = [:]

  init(_ handle: USBHandle, link: USBLink, route: USBRoute) {
    self.handle = handle
    self.link = link
    self.route = route
  }

  /// Says all steps in order.
  mutating func say(_ steps: [DeviceStep]) throws(ConversationError) {
    for step in steps {
      do throws(USBError) {
        try take(step)
      } catch {
        throw .usb(step: step.name, error)
      }
      guard let pattern = step.expect else { continue }
      if case .control = step.action { continue }
      let answer = try listen(for: pattern, step)
      if let name = step.keep { answers[name, default: []] += answer }
    }
  }

  private mutating func take(_ step: DeviceStep) throws(USBError) {
    switch step.action {
    case .control(var request):
      // class requests of a communication device go to its control interface
      if link.wrapper == .cdc, request.type == 0x21 {
        request.index = UInt16(route.interfaces.first ?? 0)
      }
      let answer = try handle.control(request, timeout: step.timeout)
      if let name = step.keep { answers[name, default: []] += answer }
    case .write(let bytes):
      guard let output = route.output else { return }
      for packet in TransferWrapping(link).hostPackets(bytes) {
        try handle.write(
          packet, to: output.address, isInterrupt: output.isInterrupt, timeout: step.timeout)
      }
    case .clearHalt(let endpoint): try handle.clearHalt(endpoint)
    case .wait(let milliseconds):
      MonotonicClock.sleep(until: MonotonicClock.now() + Int64(milliseconds) * 1_000_000)
    }
  }

  /// What comes until the pattern has come, from where it begins.
  private func listen(
    for pattern: BytePattern, _ step: DeviceStep
  ) throws(ConversationError) -> [UInt8] {
    var plain = link
    plain.hasEmbeddedMessages = false
    var unwrapper = TransferUnwrapper(plain)
    var heard: [UInt8] = []
    let deadline = MonotonicClock.now() + Int64(step.timeout) * 1_000_000
    while true {
      let left = (deadline - MonotonicClock.now()) / 1_000_000
      guard left > 0, heard.count < 1 << 16 else { break }
      do throws(USBError) {
        let bytes = try handle.read(
          route.replies.address, isInterrupt: route.replies.isInterrupt,
          length: link.packetSize * (route.replies.isInterrupt ? 1 : 8),
          timeout: Int(min(left, 200)))
        if route.replies == route.input {
          unwrapper.unwrap(bytes.span, appendingTo: &heard)
        } else {
          heard += bytes
        }
      } catch {
        throw .usb(step: step.name, error)
      }
      if let place = pattern.place(in: heard) { return Array(heard[place...]) }
    }
    throw .answer(step: step.name, expected: pattern, found: heard)
  }
}
