public import Devices

/// A device as listings show it: where it is, who it is, who holds it.
public struct PluggedDevice: Sendable {
  /// Its ids.
  public var match: USBMatch
  /// Where it is plugged in.
  public var port: String
  /// Its serial number, where it may be asked and has one.
  public var serial: String?
  /// Whether the kernel has a driver on its first interface.
  public var driver: String
  /// Whether it may be opened, and what to do otherwise.
  public var permission: String

  /// Everything that is plugged in now; each device is opened for a moment to ask its serial number.
  public static func all() throws -> [PluggedDevice] {
    let context = try USBContext()
    defer { context.close() }
    return try context.devices().map { device in
      do throws(USBError) {
        let handle = try USBHandle(device)
        return PluggedDevice(
          match: device.match, port: device.port, serial: handle.serial,
          driver: handle.hasKernelDriver(0) ? "active" : "none", permission: "ok")
      } catch {
        return PluggedDevice(
          match: device.match, port: device.port, serial: nil, driver: "unknown",
          permission: error.isAccess ? "denied; see devices install-udev --print" : "\(error)")
      }
    }
  }
}
