internal import CLibUSB
internal import RealTime
internal import Synchronization

/// One transfer's bytes on their way from the event thread to the source's thread.
struct ArrivedTransfer: Sendable {
  /// Which of the source's streams it belongs to (index).
  var stream = 0
  /// Which start of the stream's ring it belongs to [1].
  var generation = 0
  /// When it completed [ns on the clock].
  var arrival: Int64 = 0
  /// How many bytes arrived [bytes].
  var count = 0
  /// True when the device sent more than fits: the bytes cannot be trusted.
  var isOversized = false
  /// Transfers before this one that found no room in the queue [1].
  var droppedBefore = 0
  /// The bytes, then room (capacity).
  var bytes: [UInt8]

  /// Room for `capacity` bytes.
  init(capacity: Int) {
    bytes = Array(repeating: 0, count: capacity)
  }
}

/// Why a ring of transfers ended by itself.
enum TransferFault: Hashable, Sendable {
  /// The endpoint is halted.
  case stall
  /// The device is gone.
  case gone
  /// Transfers fail, as with a bad cable; libusb's code where it refused a transfer [1].
  case error(Int32)
}

/// Some IN transfers that are always waiting on one endpoint, so that no moment is missed.
///
/// `start`, `stop` and `isDrained` belong to the source's thread. Completions come on the thread that
/// handles libusb's events, one at a time: they take the time, hand the bytes over and submit the transfer
/// again. The ring keeps itself alive until the last transfer is back; only then may its handle close.
///
/// `@unchecked Sendable` holds because all that changes is behind the mutex, or belongs to completions.
final class TransferRing: @unchecked Sendable {
  /// What source and completions share.
  private struct State {
    var inFlight = 0
    var isStopping = false
    var fault: TransferFault?
  }

  private let handle: USBHandle
  private let queue: SingleProducerRing<ArrivedTransfer>
  private let state = Mutex(State())
  private var transfers: [UnsafeMutablePointer<libusb_transfer>] = []
  private var buffers: [UnsafeMutablePointer<UInt8>] = []
  /// What completions fill next; theirs alone.
  private var spare: ArrivedTransfer
  private var dropped = 0
  private let stream: Int
  private let generation: Int

  /// A ring of `count` transfers of `size` bytes.
  init(
    _ handle: USBHandle, endpoint: UInt8, isInterrupt: Bool, count: Int, size: Int, stream: Int,
    generation: Int, queue: SingleProducerRing<ArrivedTransfer>, capacity: Int
  ) throws(USBError) {
    self.handle = handle
    self.queue = queue
    self.stream = stream
    self.generation = generation
    spare = ArrivedTransfer(capacity: capacity)
    for _ in 0..<count {
      guard let transfer = libusb_alloc_transfer(0) else {
        throw USBError(call: "libusb_alloc_transfer", code: LIBUSB_ERROR_NO_MEM.rawValue)
      }
      let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
      buffer.initialize(repeating: 0, count: size)
      transfers.append(transfer)
      buffers.append(buffer)
      let owner = Unmanaged.passUnretained(self).toOpaque()
      if isInterrupt {
        libusb_fill_interrupt_transfer(
          transfer, handle.pointer, endpoint, buffer, Int32(size), transferCompleted, owner, 0)
      } else {
        libusb_fill_bulk_transfer(
          transfer, handle.pointer, endpoint, buffer, Int32(size), transferCompleted, owner, 0)
      }
    }
  }

  deinit {
    for transfer in transfers { libusb_free_transfer(transfer) }
    for buffer in buffers { buffer.deallocate() }
  }

  /// Submits all transfers; a failure half way is a fault like any other, told when all are back.
  func start() {
    // given back by the last completion
    _ = Unmanaged.passRetained(self)
    state.withLock { $0.inFlight = transfers.count }
    for (index, transfer) in transfers.enumerated() {
      let code = libusb_submit_transfer(transfer)
      guard code < 0 else { continue }
      let isLast = state.withLock { state in
        state.fault = state.fault ?? Self.fault(code)
        state.isStopping = true
        state.inFlight -= transfers.count - index
        return state.inFlight == 0
      }
      for earlier in transfers[..<index] { libusb_cancel_transfer(earlier) }
      if isLast { Unmanaged.passUnretained(self).release() }
      return
    }
  }

  /// Asks for all transfers back.
  func cancel() {
    state.withLock { $0.isStopping = true }
    for transfer in transfers { libusb_cancel_transfer(transfer) }
  }

  /// Asks for all transfers back and waits for them; false when some are still out after `seconds`.
  func drain(seconds: Double = 5) -> Bool {
    cancel()
    let deadline = MonotonicClock.now() + Int64(seconds * 1e9)
    while !isDrained {
      guard MonotonicClock.now() < deadline else { return false }
      MonotonicClock.sleep(until: MonotonicClock.now() + 500_000)
    }
    return true
  }

  /// True when no transfer is out.
  var isDrained: Bool { state.withLock { $0.inFlight == 0 } }

  /// Why the ring is ending or has ended by itself.
  var fault: TransferFault? { state.withLock { $0.fault } }

  private static func fault(_ code: Int32) -> TransferFault {
    code == LIBUSB_ERROR_NO_DEVICE.rawValue ? .gone : .error(code)
  }

  /// Takes a transfer back; called by libusb.
  fileprivate func complete(_ transfer: UnsafeMutablePointer<libusb_transfer>, at now: Int64) {
    let status = transfer.pointee.status
    switch status {
    case LIBUSB_TRANSFER_COMPLETED, LIBUSB_TRANSFER_TIMED_OUT, LIBUSB_TRANSFER_CANCELLED,
      LIBUSB_TRANSFER_OVERFLOW:
      hand(over: transfer, isOversized: status == LIBUSB_TRANSFER_OVERFLOW, at: now)
    default: break
    }
    let isLast = state.withLock { state in
      switch status {
      case LIBUSB_TRANSFER_COMPLETED, LIBUSB_TRANSFER_TIMED_OUT, LIBUSB_TRANSFER_OVERFLOW:
        if !state.isStopping {
          let code = libusb_submit_transfer(transfer)
          if code == 0 { return false }
          state.fault = state.fault ?? Self.fault(code)
        }
      case LIBUSB_TRANSFER_STALL: state.fault = state.fault ?? .stall
      case LIBUSB_TRANSFER_NO_DEVICE: state.fault = .gone
      case LIBUSB_TRANSFER_CANCELLED: break
      default: state.fault = state.fault ?? .error(LIBUSB_ERROR_IO.rawValue)
      }
      state.isStopping = state.isStopping || state.fault != nil
      state.inFlight -= 1
      return state.inFlight == 0
    }
    if isLast { Unmanaged.passUnretained(self).release() }
  }

  /// Swaps the bytes into the queue; when it is full they are lost and counted.
  private func hand(
    over transfer: UnsafeMutablePointer<libusb_transfer>, isOversized: Bool, at now: Int64
  ) {
    let count = min(Int(transfer.pointee.actual_length), spare.bytes.count)
    guard count > 0 || isOversized, let buffer = transfer.pointee.buffer else { return }
    spare.stream = stream
    spare.generation = generation
    spare.arrival = now
    spare.count = count
    spare.isOversized = isOversized
    spare.droppedBefore = dropped
    spare.bytes.withUnsafeMutableBufferPointer {
      $0.baseAddress?.update(from: buffer, count: count)
    }
    if queue.push(&spare) { dropped = 0 } else { dropped += 1 }
  }
}

/// libusb's callback: the time first, everything else afterwards.
private func transferCompleted(_ transfer: UnsafeMutablePointer<libusb_transfer>?) {
  let now = MonotonicClock.now()
  guard let transfer, let owner = transfer.pointee.user_data else { return }
  Unmanaged<TransferRing>.fromOpaque(owner).takeUnretainedValue().complete(transfer, at: now)
}
