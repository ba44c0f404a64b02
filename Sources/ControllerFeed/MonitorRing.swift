internal import CShim
internal import Glibc

/// What a session measures, in a ring of shared memory from which bridges to other systems read; belongs to one thread.
///
/// The writer never waits and knows no reader: who is too slow finds itself overtaken and goes on with what is new. Little-endian.
/// At 0 the bytes `DMSR` and the version as u16; at 8, 16 and 24 as u64 the length of the description, where the ring begins and
/// its size; at 64 a seqlock before a u64, the bytes written so far; from 4096 on the description, JSON. Records follow
/// each other in the ring and begin at multiples of eight bytes; none goes round its end:
///
///     u32 length of the record, u16 kind, u16 stream, u32 rows, u32 columns, i64 time of the first row, i64 of the last, f32 values
///
/// Times are CLOCK_MONOTONIC [ns]. Kind 0 is nothing up to the ring's end; 1 are a stream's samples in its SI units; 2 is a frame of
/// the estimator's grid: envelopes, then angles.
///
/// `@unchecked Sendable` holds because it has one owner at a time, who alone has its memory.
public struct MonitorRing: ~Copyable, @unchecked Sendable {
  /// The first four bytes: `DMSR`.
  public static let magic: UInt32 = 0x5253_4D44
  /// The version of this layout [1].
  public static let version: UInt16 = 1
  /// What a record holds.
  public enum Kind: UInt16, Sendable {
    /// Nothing; the ring begins again.
    case filler = 0
    /// Samples of a stream.
    case samples = 1
    /// A frame.
    case frame = 2
  }

  private static let descriptionPlace = 4096
  private static let ringPlace = 65_536
  private static let ringSize = 1 << 20
  private static let headPlace = 64
  /// Bytes of a record before its values [bytes].
  private static let headSize = 32

  private let descriptor: Int32
  // Unsafe: mapped for the whole segment from `init` to `deinit`; every place that is written is checked to lie inside.
  private let memory: UnsafeMutableRawPointer
  /// Bytes written so far [bytes].
  private var written = 0
  /// Where the next value of the open record goes [bytes from the ring's begin]; nil when none is open.
  private var place = 0
  private var end = 0

  private static var byteCount: Int { ringPlace + ringSize }

  /// Opens the segment `name` and leaves `description` in it.
  ///
  /// - Parameters:
  ///   - name: the segment's name, which begins with a slash.
  ///   - group: who may read besides the owner; nil is the process's own group.
  ///   - description: what readers find at its head.
  public init(name: String, group: String?, description: [UInt8]) throws(CarrierError) {
    let remedy = "choose another feed.monitor, or remove /dev/shm\(name)"
    guard description.count <= Self.ringPlace - Self.descriptionPlace else {
      throw CarrierError(
        name, "the session's channels have no room in it", remedy: "delete feed.monitor")
    }
    (descriptor, memory) = try SharedMemoryCarrier.map(
      name: name, group: group, byteCount: Self.byteCount, remedy: remedy)
    var zero = 0
    // Unsafe: all places lie inside the mapping.
    diffmsm_seqlock_write(memory + Self.headPlace, &zero, 8)
    for (index, byte) in description.enumerated() {
      memory.storeBytes(of: byte, toByteOffset: Self.descriptionPlace + index, as: UInt8.self)
    }
    for (place, number) in [(8, description.count), (16, Self.ringPlace), (24, Self.ringSize)] {
      memory.storeBytes(of: UInt64(number).littleEndian, toByteOffset: place, as: UInt64.self)
    }
    memory.storeBytes(of: Self.version.littleEndian, toByteOffset: 4, as: UInt16.self)
    memory.storeBytes(of: Self.magic.littleEndian, toByteOffset: 0, as: UInt32.self)
  }

  deinit {
    munmap(memory, Self.byteCount)
    close(descriptor)
  }

  /// Begins a record of `rows` times `columns` values; false when it is too large to be told.
  public mutating func begin(
    _ kind: Kind, stream: Int, rows: Int, columns: Int, first: Int64, last: Int64
  ) -> Bool {
    let length = (Self.headSize + 4 * rows * columns + 7) / 8 * 8
    // half a ring at most, so that a reader has time for it
    guard rows > 0, columns > 0, length <= Self.ringSize / 2 else { return false }
    var start = written % Self.ringSize
    if start + length > Self.ringSize {
      // the rest of the ring is told to be nothing; it is shorter than a record's head at times
      let rest = Self.ringSize - start
      store(UInt32(rest), start)
      if rest >= 8 { store(UInt32(Kind.filler.rawValue), start + 4) }
      written += rest
      start = 0
    }
    store(UInt32(length), start)
    store(UInt32(kind.rawValue) | UInt32(truncatingIfNeeded: stream) << 16, start + 4)
    store(UInt32(rows), start + 8)
    store(UInt32(columns), start + 12)
    store(UInt64(bitPattern: first), start + 16)
    store(UInt64(bitPattern: last), start + 24)
    place = start + Self.headSize
    end = start + length
    written += length
    return true
  }

  /// Adds the record's next value.
  public mutating func append(_ value: Double) {
    guard place + 4 <= end else { return }
    store(Float(value).bitPattern, place)
    place += 4
  }

  /// Lets readers see what was begun and filled since the last call.
  public mutating func publish() {
    var head = UInt64(written).littleEndian
    // Unsafe: the head's place lies inside the mapping.
    diffmsm_seqlock_write(memory + Self.headPlace, &head, 8)
  }

  private func store<Number: FixedWidthInteger>(_ number: Number, _ place: Int) {
    precondition(place + Number.bitWidth / 8 <= Self.ringSize, "inside the ring")
    memory.storeBytes(
      of: number.littleEndian, toByteOffset: Self.ringPlace + place, as: Number.self)
  }
}
