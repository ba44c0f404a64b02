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
    precondition(count <= remaining, "these samples must remain")
    let channels = stream.header.channelCount
    block.appendSamples(count) { values, first in
      values.withUnsafeMutableBufferPointer { output in
        file.withUnsafeBytes { bytes in
          guard let base = bytes.baseAddress, let row = output.baseAddress else { return }
          var done = 0
          while done < count {
            let here = min(count - done, stream.chunks[chunk].sampleCount - sampleInChunk)
            let end = XDFDecoding.decode(
              stream.header, base + byteOffset, count: here, step: stream.impliedStep,
              stamp: &stamp, into: row + first + done * channels)
            done += here
            pass(here, to: end - base)
          }
        }
      }
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
    pass(1, to: offset)
  }

  /// Steps over `count` samples of this chunk, which end at `offset` [bytes].
  private mutating func pass(_ count: Int, to offset: Int) {
    nextSample += count
    sampleInChunk += count
    byteOffset = offset
    if sampleInChunk == stream.chunks[chunk].sampleCount, chunk + 1 < stream.chunks.count {
      chunk += 1
      sampleInChunk = 0
      byteOffset = stream.chunks[chunk].byteOffset
    }
  }
}
