public import Foundation

/// An XDF file, checked chunk by chunk when opened and decoded on demand from mapped memory.
///
/// It accepts any writer's files. A file that was cut short gives everything up to its last whole
/// chunk and says how much was lost; a file that contradicts itself gives an `XDFError` with the place, or,
/// when asked to salvage, what precedes that place, or what the next boundary chunk lets it find again. What is
/// kept in memory is the place of each chunk.
public struct XDFReader: Sendable {
  /// The file, as the caller named it.
  public let path: String
  /// The streams in the order of their headers (count).
  public private(set) var streams: [XDFStream] = []
  /// Bytes that could not be used; zero for a whole file [bytes].
  public private(set) var lostByteCount = 0
  /// Those of them that are no whole chunk at the file's end [bytes].
  public private(set) var cutByteCount = 0
  /// What was passed over, in file order; the first hundred (count).
  public private(set) var damages: [XDFDamage] = []
  /// How many stretches were passed over [1].
  public private(set) var damageCount = 0
  /// Samples after damage whose times nothing tells; they are left out [samples].
  public private(set) var untimedSampleCount = 0
  /// Chunks of kinds that XDF 1.0 does not know, which were passed over [1].
  public private(set) var unknownChunkCount = 0
  /// The file's bytes, mapped.
  let bytes: Data
  private var positions: [XDFStreamID: Int] = [:]

  /// What is wrong where the first stretch begins that was passed over; nil when none was.
  public var damage: XDFError? { damages.first?.error }

  /// Opens and checks a file.
  public init(path: String, salvage: XDFSalvage = .nothing) throws(XDFError) {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw XDFError(
        .cannotOpen, path: path, expected: "a recording", found: error.localizedDescription,
        remedy: "check the name and that you may read it")
    }
    try self.init(bytes: bytes, path: path, salvage: salvage)
  }

  /// Checks the bytes of a file that `path` names in messages.
  public init(bytes: Data, path: String, salvage: XDFSalvage = .nothing) throws(XDFError) {
    self.path = path
    self.bytes = bytes
    var cursor = XDFByteCursor(bytes)
    guard cursor.remaining >= 4, XDFTag.magic.allSatisfy({ $0 == cursor.readUInt8() }) else {
      throw XDFError(
        .notXDF, path: path, byteOffset: 0, expected: "the four bytes 'XDF:'",
        found: bytes.isEmpty ? "an empty file" : "something else",
        remedy: "give an .xdf file, or make one with `diffmsm convert`")
    }
    while cursor.remaining > 0 {
      let start = cursor.offset
      do throws(XDFError) {
        guard let length = try readLength(&cursor, chunkStart: start) else {
          cutByteCount = bytes.count - start
          lostByteCount += cutByteCount
          return
        }
        try readChunk(&cursor, start: start, length: length)
      } catch {
        // a chunk leaves nothing behind before it has been found whole
        guard salvage != .nothing, !streams.isEmpty else { throw error }
        cursor.offset = start
        pass(error, &cursor, to: salvage == .aroundDamage ? nil : bytes.count)
      }
    }
  }

  /// Passes over what is damaged from the cursor on, to `end` or to where a boundary chunk ends.
  ///
  /// Stamps that only follow from those before are unknown from here on, until a sample has one of its own.
  private mutating func pass(_ error: XDFError, _ cursor: inout XDFByteCursor, to end: Int?) {
    let start = cursor.offset
    let boundary = end == nil ? cursor.find(XDFTag.boundaryIdentifier) : nil
    cursor.offset = end ?? boundary.map { $0 + XDFTag.boundaryIdentifier.count } ?? bytes.count
    lostByteCount += cursor.offset - start
    damageCount += 1
    if damages.count < 100 {
      damages.append(
        XDFDamage(error: error, byteOffset: start, byteCount: cursor.offset - start))
    }
    for position in streams.indices { streams[position].isUntimed = true }
  }

  /// The stream called `name`.
  public func stream(named name: String) -> XDFStream? {
    streams.first { $0.header.name == name }
  }

  /// The length of the chunk at the cursor, or nil when the file was cut inside it [bytes].
  private func readLength(
    _ cursor: inout XDFByteCursor, chunkStart: Int
  ) throws(XDFError) -> Int? {
    let sizeByte = cursor.readUInt8()
    guard sizeByte == 1 || sizeByte == 4 || sizeByte == 8 else {
      // After a loss of power the tail of a file may be zeros.
      if cursor.isZero(from: chunkStart) { return nil }
      throw wrongChunk(
        chunkStart, expected: "a chunk whose length takes 1, 4 or 8 bytes", found: "\(sizeByte)")
    }
    guard cursor.remaining >= Int(sizeByte) else { return nil }
    let length = cursor.readUInt(size: Int(sizeByte))
    guard length >= 2 else {
      throw wrongChunk(chunkStart, expected: "a chunk of at least 2 bytes", found: "\(length)")
    }
    if length <= UInt64(cursor.remaining) { return Int(length) }
    // A chunk beyond the end is the mark of a cut file, unless whole chunks follow it.
    if let boundary = cursor.find(XDFTag.boundaryIdentifier) {
      throw wrongChunk(
        chunkStart, expected: "a chunk that ends before the boundary chunk at byte \(boundary)",
        found: "a length of \(length) bytes")
    }
    return nil
  }

  private func wrongChunk(_ offset: Int, expected: String, found: String) -> XDFError {
    XDFError(
      .wrongChunk, path: path, byteOffset: offset, expected: expected, found: found,
      remedy: "the file is damaged here: use what precedes with --allow-truncated")
  }

  private mutating func readChunk(
    _ cursor: inout XDFByteCursor, start: Int, length: Int
  ) throws(XDFError) {
    let end = cursor.offset + length
    let tag = cursor.readUInt16()
    var stream = XDFStreamID(0)
    if [XDFTag.streamHeader, XDFTag.samples, XDFTag.clockOffset, XDFTag.streamFooter].contains(tag)
    {
      guard length >= 6 else {
        throw wrongChunk(
          start, expected: "at least 6 bytes in a chunk of tag \(tag)", found: "\(length)")
      }
      stream = XDFStreamID(cursor.readUInt32())
    }
    switch tag {
    case XDFTag.fileHeader:
      _ = try readXML(&cursor, end: end, start: start)
    case XDFTag.streamHeader:
      try readStreamHeader(&cursor, end: end, start: start, id: stream)
    case XDFTag.samples:
      let position = try position(of: stream, start: start)
      try readSamples(&cursor, end: end, start: start, position: position)
    case XDFTag.clockOffset:
      let position = try position(of: stream, start: start)
      guard end - cursor.offset == 16 else {
        throw wrongChunk(
          start, expected: "two numbers in a clock offset",
          found: "\(end - cursor.offset) bytes")
      }
      let offset = XDFClockOffset(time: cursor.readDouble(), offset: cursor.readDouble())
      guard Self.isTime(offset.time), Self.isTime(offset.offset) else {
        throw wrongSamples(
          start, expected: "a finite clock offset", found: "\(offset.time), \(offset.offset)")
      }
      streams[position].clockOffsets.append(offset)
    case XDFTag.streamFooter:
      let position = try position(of: stream, start: start)
      streams[position].footer = String(decoding: cursor.bytes(upTo: end), as: UTF8.self)
    case XDFTag.boundary: break
    default: unknownChunkCount += 1
    }
    cursor.offset = end
  }

  private func readXML(
    _ cursor: inout XDFByteCursor, end: Int, start: Int
  ) throws(XDFError) -> XMLTree {
    switch XMLTree.parse(cursor.bytes(upTo: end)) {
    case .success(let tree): return tree
    case .failure(let failure):
      throw XDFError(
        .wrongHeader, path: path, byteOffset: start, expected: "a well-formed XML header",
        found: "an XML error on its line \(failure.line)",
        remedy: "the header is damaged: record again or repair it by hand")
    }
  }

  private mutating func readStreamHeader(
    _ cursor: inout XDFByteCursor, end: Int, start: Int, id: XDFStreamID
  ) throws(XDFError) {
    let tree = try readXML(&cursor, end: end, start: start)
    let remedy = "the stream header is damaged: record again or repair it by hand"
    if positions[id] != nil {
      throw XDFError(
        .wrongHeader, path: path, byteOffset: start, expected: "one header for each stream",
        found: "a second one for stream \(id.number)", remedy: remedy)
    }
    do {
      let header = try XDFStreamHeader.parse(tree)
      positions[id] = streams.count
      streams.append(XDFStream(id: id, header: header))
    } catch {
      throw XDFError(
        .wrongHeader, path: path, byteOffset: start,
        expected: "\(error.expected) in the header of stream \(id.number)", found: error.found,
        remedy: remedy)
    }
  }

  private func position(of stream: XDFStreamID, start: Int) throws(XDFError) -> Int {
    guard let position = positions[stream] else {
      throw XDFError(
        .unknownStream, path: path, byteOffset: start,
        expected: "the header of stream \(stream.number) before its other chunks",
        found: "none", remedy: "the file is damaged or its writer is at fault")
    }
    return position
  }

  /// Walks the samples of a chunk and notes where they are; nothing is decoded yet.
  private mutating func readSamples(
    _ cursor: inout XDFByteCursor, end: Int, start: Int, position: Int
  ) throws(XDFError) {
    guard let claimed = cursor.readLength(before: end) else {
      throw wrongSamples(start, expected: "a sample count of 1, 4 or 8 bytes", found: "another")
    }
    let header = streams[position].header
    let leastSize = 1 + header.channelCount * (header.format.valueSize ?? 2)
    guard claimed <= UInt64((end - cursor.offset) / leastSize) else {
      throw wrongSamples(
        start, expected: "at most \((end - cursor.offset) / leastSize) samples in this chunk",
        found: "a count of \(claimed)")
    }
    let count = Int(claimed)
    if streams[position].isUntimed, count > 0, cursor.offset < end {
      var first = cursor
      guard first.readUInt8() != 0 else {
        untimedSampleCount += count
        return
      }
    }
    let first = cursor.offset
    let step = streams[position].impliedStep
    var stamp = streams[position].lastStamp
    // sound chunks of numbers are most of every file; what is wrong with others is found one by one
    let walked = header.format.valueSize.flatMap {
      walk(from: cursor.offset, to: end, count: count, width: $0 * header.channelCount, stamp, step)
    }
    if let walked {
      stamp = walked.stamp
      cursor.offset = end
    }
    for _ in 0..<(walked == nil ? count : 0) {
      guard cursor.offset < end else {
        throw wrongSamples(
          start, expected: "\(count) samples", found: "the chunk's end before that")
      }
      let stampSize = cursor.readUInt8()
      guard stampSize == 0 || (stampSize == 8 && end - cursor.offset >= 8) else {
        throw wrongSamples(
          cursor.offset - 1, expected: "a time stamp of 0 or 8 bytes", found: "\(stampSize)")
      }
      stamp = stampSize == 8 ? cursor.readDouble() : stamp + step
      guard Self.isTime(stamp) else {
        throw wrongSamples(cursor.offset, expected: "a finite time stamp", found: "\(stamp)")
      }
      guard cursor.skipValues(of: header, before: end) else {
        throw wrongSamples(
          cursor.offset, expected: "\(header.channelCount) values of \(header.format.rawValue)",
          found: "the chunk's end before that")
      }
    }
    guard cursor.offset == end else {
      throw wrongSamples(
        start, expected: "\(count) samples that fill the chunk",
        found: "\(end - cursor.offset) bytes too many")
    }
    if count > 0 {
      streams[position].chunks.append(
        XDFChunk(
          firstSample: streams[position].sampleCount, sampleCount: count, byteOffset: first,
          precedingStamp: streams[position].lastStamp, isEven: walked?.isEven ?? false))
      streams[position].isUntimed = false
    }
    streams[position].lastStamp = stamp
    streams[position].sampleCount += count
  }

  /// The last stamp of `count` samples that fill the bytes exactly, and whether only the first may have one.
  ///
  /// Nil when they do not fill the bytes, or a stamp is wild.
  private func walk(
    from start: Int, to end: Int, count: Int, width: Int, _ preceding: Double, _ step: Double
  ) -> (stamp: Double, isEven: Bool)? {
    bytes.withUnsafeBytes { file in
      guard end <= file.count else { return nil }
      var place = start
      var stamp = preceding
      var isEven = true
      for index in 0..<count {
        guard end - place >= 1 + width else { return nil }
        switch file[place] {
        case 0:
          stamp += step
          place += 1 + width
        case 8:
          guard end - place >= 9 + width else { return nil }
          stamp = Double(
            bitPattern: UInt64(
              littleEndian: file.loadUnaligned(fromByteOffset: place + 1, as: UInt64.self)))
          place += 9 + width
          if index > 0 { isEven = false }
        default: return nil
        }
        guard Self.isTime(stamp) else { return nil }
      }
      return place == end ? (stamp, isEven) : nil
    }
  }

  private func wrongSamples(_ offset: Int, expected: String, found: String) -> XDFError {
    XDFError(
      .wrongSamples, path: path, byteOffset: offset, expected: expected, found: found,
      remedy: "the file is damaged here: use what precedes with --allow-truncated")
  }

  /// Finite, and few enough seconds that nanoseconds fit 64 bits.
  private static func isTime(_ seconds: Double) -> Bool {
    abs(seconds) < 4e9
  }
}
