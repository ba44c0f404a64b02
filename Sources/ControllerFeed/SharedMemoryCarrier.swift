internal import CShim
internal import Glibc

/// The feed in POSIX shared memory, for controllers on the same host; belongs to one thread.
///
/// The segment outlives the daemon, so that a controller that has it mapped goes on with the next one. Only the
/// owner may write, only the group may read, and a lock on the file keeps a second daemon out for as long
/// as the first lives, however it ends.
public struct SharedMemoryCarrier: ~Copyable {
  /// The segment's name, as in `/diffmsm-feed`.
  public let name: String
  private let descriptor: Int32
  // Unsafe: mapped for `FeedSegment.byteCount` bytes from `init` to `deinit`; the places that are written lie inside.
  private let memory: UnsafeMutableRawPointer

  /// Opens the segment `name`, making it when it is not there.
  ///
  /// `group`: who may read besides the owner; nil is the process's own group.
  public init(name: String, group: String? = nil) throws(CarrierError) {
    self.name = name
    (descriptor, memory) = try Self.map(
      name: name, group: group, byteCount: FeedSegment.byteCount,
      remedy: "choose another feed.shared_memory, or remove /dev/shm\(name)")
    // what an older run left is nobody's message any more
    memory.storeBytes(of: FeedContract.version.littleEndian, toByteOffset: 4, as: UInt16.self)
    memory.storeBytes(of: FeedSegment.magic.littleEndian, toByteOffset: 0, as: UInt32.self)
  }

  deinit {
    munmap(memory, FeedSegment.byteCount)
    close(descriptor)
  }

  /// Makes `message` the latest at `place`; its length is a multiple of eight bytes.
  public func write(_ message: borrowing [UInt8], count: Int, at place: Int) {
    precondition(count.isMultiple(of: 8) && count <= message.count, "whole words of the message")
    precondition(
      place + FeedSegment.lockSize + count <= FeedSegment.byteCount, "inside the segment")
    // Unsafe: `message` is borrowed for the call, and the place lies inside the mapping.
    message.withUnsafeBytes { diffmsm_seqlock_write(memory + place, $0.baseAddress, count) }
  }

  /// Makes sure that a segment is the process's own, and gives it to `group`; nil leaves its group.
  static func hand(
    _ descriptor: Int32, name: String, to group: String?, remedy: String
  ) throws(CarrierError) {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else {
      throw CarrierError(name, call: "fstat", remedy: remedy)
    }
    guard facts.st_uid == geteuid() else {
      throw CarrierError(name, "the segment belongs to another user", remedy: remedy)
    }
    guard let group else { return }
    guard let entry = getgrnam(group) else {
      throw CarrierError(
        name, "there is no group '\(group)'",
        remedy: "make it with groupadd, or delete feed.group")
    }
    guard fchown(descriptor, uid_t.max, entry.pointee.gr_gid) == 0 else {
      throw CarrierError(
        name, call: "fchown", remedy: "become a member of '\(group)', or delete feed.group")
    }
  }

  /// Opens a segment of the process's own that the group may read, locks it, and maps `byteCount` bytes of it.
  static func map(
    name: String, group: String?, byteCount: Int, remedy: String
  ) throws(CarrierError) -> (descriptor: Int32, memory: UnsafeMutableRawPointer) {
    let descriptor = shm_open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { throw CarrierError(name, call: "shm_open", remedy: remedy) }
    do throws(CarrierError) {
      return (
        descriptor,
        try prepare(
          descriptor, name: name, group: group, byteCount: byteCount, remedy: remedy)
      )
    } catch {
      close(descriptor)
      throw error
    }
  }

  private static func prepare(
    _ descriptor: Int32, name: String, group: String?, byteCount: Int, remedy: String
  ) throws(CarrierError) -> UnsafeMutableRawPointer {
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw CarrierError(
        name, "another daemon feeds this segment", remedy: "stop it, or choose another name")
    }
    try hand(descriptor, name: name, to: group, remedy: remedy)
    // whatever the umask took away or an older file allowed
    guard fchmod(descriptor, 0o640) == 0, ftruncate(descriptor, off_t(byteCount)) == 0
    else { throw CarrierError(name, call: "ftruncate", remedy: "free shared memory") }
    let memory = mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let memory, memory != MAP_FAILED else {
      throw CarrierError(name, call: "mmap", remedy: "free memory")
    }
    // no page fault on the way of a message
    mlock(memory, byteCount)
    return memory
  }
}
