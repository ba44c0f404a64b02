public import Algebra

/// A stage whose changing numbers a recording can take along.
///
/// One verb serves both directions, so that what is written and what is read cannot part. What a stage was
/// made with is not told: state goes back into a stage made alike.
public protocol Resumable {
  /// Tells `archive` every number that the next step depends on, or takes it from there, in a fixed order.
  mutating func carry(_ archive: inout StateArchive)
}

/// The changing numbers of stages one after another, while they are written or put back.
///
/// Numbers are words of 64 bits, doubles by their bits, so that a stage that goes on from them repeats every
/// digit. Words that cannot be the state of the stage that asks for them are not taken, nor is what follows.
public struct StateArchive: Sendable {
  /// The words so far, or those that are put back (any number).
  public private(set) var words: [Int64]
  /// False once a word could not be taken.
  public private(set) var isSound = true
  /// Where the next word is taken; nil while writing [words].
  private var place: Int?

  /// An archive to write to.
  public init() {
    words = []
  }

  /// An archive to take `words` from.
  public init(restoring words: [Int64]) {
    self.words = words
    place = 0
  }

  /// True when words are taken.
  public var isRestoring: Bool { place != nil }

  /// True when all words were taken, and each could be.
  public var isWhollyRestored: Bool { isSound && place == words.count }

  /// Words that are left to take [words].
  private var remaining: Int { place.map { words.count - $0 } ?? 0 }

  /// Writes `word`, or gives the one that was written in its place; `word` itself when there is none.
  public mutating func pass(_ word: Int64) -> Int64 {
    guard let place else {
      words.append(word)
      return word
    }
    guard isSound, place < words.count else {
      isSound = false
      return word
    }
    self.place = place + 1
    return words[place]
  }

  /// Says what must hold of what was taken.
  public mutating func require(_ condition: Bool) {
    if isRestoring, !condition { isSound = false }
  }

  /// A part.
  public mutating func carry(_ part: inout some Resumable) {
    part.carry(&self)
  }

  /// An index within `range`, which stays what it is when the words hold another.
  public mutating func carry(_ index: inout Int, in range: Range<Int>) {
    var found = index
    found.carry(&self)
    require(range.contains(found))
    if isSound { index = found }
  }

  /// As many parts as there are.
  public mutating func carry<Part: Resumable>(_ parts: inout [Part]) {
    let count = pass(Int64(parts.count))
    require(count == parts.count)
    guard isSound else { return }
    for index in parts.indices { parts[index].carry(&self) }
  }

  /// Parts whose number changes; new ones begin as `blank`.
  public mutating func carry<Part: Resumable>(growing parts: inout [Part], blank: Part) {
    let count = pass(Int64(parts.count))
    // every part is a word at least
    require(count >= 0 && count <= remaining)
    guard isSound else { return }
    if isRestoring { parts = Array(repeating: blank, count: Int(count)) }
    for index in parts.indices { parts[index].carry(&self) }
  }

  /// A part that may be there or not; a new one begins as `blank`.
  public mutating func carry<Part: Resumable>(_ part: inout Part?, blank: @autoclosure () -> Part) {
    var isThere = part != nil
    isThere.carry(&self)
    guard isThere else {
      if isSound { part = nil }
      return
    }
    var content = part ?? blank()
    content.carry(&self)
    part = content
  }
}

extension Resumable where Self: FixedWidthInteger {
  /// One word.
  public mutating func carry(_ archive: inout StateArchive) {
    let word = archive.pass(Int64(truncatingIfNeeded: self))
    archive.require(Self(exactly: word) != nil)
    self = Self(exactly: word) ?? self
  }
}

extension Int: Resumable {}
extension Int64: Resumable {}
extension UInt8: Resumable {}
extension UInt32: Resumable {}

extension Double: Resumable {
  /// Its bits.
  public mutating func carry(_ archive: inout StateArchive) {
    self = Double(
      bitPattern: UInt64(bitPattern: archive.pass(Int64(bitPattern: bitPattern))))
  }
}

extension Bool: Resumable {
  /// Zero or one.
  public mutating func carry(_ archive: inout StateArchive) {
    let word = archive.pass(self ? 1 : 0)
    archive.require(word == 0 || word == 1)
    self = word != 0
  }
}

extension String: Resumable {
  /// Its bytes in UTF-8.
  public mutating func carry(_ archive: inout StateArchive) {
    var bytes = Array(utf8)
    archive.carry(growing: &bytes, blank: 0)
    if archive.isRestoring { self = String(decoding: bytes, as: UTF8.self) }
  }
}

extension SIMD3: Resumable where Scalar == Double {
  /// Three numbers.
  public mutating func carry(_ archive: inout StateArchive) {
    for index in indices { self[index].carry(&archive) }
  }
}

extension SIMD4: Resumable where Scalar == Double {
  /// Four numbers.
  public mutating func carry(_ archive: inout StateArchive) {
    for index in indices { self[index].carry(&archive) }
  }
}

extension SampleTime: Resumable {
  /// Its nanoseconds.
  public mutating func carry(_ archive: inout StateArchive) {
    nanoseconds.carry(&archive)
  }
}

extension Resumable where Self: RawRepresentable, RawValue: Resumable {
  /// What it is written as.
  public mutating func carry(_ archive: inout StateArchive) {
    var raw = rawValue
    raw.carry(&archive)
    let found = Self(rawValue: raw)
    archive.require(found != nil)
    self = found ?? self
  }
}

extension Matrix: Resumable {
  /// Its shape and its elements.
  public mutating func carry(_ archive: inout StateArchive) {
    var (rows, columns) = (rowCount, columnCount)
    archive.carry(&rows)
    archive.carry(&columns)
    var found = elements
    archive.carry(growing: &found, blank: 0)
    archive.require(rows >= 0 && columns >= 0 && rows <= found.count && columns <= found.count)
    guard archive.isSound, archive.isRestoring else { return }
    archive.require(rows * columns == found.count)
    guard archive.isSound else { return }
    self = Matrix(rows: rows, columns: columns)
    elements = found
  }
}

extension QualityFlags: Resumable {}
extension AngleFaults: Resumable {}
