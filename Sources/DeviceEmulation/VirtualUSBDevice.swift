internal import CUMockdev
internal import Devices
internal import Foundation

/// What stands behind a virtual device's endpoints.
protocol VirtualFunction: AnyObject, Sendable {
  /// A control request that is not one of every device's; the bytes of its answer, or nil for a stall.
  func control(_ request: ControlRequest) -> [UInt8]?
  /// Bytes that the host wrote to an endpoint.
  func receive(_ bytes: [UInt8])
  /// An endpoint's halt was ended.
  func haltEnded()
  /// The host has closed the device.
  func hostLeft()
}

/// A USB device as the kernel shows it to programs: its node, its transfers, its coming and going.
///
/// Transfers keep the rules of USB: one ends when it is full or after a packet that is shorter than the
/// endpoint's, a packet that does not fit is an overflow, and packets wait in the device when no transfer
/// does, up to a limit.
///
/// `@unchecked Sendable` holds because everything that changes is behind the lock.
final class VirtualUSBDevice: @unchecked Sendable {
  /// A transfer that the program has submitted.
  private struct Transfer {
    var address: UInt
    var buffer: UInt
    var endpoint: UInt8
    var isControl: Bool
    var length: Int
    var bytes: [UInt8] = []
    var status: Int32 = 0
    /// Bytes that count as transferred, for transfers to the device [bytes].
    var sent = 0
    var client: ObjectIdentifier
  }

  let descriptors: USBDescriptors
  /// Packets that the device lost because nobody fetched them [packets].
  private(set) var overflows = 0

  private let bus: VirtualBus
  private let port: Int
  private let speed: Int
  private let packetSize: Int
  private let match: USBMatch
  private weak var function: (any VirtualFunction)?
  private let lock = NSRecursiveLock()
  private var address = 0
  private var gate: PollGate?
  private var listener: NodeListener?
  private var isPresent = false
  private var waiting: [UInt8: [Transfer]] = [:]
  private var done: [Transfer] = []
  private var packets: [UInt8: [[UInt8]]] = [:]
  private var halted: Set<UInt8> = []
  private var owners: [UInt32: ObjectIdentifier] = [:]
  /// Until when transfers fail as with a loose cable [s of the system's uptime].
  private var looseUntil = 0.0
  private var mode: mode_t = 0o666

  /// Packets that wait in the device at most [packets].
  private static let depth = 4096

  init(_ device: DeviceDescription, serial: String, port: Int, bus: VirtualBus) {
    descriptors = USBDescriptors(device, serial: serial)
    self.bus = bus
    self.port = port
    speed = device.link?.isHighSpeed == true ? 480 : 12
    packetSize = device.link?.packetSize ?? 64
    match = device.usb ?? USBMatch(vendorID: 0, productID: 0)
  }

  /// Puts the function behind the endpoints; once, before plugging in.
  func attach(_ function: any VirtualFunction) {
    self.function = function
  }

  private var node: String { String(format: "/dev/bus/usb/001/%03d", address) }
  private var path: String { "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-\(port)" }

  // MARK: plugging

  /// Plugs the device in, under a new address.
  func plug() {
    lock.withLock {
      guard !isPresent else { return }
      address = bus.takeAddress()
      gate = PollGate(path: bus.root + node)
      gate?.permit(mode)
      isPresent = true
      halted = []
      packets = [:]
      owners = [:]
      looseUntil = 0
    }
    // the socket first: programs open as soon as they hear of the device
    listener = NodeListener(path: bus.root + "/ioctl" + node) { [weak self] in self?.serve($0) }
    func attribute(_ name: String, _ value: String) -> String { "A: \(name)=\(value)\\n\n" }
    let bytes = descriptors.device + descriptors.configuration
    var record = "P: \(path.dropFirst(4))\n"
    record += "E: SUBSYSTEM=usb\nE: DRIVER=usb\nE: BUSNUM=001\n"
    record += String(format: "E: DEVNUM=%03d\n", address)
    record += "E: DEVNAME=\(node)\nE: DEVTYPE=usb_device\n"
    record += attribute("bConfigurationValue", "1") + attribute("bNumConfigurations", "1")
    record += attribute("busnum", "1") + attribute("devnum", "\(address)")
    record += attribute("idVendor", String(format: "%04x", Int(match.vendorID)))
    record += attribute("idProduct", String(format: "%04x", Int(match.productID)))
    record += attribute("speed", "\(speed)")
    record += attribute("serial", descriptors.strings[3] ?? "")
    record += "H: descriptors=" + bytes.map { String(format: "%02X", Int($0)) }.joined() + "\n"
    bus.add(record)
  }

  /// Pulls the device out; transfers fail for `loose` seconds first, as with a cable that gives way [s].
  func unplug(loose: Double = 0) {
    if loose > 0 {
      lock.withLock {
        looseUntil = ProcessInfo.processInfo.systemUptime + loose
        failAll(-EPROTO)
      }
      Thread.sleep(forTimeInterval: loose)
    }
    let wasPresent = lock.withLock {
      guard isPresent else { return false }
      isPresent = false
      failAll(-ESHUTDOWN)
      gate?.hangUp()
      return true
    }
    guard wasPresent else { return }
    bus.announceLeaving(path)
    listener?.end()
    bus.remove(path)
    lock.withLock { gate?.remove() }
  }

  /// Who may open the device from now on.
  func permit(_ mode: mode_t) {
    lock.withLock {
      self.mode = mode
      gate?.permit(mode)
    }
  }

  // MARK: the device's side

  /// A packet from the device on an endpoint.
  func send(_ packet: [UInt8], on endpoint: UInt8) {
    lock.withLock {
      guard isPresent else { return }
      if packets[endpoint, default: []].count >= Self.depth {
        overflows += 1
        return
      }
      packets[endpoint, default: []].append(packet)
      move(endpoint)
    }
  }

  /// Forgets packets that nobody has fetched.
  func flush() {
    lock.withLock { packets = [:] }
  }

  /// Halts an endpoint.
  func halt(_ endpoint: UInt8) {
    lock.withLock {
      halted.insert(endpoint)
      fail(endpoint, -EPIPE)
    }
  }

  // MARK: transfers, all under the lock

  private func failAll(_ status: Int32) {
    for endpoint in Array(waiting.keys) { fail(endpoint, status) }
  }

  private func fail(_ endpoint: UInt8, _ status: Int32) {
    for var transfer in waiting[endpoint] ?? [] {
      transfer.status = status
      done.append(transfer)
    }
    waiting[endpoint] = nil
    tell()
  }

  private func tell() {
    gate?.set(!done.isEmpty || !isPresent)
  }

  /// Moves packets into waiting transfers.
  private func move(_ endpoint: UInt8) {
    guard var queue = packets[endpoint], var transfers = waiting[endpoint] else { return }
    packets[endpoint] = nil
    waiting[endpoint] = nil
    var used = 0
    var filled = 0
    while used < queue.count, filled < transfers.count {
      let packet = queue[used]
      used += 1
      let room = transfers[filled].length - transfers[filled].bytes.count
      if packet.count > room || packet.count > packetSize {
        transfers[filled].bytes += packet.prefix(room)
        transfers[filled].status = -EOVERFLOW
      } else {
        transfers[filled].bytes += packet
        if packet.count == packetSize, packet.count < room { continue }
      }
      done.append(transfers[filled])
      filled += 1
    }
    queue.removeFirst(used)
    transfers.removeFirst(filled)
    packets[endpoint] = queue
    waiting[endpoint] = transfers
    if filled > 0 { tell() }
  }

  // MARK: the program's side, on a thread of each client

  private func serve(_ client: ClientConnection) {
    let identity = ObjectIdentifier(client)
    while client.next() { answer(client, identity) }
    lock.withLock {
      for endpoint in waiting.keys { waiting[endpoint]?.removeAll { $0.client == identity } }
      done.removeAll { $0.client == identity }
      owners = owners.filter { $0.value != identity }
      if isPresent { tell() }
    }
    function?.hostLeft()
  }

  private func answer(_ client: ClientConnection, _ identity: ObjectIdentifier) {
    func finish(_ code: Int32) { client.finish(code == 0 ? 0 : -1, code) }
    func number() -> UInt32 { half(client.read(client.argument, 4), at: 0) }
    switch client.request {
    case DIFFMSM_REAPURBNDELAY, DIFFMSM_REAPURB: reap(client, identity)
    case DIFFMSM_SUBMITURB: submit(client, identity)
    case DIFFMSM_DISCARDURB:
      let isFound = lock.withLock {
        for (endpoint, transfers) in waiting {
          guard
            let index = transfers.firstIndex(where: {
              $0.address == client.argument && $0.client == identity
            })
          else { continue }
          var transfer = transfers[index]
          transfer.status = -ENOENT
          waiting[endpoint]?.remove(at: index)
          done.append(transfer)
          return true
        }
        return false
      }
      finish(isFound ? 0 : EINVAL)
      lock.withLock { tell() }
    case DIFFMSM_GET_CAPABILITIES:
      let capabilities =
        USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION
        | USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_REAP_AFTER_DISCONNECT
      client.write(Int32(capabilities), to: client.argument)
      finish(0)
    case DIFFMSM_CLAIMINTERFACE, DIFFMSM_DISCONNECT_CLAIM:
      let interface = number()
      let code: Int32 = lock.withLock {
        guard isPresent else { return ENODEV }
        if let owner = owners[interface], owner != identity { return EBUSY }
        owners[interface] = identity
        return 0
      }
      finish(code)
    case DIFFMSM_RELEASEINTERFACE:
      let interface = number()
      finish(
        lock.withLock {
          owners[interface] = nil
          return isPresent ? 0 : ENODEV
        })
    case DIFFMSM_SETINTERFACE, DIFFMSM_SETCONFIGURATION, DIFFMSM_RESET:
      finish(lock.withLock { isPresent } ? 0 : ENODEV)
    case DIFFMSM_CLEAR_HALT, DIFFMSM_RESETEP:
      let endpoint = UInt8(truncatingIfNeeded: number())
      let code: Int32 = lock.withLock {
        halted.remove(endpoint)
        return isPresent ? 0 : ENODEV
      }
      finish(code)
      function?.haltEnded()
    case DIFFMSM_GETDRIVER: finish(ENODATA)
    default: finish(ENOTTY)
    }
  }

  /// Gives a finished transfer back: its bytes, its status, its length, its address.
  private func reap(_ client: ClientConnection, _ identity: ObjectIdentifier) {
    let transfer: Transfer? = lock.withLock {
      guard let index = done.firstIndex(where: { $0.client == identity }) else {
        gate?.set(!isPresent)
        return nil
      }
      defer { tell() }
      return done.remove(at: index)
    }
    guard let transfer else {
      client.finish(-1, lock.withLock { isPresent } ? EAGAIN : ENODEV)
      return
    }
    client.write(transfer.bytes[...], to: transfer.buffer + (transfer.isControl ? 8 : 0))
    client.write(transfer.status, to: transfer.address + 4)
    client.write(Int32(max(transfer.bytes.count, transfer.sent)), to: transfer.address + 28)
    client.write(pointer: transfer.address, to: client.argument)
    client.finish(0, 0)
  }

  private func submit(_ client: ClientConnection, _ identity: ObjectIdentifier) {
    guard lock.withLock({ isPresent }) else {
      client.finish(-1, ENODEV)
      return
    }
    let urb = client.read(client.argument, MemoryLayout<usbdevfs_urb>.size)
    guard urb.count == MemoryLayout<usbdevfs_urb>.size else { return }
    let kind = Int32(urb[0])
    var transfer = Transfer(
      address: client.argument, buffer: word(urb, at: 16), endpoint: urb[1],
      isControl: kind == USBDEVFS_URB_TYPE_CONTROL, length: Int(half(urb, at: 24)),
      client: identity)
    let isOut = transfer.isControl || transfer.endpoint & 0x80 == 0
    let data = isOut ? client.read(transfer.buffer, transfer.length) : []
    if transfer.isControl {
      let answer = data.count >= 8 ? control(data) : nil
      transfer.status = answer == nil ? -EPIPE : 0
      if let answer {
        let length = Int(data[6]) | Int(data[7]) << 8
        if data[0] & 0x80 != 0 {
          transfer.bytes = Array(answer.prefix(length))
        } else {
          transfer.sent = length
        }
      }
    } else if isOut {
      transfer.sent = transfer.length
    }
    lock.withLock {
      client.finish(0, 0)
      let endpoint = transfer.endpoint
      if isOut {
        done.append(transfer)
      } else if !isPresent || halted.contains(endpoint)
        || ProcessInfo.processInfo.systemUptime < looseUntil
      {
        transfer.status = !isPresent ? -ESHUTDOWN : halted.contains(endpoint) ? -EPIPE : -EPROTO
        done.append(transfer)
      } else {
        waiting[endpoint, default: []].append(transfer)
        move(endpoint)
        return
      }
      tell()
    }
    if isOut, !transfer.isControl { function?.receive(data) }
  }

  /// Requests that every device answers, and those of this one.
  private func control(_ data: [UInt8]) -> [UInt8]? {
    func word(_ place: Int) -> UInt16 { UInt16(data[place]) | UInt16(data[place + 1]) << 8 }
    let request = ControlRequest(
      type: data[0], request: data[1], value: word(2), index: word(4), data: Array(data[8...]),
      length: Int(word(6)))
    if request.type == 0x80, request.request == 6 {
      switch request.value >> 8 {
      case 1: return descriptors.device
      case 2: return descriptors.configuration
      case 3: return descriptors.string(Int(request.value & 0xFF))
      default: return nil
      }
    }
    if request.type == 0x02, request.request == 1 {
      lock.withLock { _ = halted.remove(UInt8(request.index & 0xFF)) }
      return []
    }
    return function?.control(request)
  }
}
