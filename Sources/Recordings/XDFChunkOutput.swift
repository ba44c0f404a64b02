/// The framing of XDF chunks: length, tag, stream, content.
extension OutputFile {
  /// Writes a chunk of text.
  mutating func putText(
    _ text: String, tag: UInt16, stream: XDFStreamID?
  ) throws(XDFError) {
    let bytes = Array(text.utf8)
    try beginChunk(tag, stream: stream, contentLength: bytes.count)
    put(bytes)
  }

  /// Reserves room for the whole chunk and writes its length, tag and stream.
  mutating func beginChunk(
    _ tag: UInt16, stream: XDFStreamID?, contentLength: Int
  ) throws(XDFError) {
    let length = 2 + (stream == nil ? 0 : 4) + contentLength
    markWhole()
    try reserve(9 + length)
    putLength(length)
    put(tag)
    if let stream { put(stream.number) }
  }

  /// The size of the number that states a length; with its own size byte it is one more [bytes].
  static func lengthSize(_ length: Int) -> Int {
    length < 256 ? 1 : length <= Int(UInt32.max) ? 4 : 8
  }

  /// Adds a length preceded by its own size.
  mutating func putLength(_ length: Int) {
    switch Self.lengthSize(length) {
    case 1:
      put(UInt8(1))
      put(UInt8(length))
    case 4:
      put(UInt8(4))
      put(UInt32(length))
    default:
      put(UInt8(8))
      put(UInt64(length))
    }
  }
}
