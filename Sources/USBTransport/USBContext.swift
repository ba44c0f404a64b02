internal import CLibUSB
public import Devices
internal import RealTime
internal import Synchronization

/// libusb's session of this process, its event thread and what is plugged in.
///
/// Made and closed by one owner. `devices`, `changes` and the handles opened from it belong to any thread,
/// but not to the event thread's callbacks. `close` ends the event thread; handles that are still open keep
/// the session itself alive until they go.
public final class USBContext: Sendable {
  /// A device that is plugged in.
  public struct Device: Sendable {
    /// Its ids.
    public var match: USBMatch
    /// Where it is plugged in, as `1-2.4`; the same after plugging it in again.
    public var port: String
    /// Its number on the bus, another one after each plugging in [1].
    public var address: Int
    /// libusb's reference.
    let reference: USBDeviceReference
  }

  let session: USBSession
  private let thread = Mutex<WorkerThread?>(nil)
  private let isRunning = Atomic<Bool>(true)
  private let hotplugEvents = Atomic<Int>(0)
  private let callback = Mutex<libusb_hotplug_callback_handle>(0)

  /// Starts libusb and its event thread; succeeds also on machines without USB.
  public init() throws {
    var pointer: OpaquePointer?
    try USBError.check(libusb_init(&pointer), "libusb_init")
    guard let pointer else { throw USBError(call: "libusb_init", code: -99) }
    session = USBSession(pointer)
    if libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG.rawValue) != 0 {
      var handle: libusb_hotplug_callback_handle = 0
      let events =
        LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue
        | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue
      // the callback sees self until `close` deregisters it
      let code = libusb_hotplug_register_callback(
        session.pointer, Int32(events), 0, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
        LIBUSB_HOTPLUG_MATCH_ANY, noteHotplug, Unmanaged.passUnretained(self).toOpaque(), &handle)
      try USBError.check(code, "libusb_hotplug_register_callback")
      callback.withLock { $0 = handle }
    }
    let started = try WorkerThread(name: "usb-events", realTimePriority: 30) { [session, self] in
      while self.isRunning.load(ordering: .acquiring) {
        var timeout = timeval(tv_sec: 0, tv_usec: 100_000)
        libusb_handle_events_timeout_completed(session.pointer, &timeout, nil)
      }
    }
    thread.withLock { $0 = started }
  }

  /// How often something was plugged in or out since the start [1].
  public var changes: Int { hotplugEvents.load(ordering: .acquiring) }

  /// Ends the event thread; every handle must have stopped its transfers.
  public func close() {
    guard isRunning.exchange(false, ordering: .acquiringAndReleasing) else { return }
    let handle = callback.withLock { $0 }
    if handle != 0 { libusb_hotplug_deregister_callback(session.pointer, handle) }
    libusb_interrupt_event_handler(session.pointer)
    thread.withLock { $0.take() }?.join()
  }

  /// What is plugged in now, in the order of ports.
  public func devices() throws(USBError) -> [Device] {
    var list: UnsafeMutablePointer<OpaquePointer?>?
    let count = libusb_get_device_list(session.pointer, &list)
    guard count >= 0, let list else {
      throw USBError(call: "libusb_get_device_list", code: Int32(truncatingIfNeeded: count))
    }
    // each device that is kept holds a reference of its own
    defer { libusb_free_device_list(list, 1) }
    let devices = (0..<count).compactMap { index -> Device? in
      guard let device = list[index] else { return nil }
      var descriptor = libusb_device_descriptor()
      guard libusb_get_device_descriptor(device, &descriptor) == 0 else { return nil }
      return Device(
        match: USBMatch(vendorID: descriptor.idVendor, productID: descriptor.idProduct),
        port: Self.port(of: device), address: Int(libusb_get_device_address(device)),
        reference: USBDeviceReference(device, session))
    }
    return devices.sorted { $0.port < $1.port }
  }

  private static func port(of device: OpaquePointer) -> String {
    var numbers = [UInt8](repeating: 0, count: 8)
    let count = libusb_get_port_numbers(device, &numbers, Int32(numbers.count))
    let bus = Int(libusb_get_bus_number(device))
    guard count > 0 else { return "\(bus)-0" }
    return "\(bus)-" + numbers.prefix(Int(count)).map(String.init).joined(separator: ".")
  }

  /// Counts a change; called by libusb on whatever thread handles events.
  fileprivate func note() {
    hotplugEvents.add(1, ordering: .releasing)
  }
}

/// libusb's callback for plugging in and out: nothing but a count, everything else is done elsewhere.
private func noteHotplug(
  _ context: OpaquePointer?, _ device: OpaquePointer?, _ event: libusb_hotplug_event,
  _ owner: UnsafeMutableRawPointer?
) -> Int32 {
  if let owner { Unmanaged<USBContext>.fromOpaque(owner).takeUnretainedValue().note() }
  return 0
}

/// libusb's session; ended when nobody holds it, because nothing of libusb may outlive it.
///
/// `@unchecked Sendable` holds because libusb locks its own session.
final class USBSession: @unchecked Sendable {
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit { libusb_exit(pointer) }
}

/// A counted reference to a device of libusb.
///
/// `@unchecked Sendable` holds because libusb counts references atomically and the rest is constant.
final class USBDeviceReference: @unchecked Sendable {
  let pointer: OpaquePointer
  let session: USBSession

  init(_ pointer: OpaquePointer, _ session: USBSession) {
    self.pointer = libusb_ref_device(pointer)
    self.session = session
  }

  deinit { libusb_unref_device(pointer) }
}
