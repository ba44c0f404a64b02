internal import Foundation

/// One client of the control socket: what it has said so far and what it has yet to read.
///
/// Used by the server's thread.
struct ControlClientConnection {
  /// Its socket, which the server closes.
  let descriptor: Int32
  /// True when there is nothing more to do for it.
  private(set) var isOver = false
  /// True when it was cut off, because it did not read or said too much.
  private(set) var isCutOff = false
  private var input: [UInt8] = []
  private var output: [UInt8] = []
  /// True when it has said all it will say.
  private var hasEnded = false

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// True while it has yet to read something.
  var hasOutput: Bool { !output.isEmpty }

  /// Reads, answers whole lines, and writes, as far as `events` of poll allow.
  mutating func serve(_ events: Int16, answer: (OperatorRequest) -> ControlReply) {
    if events & Int16(POLLIN | POLLHUP) != 0, !hasEnded { read() }
    if events & Int16(POLLERR | POLLNVAL) != 0 { isOver = true }
    while !isOver, let end = input.firstIndex(of: 0x0A) {
      let line = Array(input[..<end])
      input.removeFirst(end + 1)
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { continue }
      let reply =
        ControlLine.decode(OperatorRequest.self, line).map(answer)
        ?? .refused("no request is written so: \(Self.shown(line))")
      output += ControlLine.encode(reply)
    }
    if input.count > ControlServer.lineLimit {
      output += ControlLine.encode(
        ControlReply.refused("a request is longer than \(ControlServer.lineLimit) bytes"))
      input = []
      hasEnded = true
      isCutOff = true
    }
    if !isOver { write() }
    let takesNothing = output.count > ControlServer.outputLimit
    if takesNothing { isCutOff = true }
    if takesNothing || (hasEnded && output.isEmpty) { isOver = true }
  }

  private mutating func read() {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    if count > 0 {
      input += bytes.prefix(count)
    } else if count == 0 {
      hasEnded = true
    } else if errno != EAGAIN, errno != EINTR {
      isOver = true
    }
  }

  private mutating func write() {
    while !output.isEmpty {
      let count = output.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        output.removeFirst(count)
      } else {
        if errno != EAGAIN, errno != EINTR { isOver = true }
        return
      }
    }
  }

  /// The beginning of a line that could not be read, for its sender.
  private static func shown(_ line: [UInt8]) -> String {
    String(decoding: line.prefix(80), as: UTF8.self).filter { !$0.isNewline }
  }
}
