internal import CLibUSB
internal import Devices

/// An open device: control requests and short transfers that wait for their end.
///
/// Belongs to one thread, which is not the event thread. Closed when it goes; a transfer ring on it must
/// have drained before.
///
/// `@unchecked Sendable` holds because the handle itself is constant and libusb locks what is behind it.
final class USBHandle: @unchecked Sendable {
  let pointer: OpaquePointer
  private let reference: USBDeviceReference
  private var claimed: [Int32] = []

  /// Opens a device; access errors name the udev rule.
  init(_ device: USBContext.Device) throws(USBError) {
    var opened: OpaquePointer?
    let code = libusb_open(device.reference.pointer, &opened)
    guard code == 0, let opened else {
      let rule = UdevRule.line(
        vendorID: device.match.vendorID, productID: device.match.productID)
      let isAccess = code == LIBUSB_ERROR_ACCESS.rawValue
      throw USBError(
        call: "libusb_open", code: code,
        remedy: isAccess ? "put this line into \(UdevRule.file) and plug it in again: \(rule)" : "")
    }
    pointer = opened
    reference = device.reference
    libusb_set_auto_detach_kernel_driver(opened, 1)
  }

  deinit {
    for interface in claimed { libusb_release_interface(pointer, interface) }
    libusb_close(pointer)
  }

  /// The serial number that the device tells; nil when it tells none.
  var serial: String? {
    var descriptor = libusb_device_descriptor()
    guard libusb_get_device_descriptor(reference.pointer, &descriptor) == 0,
      descriptor.iSerialNumber != 0
    else { return nil }
    var text = [UInt8](repeating: 0, count: 256)
    let count = libusb_get_string_descriptor_ascii(
      pointer, descriptor.iSerialNumber, &text, Int32(text.count))
    return count > 0 ? String(decoding: text.prefix(Int(count)), as: UTF8.self) : nil
  }

  /// The kernel's driver on an interface is detached, and comes back afterwards.
  func hasKernelDriver(_ interface: Int) -> Bool {
    libusb_kernel_driver_active(pointer, Int32(interface)) == 1
  }

  /// Takes an interface, from the kernel's driver where one has it.
  func claim(_ interface: Int) throws(USBError) {
    let code = libusb_claim_interface(pointer, Int32(interface))
    let isBusy = code == LIBUSB_ERROR_BUSY.rawValue
    guard code == 0 else {
      throw USBError(
        call: "libusb_claim_interface", code: code,
        remedy: isBusy ? DeviceHolder.remedy(for: reference.pointer) : "")
    }
    claimed.append(Int32(interface))
  }

  /// A control request; returns what the device answered.
  func control(_ request: ControlRequest, timeout: Int) throws(USBError) -> [UInt8] {
    var buffer = request.isRead ? [UInt8](repeating: 0, count: request.length) : request.data
    let length = UInt16(buffer.count)
    let code = libusb_control_transfer(
      pointer, request.type, request.request, request.value, request.index, &buffer, length,
      UInt32(timeout))
    try USBError.check(code, "libusb_control_transfer")
    return request.isRead ? Array(buffer.prefix(Int(code))) : []
  }

  /// Sends bytes to an endpoint.
  func write(
    _ bytes: [UInt8], to endpoint: UInt8, isInterrupt: Bool, timeout: Int
  ) throws(USBError) {
    var buffer = bytes
    var sent: Int32 = 0
    let code =
      isInterrupt
      ? libusb_interrupt_transfer(
        pointer, endpoint, &buffer, Int32(buffer.count), &sent, UInt32(timeout))
      : libusb_bulk_transfer(
        pointer, endpoint, &buffer, Int32(buffer.count), &sent, UInt32(timeout))
    try USBError.check(
      code, isInterrupt ? "libusb_interrupt_transfer" : "libusb_bulk_transfer")
    guard Int(sent) == bytes.count else {
      throw USBError(call: "libusb_bulk_transfer", code: LIBUSB_ERROR_IO.rawValue)
    }
  }

  /// What comes from an endpoint within the time; empty when nothing does.
  func read(
    _ endpoint: UInt8, isInterrupt: Bool, length: Int, timeout: Int
  ) throws(USBError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: length)
    var received: Int32 = 0
    let code =
      isInterrupt
      ? libusb_interrupt_transfer(
        pointer, endpoint, &buffer, Int32(length), &received, UInt32(timeout))
      : libusb_bulk_transfer(
        pointer, endpoint, &buffer, Int32(length), &received, UInt32(timeout))
    if code != LIBUSB_ERROR_TIMEOUT.rawValue {
      try USBError.check(
        code, isInterrupt ? "libusb_interrupt_transfer" : "libusb_bulk_transfer")
    }
    return Array(buffer.prefix(Int(received)))
  }

  /// Ends a stall of an endpoint.
  func clearHalt(_ endpoint: UInt8) throws(USBError) {
    try USBError.check(libusb_clear_halt(pointer, endpoint), "libusb_clear_halt")
  }

  /// The interfaces and endpoints of the active configuration.
  func interfaces() throws(USBError) -> [USBInterface] {
    var configuration: UnsafeMutablePointer<libusb_config_descriptor>?
    try USBError.check(
      libusb_get_active_config_descriptor(reference.pointer, &configuration),
      "libusb_get_active_config_descriptor")
    guard let configuration else { return [] }
    defer { libusb_free_config_descriptor(configuration) }
    let interfaces = UnsafeBufferPointer(
      start: configuration.pointee.interface, count: Int(configuration.pointee.bNumInterfaces))
    return interfaces.compactMap { interface in
      guard interface.num_altsetting > 0, let setting = interface.altsetting else { return nil }
      let endpoints = UnsafeBufferPointer(
        start: setting.pointee.endpoint, count: Int(setting.pointee.bNumEndpoints))
      return USBInterface(
        number: Int(setting.pointee.bInterfaceNumber),
        classCode: setting.pointee.bInterfaceClass,
        endpoints: endpoints.map {
          USBInterface.Endpoint(
            address: $0.bEndpointAddress, isInterrupt: $0.bmAttributes & 3 == 3,
            isBulk: $0.bmAttributes & 3 == 2, packetSize: Int($0.wMaxPacketSize & 0x7FF))
        })
    }
  }
}

/// One interface of a device as its descriptor says.
struct USBInterface: Hashable, Sendable {
  /// One endpoint.
  struct Endpoint: Hashable, Sendable {
    var address: UInt8
    var isInterrupt: Bool
    var isBulk: Bool
    var packetSize: Int
    var isInput: Bool { address & 0x80 != 0 }
  }

  var number: Int
  var classCode: UInt8
  var endpoints: [Endpoint]
}

/// The interfaces to claim and the endpoints to use, as the description says or the descriptor shows.
struct USBRoute: Hashable, Sendable {
  var interfaces: [Int]
  var input: USBInterface.Endpoint
  var replies: USBInterface.Endpoint
  var output: USBInterface.Endpoint?

  /// The route of `link` among `interfaces`; nil when the device has no such endpoints.
  init?(_ link: USBLink, among interfaces: [USBInterface]) {
    let candidates = interfaces.filter { interface in
      if let number = link.interface, interface.number != number { return false }
      switch link.wrapper {
      case .cdc: return link.interface != nil || interface.classCode == 0x0A
      case .hidReports: return link.interface != nil || interface.classCode == 0x03
      case .none, .ftdi: return true
      }
    }
    let isInterrupt = link.wrapper == .hidReports
    func fits(_ endpoint: USBInterface.Endpoint, _ wanted: UInt8?, isInput: Bool) -> Bool {
      if let wanted { return endpoint.address == wanted }
      return endpoint.isInput == isInput
        && (isInterrupt ? endpoint.isInterrupt : endpoint.isBulk)
    }
    let needsOutput = (link.setUp + link.start + link.stop).contains {
      if case .write = $0.action { true } else { false }
    }
    for interface in candidates {
      guard
        let input = interface.endpoints.first(where: { fits($0, link.input, isInput: true) })
      else { continue }
      let output = interface.endpoints.first { fits($0, link.output, isInput: false) }
      if needsOutput, output == nil { continue }
      self.input = input
      self.output = output
      replies = interface.endpoints.first { $0.address == link.replies } ?? input
      // a communication class device has one more interface, which its driver holds too
      let control = link.wrapper == .cdc ? interfaces.filter { $0.classCode == 0x02 } : []
      self.interfaces = control.map(\.number) + [interface.number]
      return
    }
    return nil
  }
}
