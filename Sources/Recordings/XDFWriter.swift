public import Signals

/// Writes an XDF 1.0 file chunk by chunk; it owns the file and is used by one thread at a time.
///
/// Blocks carry one time stamp, on their first sample; the others are implied by the nominal rate.
/// `close()` writes the footers; a file that never got them is whole up to its last chunk.
public struct XDFWriter: ~Copyable, Sendable {
  /// Values that a stream's format could not hold exactly: clamped, rounded or no number [1].
  public private(set) var inexactValueCount = 0
  private var file: OutputFile
  private var streams: [Stream] = []

  private struct Stream {
    let header: XDFStreamHeader
    var sampleCount = 0
    /// Stamp of the first sample [s].
    var firstStamp = 0.0
    /// Stamp of the last sample [s].
    var lastStamp = 0.0
  }

  /// Makes the file and writes its header; an existing file is replaced only when told so.
  ///
  /// `dateTime` is ISO 8601 and left out when nil, so that simulated recordings repeat byte for byte.
  public init(path: String, overwrite: Bool = false, dateTime: String? = nil) throws(XDFError) {
    var file = try OutputFile(path: path, overwrite: overwrite)
    try file.reserve(4)
    file.put(XDFTag.magic)
    var xml = "<?xml version=\"1.0\"?><info><version>1.0</version>"
    if let dateTime { xml += "<datetime>\(XMLTree.escape(dateTime))</datetime>" }
    xml += "</info>"
    try file.putText(xml, tag: XDFTag.fileHeader, stream: nil)
    self.file = file
  }

  /// Everything written so far, footers aside [bytes].
  public var byteCount: Int { file.byteCount }

  /// Announces a stream of a session and returns the number that its chunks carry.
  public mutating func addStream(
    _ description: StreamDescription, format: XDFFormat, createdAt: SampleTime, uid: String
  ) throws(XDFError) -> XDFStreamID {
    try addStream(
      XDFStreamHeader(description, format: format, createdAt: createdAt.exactSeconds, uid: uid))
  }

  /// Announces a stream with a header of the caller's making.
  public mutating func addStream(_ header: XDFStreamHeader) throws(XDFError) -> XDFStreamID {
    streams.append(Stream(header: header))
    let stream = XDFStreamID(UInt32(streams.count))
    try file.putText(header.xml, tag: XDFTag.streamHeader, stream: stream)
    return stream
  }

  /// Writes the samples of a block; `firstStamp` is the time of its first sample [s].
  ///
  /// Streams of int32 get rounded and clamped native values, those of double64 the values themselves.
  public mutating func append(
    _ stream: XDFStreamID, block: SampleBlock, firstStamp: Double
  ) throws(XDFError) {
    if block.sampleCount == 0 { return }
    let header = description(of: stream)
    precondition(block.channelCount == header.channelCount, "the block has the stream's channels")
    try beginSamples(stream, count: block.sampleCount, firstStamp: firstStamp)
    let channels = block.channelCount
    if header.format == .int32 {
      var inexact = 0
      for sample in 0..<block.sampleCount {
        putStampLength(sample == 0, firstStamp)
        file.put(count: channels) { channel in
          let value = block[sample, channel]
          // Int32(exactly:) is the common case; anything else is counted.
          if let exact = Int32(exactly: value) { return exact }
          inexact += 1
          if value.isNaN { return 0 }
          return Int32(Swift.min(Swift.max(value.rounded(), -0x8000_0000), 0x7FFF_FFFF))
        }
      }
      inexactValueCount += inexact
    } else {
      precondition(header.format == .double64, "blocks go to streams of int32 or double64")
      for sample in 0..<block.sampleCount {
        putStampLength(sample == 0, firstStamp)
        file.put(count: channels) { block[sample, $0].bitPattern }
      }
    }
  }

  /// Writes one sample of numbers to a stream of float32 or double64.
  public mutating func appendDoubles(
    _ stream: XDFStreamID, _ values: [Double], at stamp: SampleTime
  ) throws(XDFError) {
    let header = description(of: stream)
    precondition(values.count == header.channelCount, "one value for each channel")
    try beginSamples(stream, count: 1, firstStamp: stamp.exactSeconds)
    putStampLength(true, stamp.exactSeconds)
    if header.format == .float32 {
      file.put(count: values.count) { Float(values[$0]).bitPattern }
    } else {
      precondition(header.format == .double64, "numbers go to streams of float32 or double64")
      file.put(count: values.count) { values[$0].bitPattern }
    }
  }

  /// Writes one sample of integers to a stream of int64.
  public mutating func appendInt64s(
    _ stream: XDFStreamID, _ values: [Int64], at stamp: SampleTime
  ) throws(XDFError) {
    let header = description(of: stream)
    precondition(values.count == header.channelCount, "one value for each channel")
    precondition(header.format == .int64, "integers of 64 bits go to streams of int64")
    try beginSamples(stream, count: 1, firstStamp: stamp.exactSeconds)
    putStampLength(true, stamp.exactSeconds)
    file.put(count: values.count) { values[$0] }
  }

  /// Writes one sample of text to a stream of one string channel.
  public mutating func appendString(
    _ stream: XDFStreamID, _ text: String, at stamp: SampleTime
  ) throws(XDFError) {
    let header = description(of: stream)
    precondition(header.format == .string && header.channelCount == 1, "one channel of text")
    let bytes = Array(text.utf8)
    let lengthSize = OutputFile.lengthSize(bytes.count)
    note(stream, count: 1, firstStamp: stamp.exactSeconds)
    try file.beginChunk(
      XDFTag.samples, stream: stream, contentLength: 2 + 9 + 1 + lengthSize + bytes.count)
    file.putLength(1)
    putStampLength(true, stamp.exactSeconds)
    file.putLength(bytes.count)
    file.put(bytes)
  }

  /// Writes a measurement of a stream's clock: add `offset` to its stamps to get file time [s].
  public mutating func appendClockOffset(
    _ stream: XDFStreamID, collectedAt time: SampleTime, offset: Double
  ) throws(XDFError) {
    try file.beginChunk(XDFTag.clockOffset, stream: stream, contentLength: 16)
    file.put(time.exactSeconds)
    file.put(offset)
  }

  /// Writes a boundary chunk, a place from which readers of a damaged file can go on.
  public mutating func appendBoundary() throws(XDFError) {
    try file.beginChunk(XDFTag.boundary, stream: nil, contentLength: 16)
    file.put(XDFTag.boundaryIdentifier)
  }

  /// Hands everything written so far to the kernel: it survives a crash of this program.
  public mutating func flush() throws(XDFError) {
    try file.flush()
  }

  /// Hands everything written so far to the disk (fdatasync): it survives a loss of power.
  public mutating func synchronize() throws(XDFError) {
    try file.synchronize()
  }

  /// Writes the footers and closes the file; nothing may be appended afterwards.
  public mutating func close() throws(XDFError) {
    for (index, stream) in streams.enumerated() {
      let xml =
        "<?xml version=\"1.0\"?><info><first_timestamp>\(stream.firstStamp)</first_timestamp>"
        + "<last_timestamp>\(stream.lastStamp)</last_timestamp>"
        + "<sample_count>\(stream.sampleCount)</sample_count></info>"
      try file.putText(xml, tag: XDFTag.streamFooter, stream: XDFStreamID(UInt32(index + 1)))
    }
    streams = []
    try file.close()
  }

  /// The streams so far, in the order of their headers (count).
  var streamIDs: [XDFStreamID] { streams.indices.map { XDFStreamID(UInt32($0 + 1)) } }

  private func description(of stream: XDFStreamID) -> XDFStreamHeader {
    precondition(stream.number >= 1 && stream.number <= streams.count, "a stream of this file")
    return streams[Int(stream.number) - 1].header
  }

  /// Keeps count for the footer.
  private mutating func note(_ stream: XDFStreamID, count: Int, firstStamp: Double) {
    let index = Int(stream.number) - 1
    if streams[index].sampleCount == 0 { streams[index].firstStamp = firstStamp }
    streams[index].sampleCount += count
    let rate = streams[index].header.nominalRate
    streams[index].lastStamp = firstStamp + (rate > 0 ? Double(count - 1) / rate : 0)
  }

  /// Opens a chunk of `count` numeric samples of which only the first has a stamp.
  private mutating func beginSamples(
    _ stream: XDFStreamID, count: Int, firstStamp: Double
  ) throws(XDFError) {
    let header = description(of: stream)
    precondition(firstStamp.isFinite, "a time stamp is a number")
    note(stream, count: count, firstStamp: firstStamp)
    let sampleSize = 1 + header.channelCount * (header.format.valueSize ?? 0)
    try file.beginChunk(
      XDFTag.samples, stream: stream,
      contentLength: 1 + OutputFile.lengthSize(count) + 8 + count * sampleSize)
    file.putLength(count)
  }

  private mutating func putStampLength(_ hasStamp: Bool, _ stamp: Double) {
    file.put(UInt8(hasStamp ? 8 : 0))
    if hasStamp { file.put(stamp) }
  }
}

extension SampleTime {
  /// Time since the origin, correctly rounded, so that the nanosecond comes back on reading [s].
  var exactSeconds: Double { Double(nanoseconds) / 1e9 }
}
