import Foundation
public import Signals

extension XDFReader {
  /// The stamps of a stream as written or implied, on the stream's own clock (sampleCount) [s].
  public func stamps(of stream: XDFStream) -> [Double] {
    guard let size = stream.header.format.valueSize else {
      var cursor = XDFSampleCursor(stream)
      return cursor.stamps(in: bytes)
    }
    let width = size * stream.header.channelCount
    return Self.filled(stream.sampleCount) { output in
      bytes.withUnsafeBytes { file in
        var row = 0
        for chunk in stream.chunks {
          var place = chunk.byteOffset
          var stamp = chunk.precedingStamp
          // where only the first may have a stamp the others follow without a look at the file
          for _ in 0..<(chunk.isEven ? 1 : chunk.sampleCount) {
            if file[place] == 8 {
              stamp = Double(
                bitPattern: UInt64(
                  littleEndian: file.loadUnaligned(fromByteOffset: place + 1, as: UInt64.self)))
              place += 9 + width
            } else {
              stamp += stream.impliedStep
              place += 1 + width
            }
            output[row] = stamp
            row += 1
          }
          for _ in 0..<(chunk.isEven ? chunk.sampleCount - 1 : 0) {
            stamp += stream.impliedStep
            output[row] = stamp
            row += 1
          }
        }
      }
    }
  }

  /// The values of a stream of numbers as stored, sample by sample (sampleCount x channelCount).
  public func numbers(of stream: XDFStream) -> [Double] {
    let channels = stream.header.channelCount
    return Self.filled(stream.sampleCount * channels) { output in
      bytes.withUnsafeBytes { file in
        guard let base = file.baseAddress, let row = output.baseAddress else { return }
        for chunk in stream.chunks {
          var stamp = 0.0
          _ = XDFDecoding.decode(
            stream.header, base + chunk.byteOffset, count: chunk.sampleCount, step: 0,
            stamp: &stamp, into: row + chunk.firstSample * channels)
        }
      }
    }
  }

  /// The values of a stream of int32 as they are stored, sample by sample (sampleCount x channelCount).
  ///
  /// Half the memory of `numbers`, whose first touch is most of what reading a long recording costs.
  public func counts(of stream: XDFStream) -> [Int32] {
    precondition(stream.header.format == .int32, "a stream of int32")
    let width = stream.header.channelCount * MemoryLayout<Int32>.size
    let count = stream.sampleCount * stream.header.channelCount
    return Self.filled(count) { buffer in
      let output = UnsafeMutableRawBufferPointer(buffer)
      bytes.withUnsafeBytes { file in
        guard let base = file.baseAddress, var row = output.baseAddress else { return }
        for chunk in stream.chunks {
          var place = base + chunk.byteOffset
          for _ in 0..<chunk.sampleCount {
            place += place.load(as: UInt8.self) == 8 ? 9 : 1
            row.copyMemory(from: place, byteCount: width)
            row += width
            place += width
          }
        }
      }
      #if _endian(big)
        for index in 0..<count { buffer[index] = Int32(littleEndian: buffer[index]) }
      #endif
    }
  }

  /// Goes through a stream of numbers from its first sample to its last, a block at a time.
  ///
  /// The block's storage is made once, so that a recording of any length is read in the same memory.
  /// `visit` gets the block and the index of its first sample.
  public func read(
    _ stream: XDFStream, samples: Int = 512, visit: (borrowing SampleBlock, Int) -> Void
  ) {
    let channels = stream.header.channelCount
    var cursor = XDFSampleCursor(stream)
    var block = SampleBlock(capacity: samples * channels)
    while cursor.remaining > 0 {
      let first = cursor.nextSample
      block.begin(stream: 0, channelCount: channels, firstSample: Int64(first))
      cursor.fill(&block, count: min(samples, cursor.remaining), in: bytes)
      visit(block, first)
    }
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

  /// An array of `count` numbers that `fill` sets, all of them.
  ///
  /// A long one gets large pages where the kernel has some: a fault for every four kilobytes is otherwise
  /// more work than filling them.
  private static func filled<Number>(
    _ count: Int, _ fill: (UnsafeMutableBufferPointer<Number>) -> Void
  ) -> [Number] {
    Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      let page = 1 << 21
      let storage = UnsafeMutableRawBufferPointer(buffer)
      if let base = storage.baseAddress, storage.count >= 4 * page {
        let lead = (page - Int(bitPattern: base) % page) % page
        // advice about pages that lie wholly inside: where it is not taken nothing changes
        _ = madvise(base + lead, (storage.count - lead) / page * page, Int32(MADV_HUGEPAGE))
      }
      fill(UnsafeMutableBufferPointer(rebasing: buffer[0..<count]))
      initialized = count
    }
  }
}
