/// A measurement of a stream's clock against the recording computer's.
public struct XDFClockOffset: Hashable, Sendable {
  /// When it was measured, on the stream's clock [s].
  public let time: Double
  /// What to add to the stream's stamps to get the recording computer's time [s].
  public let offset: Double
}

/// Where the samples of one chunk lie in the file; checked when the file was opened.
struct XDFChunk: Sendable {
  /// The chunk's first sample, counted over the stream [samples].
  let firstSample: Int
  /// How many samples it holds [samples].
  let sampleCount: Int
  /// Where its first sample begins [bytes].
  let byteOffset: Int
  /// Stamp of the sample before it, from which a missing first stamp follows [s].
  let precedingStamp: Double
  /// True when no sample after the first has a stamp of its own.
  let isEven: Bool
}

/// One stream of an XDF file: its header, its clock and where its samples are.
public struct XDFStream: Sendable {
  /// The number that its chunks carry.
  public let id: XDFStreamID
  /// What the stream header says.
  public let header: XDFStreamHeader
  /// Measurements of the stream's clock in file order (count).
  public internal(set) var clockOffsets: [XDFClockOffset] = []
  /// How many samples the file holds [samples].
  public internal(set) var sampleCount = 0
  /// The XML of the footer; nil when the recording was cut short.
  public internal(set) var footer: String?
  /// The chunks of samples, in file order (count).
  var chunks: [XDFChunk] = []
  /// Stamp of the last sample so far [s].
  var lastStamp = 0.0
  /// True after damage, until a sample says when it was.
  var isUntimed = false

  init(id: XDFStreamID, header: XDFStreamHeader) {
    self.id = id
    self.header = header
  }

  /// Index of the first sample of each chunk (chunk count) [samples].
  public var chunkStarts: [Int] { chunks.map(\.firstSample) }

  /// From one sample to the next where a stamp is missing; zero for irregular streams [s].
  var impliedStep: Double { header.nominalRate > 0 ? 1 / header.nominalRate : 0 }
}
