internal import Devices
internal import OpenSimFiles

/// How a device on USB is spoken to, as its file says.
extension DeviceReading {
  /// The link that the `usb` section describes.
  func usbLink(_ node: ConfigurationNode) -> USBLink? {
    node.allow(
      "vendor_id", "product_id", "interface", "input", "output", "replies", "wrapper", "baud",
      "report_id", "embedded_messages", "packet_size", "transfer_size", "high_speed", "set_up",
      "start", "stop")
    func number(_ key: String, _ words: String, in range: ClosedRange<Int>) -> Int?? {
      node.optional(key).map { $0.whole(words, in: range) }
    }
    let interface = number("interface", "the interface's number", in: 0...255)
    let input = number("input", "an IN endpoint", in: 0x81...0x8F)
    let output = number("output", "an OUT endpoint", in: 0x01...0x0F)
    let replies = number("replies", "an IN endpoint", in: 0x81...0x8F)
    let wrapper =
      node.optional("wrapper").map { $0.choice(USBLink.Wrapper.self) } ?? USBLink.Wrapper.none
    let baud = number("baud", "bits a second", in: 300...12_000_000) ?? 115_200
    let reportID = number("report_id", "a byte", in: 0...255) ?? 0x3F
    let messages = node.optional("embedded_messages").map { isTrue($0) } ?? false
    let packetSize = number("packet_size", "bytes of a USB packet", in: 8...1024) ?? 64
    let transferSize = number("transfer_size", "bytes of a transfer", in: 8...262_144)
    let isHighSpeed = node.optional("high_speed").map { isTrue($0) } ?? false
    let setUp = steps(node, "set_up")
    let start = steps(node, "start")
    let stop = steps(node, "stop")
    guard interface != .some(nil), input != .some(nil), output != .some(nil),
      replies != .some(nil), transferSize != .some(nil), let wrapper, let baud, let reportID,
      let messages, let packetSize, let isHighSpeed, let setUp, let start, let stop
    else { return nil }
    if let size = transferSize ?? nil, size % packetSize != 0 {
      node.optional("transfer_size")?.report(
        "usb.transfer_size is \(size)", remedy: "write a multiple of packet_size, \(packetSize)")
    }
    return USBLink(
      interface: interface ?? nil, input: (input ?? nil).map(UInt8.init),
      output: (output ?? nil).map(UInt8.init), replies: (replies ?? nil).map(UInt8.init),
      wrapper: wrapper, baud: baud, reportID: UInt8(reportID), hasEmbeddedMessages: messages,
      packetSize: packetSize, transferSize: transferSize ?? nil, isHighSpeed: isHighSpeed,
      setUp: setUp, start: start, stop: stop)
  }

  /// The steps under `key`; nil after a report.
  private func steps(_ node: ConfigurationNode, _ key: String) -> [DeviceStep]? {
    guard let list = node.optional(key) else { return [] }
    guard let items = list.items("a list of steps") else { return nil }
    let steps = items.filter(\.isMapping).compactMap { step($0) }
    return steps.count == items.count ? steps : nil
  }

  private func step(_ node: ConfigurationNode) -> DeviceStep? {
    node.allow(
      "name", "control", "write", "write_text", "clear_halt", "wait", "expect", "expect_text",
      "timeout", "keep", "reply", "reply_text", "when")
    let name = node.required("name", "what it is for")?.text("what it is for")
    let kinds = ["control", "write", "write_text", "clear_halt", "wait"]
    let given = kinds.filter { node.optional($0) != nil }
    guard given.count == 1, let key = given.first, let value = node.optional(key) else {
      node.report(
        "\(node.keyPath) does \(given.isEmpty ? "nothing" : "several things at once")",
        remedy: "write one of: \(listed(kinds))")
      return nil
    }
    let action: DeviceStep.Action?
    switch key {
    case "control": action = controlRequest(value).map { .control($0) }
    case "write": action = bytes(value).map { .write($0) }
    case "write_text": action = text(value).map { .write($0) }
    case "clear_halt":
      action = value.whole("an endpoint", in: 1...0x8F).map { .clearHalt(UInt8($0)) }
    default:
      action = value.quantity(.duration, .notNegative).map { .wait(Int(($0 * 1000).rounded())) }
    }
    let expect = node.optional("expect").map { pattern($0) }
    let expectedText = node.optional("expect_text").map { text($0) }
    let timeout =
      node.optional("timeout").map {
        $0.quantity(.duration, .within(0.001...60, words: "1 ms to 60 s"))
      }
      ?? 1
    let keep = node.optional("keep").map { $0.text("a name") }
    let reply = node.optional("reply").map { bytes($0) }
    let replyText = node.optional("reply_text").map { text($0) }
    guard let name, let action, expect != .some(nil), expectedText != .some(nil), let timeout,
      keep != .some(nil), reply != .some(nil), replyText != .some(nil)
    else { return nil }
    return DeviceStep(
      name: name, action: action,
      expect: (expect ?? nil) ?? (expectedText ?? nil).map { BytePattern($0) },
      timeout: Int((timeout * 1000).rounded()), keep: keep ?? nil,
      reply: (reply ?? nil) ?? (replyText ?? nil) ?? [])
  }

  private func controlRequest(_ node: ConfigurationNode) -> ControlRequest? {
    guard node.isMapping else { return nil }
    node.allow("type", "request", "value", "index", "data", "length")
    let type = node.required("type", "0x40")?.whole("a byte", in: 0...255)
    let request = node.required("request", "a byte")?.whole("a byte", in: 0...255)
    let value = node.optional("value").map { $0.whole("a number", in: 0...65535) } ?? 0
    let index = node.optional("index").map { $0.whole("a number", in: 0...65535) } ?? 0
    let data = node.optional("data").map { bytes($0) } ?? []
    let length = node.optional("length").map { $0.whole("bytes", in: 0...4096) } ?? 0
    guard let type, let request, let value, let index, let data, let length else { return nil }
    if type & 0x80 != 0, length == 0 {
      node.report("\(node.keyPath) reads no bytes", remedy: "add \"length\"")
      return nil
    }
    return ControlRequest(
      type: UInt8(type), request: UInt8(request), value: UInt16(value), index: UInt16(index),
      data: data, length: length)
  }

  /// Text as bytes; YAML's own escapes in double quotes make line feeds.
  private func text(_ node: ConfigurationNode) -> [UInt8]? {
    node.text("text, as in \"b\"").map { Array($0.utf8) }
  }

  private func bytes(_ node: ConfigurationNode) -> [UInt8]? {
    let wanted = "bytes in hexadecimal, as in \"fa ff 00\""
    guard let pattern = pattern(node, wanted: wanted) else { return nil }
    let bytes = pattern.bytes.compactMap { $0 }
    guard bytes.count == pattern.bytes.count else {
      node.report("\(node.keyPath) has unknown bytes", remedy: "write \(wanted)")
      return nil
    }
    return bytes
  }

  private func pattern(
    _ node: ConfigurationNode, wanted: String = "bytes in hexadecimal, ?? for any, as in \"a9 ??\""
  ) -> BytePattern? {
    guard let text = node.text(wanted) else { return nil }
    var bytes: [UInt8?] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if word == "??" {
        bytes.append(nil)
      } else if word.count == 2, let byte = UInt8(word, radix: 16) {
        bytes.append(byte)
      } else {
        node.report("\(node.keyPath) holds \(quoted(String(word)))", remedy: "write \(wanted)")
        return nil
      }
    }
    return BytePattern(bytes)
  }
}
