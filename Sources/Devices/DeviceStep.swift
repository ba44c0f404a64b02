/// A control request on endpoint zero.
public struct ControlRequest: Hashable, Sendable {
  /// Direction, kind and recipient (bmRequestType) [1].
  public var type: UInt8
  /// The request [1].
  public var request: UInt8
  /// Its value [1].
  public var value: UInt16
  /// Its index [1].
  public var index: UInt16
  /// Bytes that go to the device.
  public var data: [UInt8]
  /// Bytes that come from the device, where the request reads [bytes].
  public var length: Int

  /// A request.
  public init(
    type: UInt8, request: UInt8, value: UInt16 = 0, index: UInt16 = 0, data: [UInt8] = [],
    length: Int = 0
  ) {
    self.type = type
    self.request = request
    self.value = value
    self.index = index
    self.data = data
    self.length = length
  }

  /// True when the device answers with bytes.
  public var isRead: Bool { type & 0x80 != 0 }
}

/// Bytes with unknown ones among them.
public struct BytePattern: Hashable, Sendable {
  /// The bytes; nil matches any.
  public var bytes: [UInt8?]

  /// A pattern.
  public init(_ bytes: [UInt8?]) {
    self.bytes = bytes
  }

  /// Where the pattern first lies in `answer`; nil where nowhere.
  public func place(in answer: [UInt8]) -> Int? {
    guard answer.count >= bytes.count else { return nil }
    return (0...answer.count - bytes.count).first { start in
      bytes.indices.allSatisfy { bytes[$0] == nil || bytes[$0] == answer[start + $0] }
    }
  }
}

/// One step of the conversation with a device.
public struct DeviceStep: Hashable, Sendable {
  /// What is done.
  public enum Action: Hashable, Sendable {
    /// A control request.
    case control(ControlRequest)
    /// Bytes to the output endpoint.
    case write([UInt8])
    /// Ends a stall of this endpoint.
    case clearHalt(UInt8)
    /// Nothing for so many milliseconds.
    case wait(Int)
  }

  /// What it is for, in words for error messages.
  public var name: String
  /// What is done.
  public var action: Action
  /// What the device must answer; nil expects no answer.
  public var expect: BytePattern?
  /// How long the answer may take [ms].
  public var timeout: Int
  /// The name under which the answer is kept, for calibration.
  public var keep: String?
  /// What a virtual device answers; empty takes what is expected.
  public var reply: [UInt8]

  /// A step.
  public init(
    name: String, action: Action, expect: BytePattern? = nil, timeout: Int = 1000,
    keep: String? = nil, reply: [UInt8] = []
  ) {
    self.name = name
    self.action = action
    self.expect = expect
    self.timeout = timeout
    self.keep = keep
    self.reply = reply
  }

  /// What a virtual device answers: unknown bytes are zero.
  public var virtualReply: [UInt8] {
    reply.isEmpty ? (expect?.bytes.map { $0 ?? 0 } ?? []) : reply
  }
}
