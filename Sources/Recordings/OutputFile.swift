import Glibc

/// A file being written through a buffer; it owns the descriptor and closes it when it ends.
///
/// Bytes reach the kernel when the buffer is full or on `flush()`, the disk on `synchronize()`. After
/// the first failure every later call fails the same way, so that a full disk is noticed once and
/// the file never has a hole. Where the file system can, a file has no name before its first bytes are
/// with the kernel, so that nobody ever finds an empty one.
struct OutputFile: ~Copyable, Sendable {
  let path: String
  private var descriptor: Int32
  private var buffer: [UInt8]
  private var filled = 0
  private var flushed = 0
  private var failure: XDFError?
  /// Places up to which chunks are whole, from the last flush on (count) [bytes].
  private var chunkStarts: [Int] = []

  /// True while the file has no name yet.
  private var isNameless = false

  /// Makes the file; an existing one is replaced only when `overwrite` says so.
  init(path: String, overwrite: Bool, bufferSize: Int = 1 << 18) throws(XDFError) {
    self.path = path
    self.buffer = Array(repeating: 0, count: bufferSize)
    descriptor = -1
    let exists = access(path, F_OK) == 0
    if !exists {
      let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
      let folder = slash.map { String(path[..<$0]) } ?? "."
      // __O_TMPFILE | O_DIRECTORY, which the overlay leaves out
      descriptor = open(
        folder.isEmpty ? "/" : folder, 0o20_000_000 | O_DIRECTORY | O_WRONLY | O_CLOEXEC, 0o644)
      isNameless = descriptor >= 0
    }
    if descriptor < 0 {
      let mode = O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL)
      descriptor = open(path, mode, 0o644)
    }
    if descriptor < 0 { throw Self.cannotCreate(path, "open", errno) }
  }

  private static func cannotCreate(_ path: String, _ call: String, _ code: Int32) -> XDFError {
    XDFError.system(
      .cannotCreate, path: path, call: call, code: code, expected: "a new file",
      remedy: code == EEXIST
        ? "choose another name or allow overwriting" : "check that the folder exists and is yours")
  }

  /// Gives the file its name, once there is something in it.
  private mutating func takeName() throws(XDFError) {
    guard isNameless else { return }
    // AT_FDCWD, AT_SYMLINK_FOLLOW
    guard linkat(-100, "/proc/self/fd/\(descriptor)", -100, path, 0x400) == 0 else {
      let error = Self.cannotCreate(path, "linkat", errno)
      failure = error
      throw error
    }
    isNameless = false
  }

  deinit {
    if descriptor >= 0 {
      if failure == nil {
        _ = Self.write(buffer, filled, to: descriptor)
        if isNameless { _ = linkat(-100, "/proc/self/fd/\(descriptor)", -100, path, 0x400) }
      }
      _ = Glibc.close(descriptor)
    }
  }

  /// Everything put so far [bytes].
  var byteCount: Int { flushed + filled }

  /// Says that what was put so far is whole: a failed file ends at such a place.
  mutating func markWhole() {
    chunkStarts.append(byteCount)
  }

  /// Makes room for `count` bytes, so that the `put` calls that follow stay in memory.
  mutating func reserve(_ count: Int) throws(XDFError) {
    if filled + count <= buffer.count { return }
    try flush()
    if count > buffer.count {
      buffer = Array(repeating: 0, count: count)
    }
  }

  /// Adds an integer, little end first; room must have been reserved.
  mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    let place = filled
    var span = buffer.mutableSpan
    var bytes = span.mutableBytes
    bytes.storeBytes(of: value.littleEndian, toByteOffset: place, as: Value.self)
    filled = place + MemoryLayout<Value>.size
  }

  /// Adds a number, little end first; room must have been reserved.
  mutating func put(_ value: Double) {
    put(value.bitPattern)
  }

  /// Adds bytes of text; room must have been reserved.
  mutating func put(_ text: some Collection<UInt8>) {
    for byte in text {
      buffer[filled] = byte
      filled += 1
    }
  }

  /// Adds `count` integers that `value` gives, little end first; room must have been reserved.
  mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(
    count: Int, _ value: (Int) -> Value
  ) {
    var place = filled
    var span = buffer.mutableSpan
    var bytes = span.mutableBytes
    for index in 0..<count {
      bytes.storeBytes(of: value(index).littleEndian, toByteOffset: place, as: Value.self)
      place += MemoryLayout<Value>.size
    }
    filled = place
  }

  /// Hands the buffer to the kernel.
  mutating func flush() throws(XDFError) {
    if let failure { throw failure }
    let (done, code) = Self.write(buffer, filled, to: descriptor)
    if code != 0 {
      // half a chunk at the end would only be bytes that nobody can use
      let whole = chunkStarts.last { $0 <= flushed + done } ?? flushed
      _ = ftruncate(descriptor, whole)
      throw fail("write", code)
    }
    try takeName()
    flushed += filled
    filled = 0
    chunkStarts = [flushed]
  }

  /// Hands everything to the disk (fdatasync).
  mutating func synchronize() throws(XDFError) {
    try flush()
    // Pipes and the like cannot be synchronised and need not be.
    if fdatasync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      throw fail("fdatasync", errno)
    }
  }

  /// Writes the rest and closes; closing twice is harmless.
  mutating func close() throws(XDFError) {
    if descriptor < 0 { return }
    try synchronize()
    let code = Glibc.close(descriptor) == 0 ? 0 : errno
    descriptor = -1
    if code != 0 { throw fail("close", code) }
  }

  private mutating func fail(_ call: String, _ code: Int32) -> XDFError {
    let error = XDFError.system(
      .cannotWrite, path: path, call: call, code: code, expected: "room on the disk",
      remedy: "free space or record elsewhere; what was written until then is intact")
    failure = error
    return error
  }

  /// Writes all `count` bytes; returns how many went and zero or the error number.
  private static func write(
    _ buffer: [UInt8], _ count: Int, to descriptor: Int32
  ) -> (done: Int, code: Int32) {
    var done = 0
    while done < count {
      let written = buffer.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, count - done)
      }
      if written < 0 {
        if errno == EINTR { continue }
        return (done, errno)
      }
      done += written
    }
    return (done, 0)
  }
}
