/// The state of a running session as a recording holds it: rows of words, the first row saying what follows.
enum StoredState {
  /// Words in a row [words].
  static let width = 64
  /// What the words mean; another version's are not understood.
  static let version: Int64 = 1

  /// The rows that hold `words`.
  static func rows(_ words: [Int64]) -> [[Int64]] {
    let heading = [version, Int64(words.count)] + digest(words)
    let rows = stride(from: 0, to: words.count, by: width).map {
      Array(words[$0..<min($0 + width, words.count)])
    }
    return ([heading] + rows).map { $0 + Array(repeating: 0, count: width - $0.count) }
  }

  /// What rows hold.
  enum Content: Hashable {
    /// These words.
    case whole([Int64])
    /// Less than was written: the recording was cut short.
    case cut
    /// The words of another version of the program.
    case foreign(version: Int64)
    /// Not what was written.
    case damaged
  }

  /// What `stored` holds, all rows after one another.
  static func content(_ stored: [Int64]) -> Content {
    guard stored.count >= width else { return .cut }
    guard stored[0] == version else { return .foreign(version: stored[0]) }
    guard let count = Int(exactly: stored[1]), count >= 0, count < Int.max - width else {
      return .damaged
    }
    guard stored.count - width >= count else { return .cut }
    let words = Array(stored[width..<(width + count)])
    return Array(stored[2..<6]) == digest(words) ? .whole(words) : .damaged
  }

  /// SHA-256 of the words, little end first (4).
  private static func digest(_ words: [Int64]) -> [Int64] {
    let bytes = words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    let digest = SHA256(bytes).bytes
    return (0..<4).map { part in
      digest[(8 * part)..<(8 * part + 8)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
  }
}
