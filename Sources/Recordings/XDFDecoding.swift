/// Turns the bytes of numeric samples into numbers.
///
/// Reading without further checks holds because opening a file walks through every sample of every chunk
/// and finds it inside the file; the file is mapped and not written to.
enum XDFDecoding {
  /// Decodes `count` samples at `base` into `row`, which has room; `stamp` becomes the last one's [s].
  ///
  /// - Returns: where the next sample begins.
  static func decode(
    _ header: XDFStreamHeader, _ base: UnsafeRawPointer, count: Int, step: Double,
    stamp: inout Double, into row: UnsafeMutablePointer<Double>
  ) -> UnsafeRawPointer {
    let shape = (count, header.channelCount, step)
    return switch header.format {
    case .int8: run(base, shape, &stamp, row) { Double($0 as Int8) }
    case .int16: run(base, shape, &stamp, row) { Double(Int16(littleEndian: $0)) }
    case .int32: run(base, shape, &stamp, row) { Double(Int32(littleEndian: $0)) }
    case .int64: run(base, shape, &stamp, row) { Double(Int64(littleEndian: $0)) }
    case .float32:
      run(base, shape, &stamp, row) { Double(Float(bitPattern: UInt32(littleEndian: $0))) }
    case .double64:
      run(base, shape, &stamp, row) { Double(bitPattern: UInt64(littleEndian: $0)) }
    case .string: preconditionFailure("text is not a number")
    }
  }

  @inline(__always)
  private static func run<Value: FixedWidthInteger & BitwiseCopyable>(
    _ base: UnsafeRawPointer, _ shape: (count: Int, channels: Int, step: Double),
    _ stamp: inout Double, _ output: UnsafeMutablePointer<Double>,
    _ convert: (Value) -> Double
  ) -> UnsafeRawPointer {
    var place = base
    var row = output
    let size = shape.channels &* MemoryLayout<Value>.size
    for _ in 0..<shape.count {
      if place.load(as: UInt8.self) == 8 {
        let bits = place.loadUnaligned(fromByteOffset: 1, as: UInt64.self)
        stamp = Double(bitPattern: UInt64(littleEndian: bits))
        place += 9
      } else {
        stamp += shape.step
        place += 1
      }
      for channel in 0..<shape.channels {
        let offset = channel &* MemoryLayout<Value>.size
        row[channel] = convert(place.loadUnaligned(fromByteOffset: offset, as: Value.self))
      }
      place += size
      row += shape.channels
    }
    return place
  }
}
