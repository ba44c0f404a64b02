import Foundation

/// A place in the bytes of an XDF file from which integers, numbers and text are read.
///
/// Reads beyond the end are contract violations: callers look at `remaining` first.
struct XDFByteCursor {
  private let file: Data
  /// Where the next read begins [bytes].
  var offset: Int

  init(_ file: Data, offset: Int = 0) {
    self.file = file
    self.offset = offset
  }

  /// From here to the end of the file [bytes].
  var remaining: Int { file.count - offset }

  mutating func readUInt8() -> UInt8 { read() }
  mutating func readUInt16() -> UInt16 { read() }
  mutating func readUInt32() -> UInt32 { read() }
  mutating func readDouble() -> Double { Double(bitPattern: read()) }

  /// An unsigned integer of 1, 4 or 8 bytes.
  mutating func readUInt(size: Int) -> UInt64 {
    switch size {
    case 1: UInt64(readUInt8())
    case 4: UInt64(readUInt32())
    default: read()
    }
  }

  /// A number preceded by its size; nil when the size is impossible or it does not end by `end`.
  mutating func readLength(before end: Int) -> UInt64? {
    guard offset < end else { return nil }
    let size = Int(readUInt8())
    guard size == 1 || size == 4 || size == 8, end - offset >= size else { return nil }
    return readUInt(size: size)
  }

  /// Passes over the values of one sample; false when they do not end by `end`.
  mutating func skipValues(of header: XDFStreamHeader, before end: Int) -> Bool {
    if let size = header.format.valueSize {
      // No overflow: the header bounds the number of channels.
      guard end - offset >= header.channelCount * size else { return false }
      offset += header.channelCount * size
      return true
    }
    for _ in 0..<header.channelCount {
      guard let length = readLength(before: end), length <= UInt64(end - offset) else {
        return false
      }
      offset += Int(length)
    }
    return true
  }

  /// The text that begins here with its length; checked when the file was opened.
  mutating func readString() -> String {
    let size = Int(readUInt8())
    let length = Int(readUInt(size: size))
    let text = String(decoding: bytes(upTo: offset + length), as: UTF8.self)
    offset += length
    return text
  }

  /// A copy of the bytes from here to `end`.
  func bytes(upTo end: Int) -> [UInt8] {
    Array(file[(file.startIndex + offset)..<(file.startIndex + end)])
  }

  /// True when nothing but zeros follows `start`.
  func isZero(from start: Int) -> Bool {
    file[(file.startIndex + start)...].allSatisfy { $0 == 0 }
  }

  /// Where `pattern` next occurs at or after this place.
  func find(_ pattern: [UInt8]) -> Int? {
    let range = file.range(
      of: Data(pattern), in: (file.startIndex + offset)..<(file.startIndex + file.count))
    return range.map { $0.lowerBound - file.startIndex }
  }

  /// An integer, little end first.
  private mutating func read<Value: FixedWidthInteger & BitwiseCopyable>() -> Value {
    // The load is checked against the bounds; any bit pattern is a valid integer.
    let value = file.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self)
    offset += MemoryLayout<Value>.size
    return Value(littleEndian: value)
  }
}
