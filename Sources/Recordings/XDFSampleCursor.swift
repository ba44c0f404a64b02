import Foundation
import Signals

/// Walks the samples of one stream in file order and decodes them.
///
/// The reader has checked every chunk, so nothing here can fail on a file of any origin.
struct XDFSampleCursor: Sendable {
  private let stream: XDFStream
  /// The sample that comes next, counted over the stream [samples].
  private(set) var nextSample = 0
  private var chunk = 0
  private var sampleInChunk = 0
  private var byteOffset: Int
  /// Stamp of the last sample read, on the stream's clock [s].
  private var stamp: Double

  init(_ stream: XDFStream) {
    self.stream = stream
    byteOffset = stream.chunks.first?.byteOffset ?? 0
    stamp = stream.chunks.first?.precedingStamp ?? 0
  }

  /// Samples after the last one read [samples].
  var remaining: Int { stream.sampleCount - nextSample }

  /// Reads the stamps of all that remains (remaining) [s].
  mutating func stamps(in file: Data) -> [Double] {
    var stamps: [Double] = []
    stamps.reserveCapacity(remaining)
    while remaining > 0 {
      var cursor = beginSample(in: file)
      stamps.append(stamp)
      _ = cursor.skipValues(of: stream.header, before: file.count)
      endSample(at: cursor.offset)
    }
    return stamps
  }

  /// Reads the next sample of text.
  mutating func strings(in file: Data) -> (stamp: Double, values: [String]) {
    var cursor = beginSample(in: file)
    let values = (0..<stream.header.channelCount).map { _ in cursor.readString() }
    endSample(at: cursor.offset)
    return (stamp, values)
  }

  /// Reads the next sample of 64-bit integers.
  mutating func integers(in file: Data, into values: inout [Int64]) {
    var cursor = beginSample(in: file)
    for channel in values.indices {
      values[channel] = Int64(bitPattern: cursor.readUInt(size: 8))
    }
    endSample(at: cursor.offset)
  }

  /// The next row of a journal; nil after the last.
  mutating func row(in file: Data) -> JournalRow? {
    guard remaining > 0 else { return nil }
    var values = SessionJournal.emptyRow
    integers(in: file, into: &values)
    return JournalRow(values)
  }

  /// Passes over the next `count` samples, chunk by chunk where it can.
  mutating func skip(_ count: Int, in file: Data) {
    precondition(count <= remaining, "these samples must remain")
    var left = count
    while left > 0 {
      let whole = stream.chunks[chunk].sampleCount
      if sampleInChunk == 0, whole <= left, chunk + 1 < stream.chunks.count {
        left -= whole
        nextSample += whole
        chunk += 1
        byteOffset = stream.chunks[chunk].byteOffset
        stamp = stream.chunks[chunk].precedingStamp
        continue
      }
      var cursor = beginSample(in: file)
      _ = cursor.skipValues(of: stream.header, before: file.count)
      endSample(at: cursor.offset)
      left -= 1
    }
  }

  /// Adds the next `count` samples to a block of the stream's channels.
  mutating func fill(_ block: inout SampleBlock, count: Int, in file: Data) {
    numbers(count: count, in: file, begin: { block.appendSample() }) { sample, channel, value in
      block[sample, channel] = value
    }
  }

  /// Decodes `count` samples of numbers; `begin` gives each a place to which `store` puts its values.
  @inline(__always)
  mutating func numbers(
    count: Int, in file: Data, begin: () -> Int, store: (Int, Int, Double) -> Void
  ) {
    switch stream.header.format {
    case .int8: decode(count, file, begin) { store($0, $1, Double($2 as Int8)) }
    case .int16: decode(count, file, begin) { store($0, $1, Double($2 as Int16)) }
    case .int32: decode(count, file, begin) { store($0, $1, Double($2 as Int32)) }
    case .int64: decode(count, file, begin) { store($0, $1, Double($2 as Int64)) }
    case .float32:
      decode(count, file, begin) { store($0, $1, Double(Float(bitPattern: $2 as UInt32))) }
    case .double64:
      decode(count, file, begin) { store($0, $1, Double(bitPattern: $2 as UInt64)) }
    case .string: preconditionFailure("text is not a number")
    }
  }

  @inline(__always)
  private mutating func decode<Value: FixedWidthInteger & BitwiseCopyable>(
    _ count: Int, _ file: Data, _ begin: () -> Int, _ store: (Int, Int, Value) -> Void
  ) {
    let bytes = file.bytes
    for _ in 0..<count {
      let cursor = beginSample(in: file)
      var offset = cursor.offset
      let sample = begin()
      for channel in 0..<stream.header.channelCount {
        // Checked against the bounds; any bit pattern is a valid integer.
        let value = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self)
        store(sample, channel, Value(littleEndian: value))
        offset += MemoryLayout<Value>.size
      }
      endSample(at: offset)
    }
  }

  /// Reads the next sample's stamp and gives the place of its values.
  private mutating func beginSample(in file: Data) -> XDFByteCursor {
    precondition(remaining > 0, "a sample must remain")
    var cursor = XDFByteCursor(file, offset: byteOffset)
    stamp = cursor.readUInt8() == 8 ? cursor.readDouble() : stamp + stream.impliedStep
    return cursor
  }

  /// Steps to the next sample, in the next chunk when this one is done.
  private mutating func endSample(at offset: Int) {
    nextSample += 1
    sampleInChunk += 1
    byteOffset = offset
    if sampleInChunk == stream.chunks[chunk].sampleCount, chunk + 1 < stream.chunks.count {
      chunk += 1
      sampleInChunk = 0
      byteOffset = stream.chunks[chunk].byteOffset
    }
  }
}

extension XDFReader {
  /// The stamps of a stream as written or implied, on the stream's own clock (sampleCount) [s].
  public func stamps(of stream: XDFStream) -> [Double] {
    var cursor = XDFSampleCursor(stream)
    return cursor.stamps(in: bytes)
  }

  /// The values of a stream of numbers as stored, sample by sample (sampleCount x channelCount).
  public func numbers(of stream: XDFStream) -> [Double] {
    var cursor = XDFSampleCursor(stream)
    let channels = stream.header.channelCount
    var values = Array(repeating: 0.0, count: stream.sampleCount * channels)
    var next = -1
    cursor.numbers(
      count: stream.sampleCount, in: bytes,
      begin: {
        next += 1
        return next
      },
      store: { values[$0 * channels + $1] = $2 })
    return values
  }

  /// The values of a stream of int64, exactly, sample by sample (sampleCount x channelCount).
  public func integers(of stream: XDFStream) -> [Int64] {
    precondition(stream.header.format == .int64, "a stream of int64")
    var cursor = XDFSampleCursor(stream)
    var sample = Array(repeating: Int64(0), count: stream.header.channelCount)
    var values: [Int64] = []
    values.reserveCapacity(stream.sampleCount * sample.count)
    for _ in 0..<stream.sampleCount {
      cursor.integers(in: bytes, into: &sample)
      values += sample
    }
    return values
  }

  /// The values of a stream of text, sample by sample (sampleCount x channelCount).
  public func strings(of stream: XDFStream) -> [String] {
    precondition(stream.header.format == .string, "a stream of text")
    var cursor = XDFSampleCursor(stream)
    return (0..<stream.sampleCount).flatMap { _ in cursor.strings(in: bytes).values }
  }
}
