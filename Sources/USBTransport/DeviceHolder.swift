internal import CLibUSB
internal import Foundation

/// Finds out which other processes hold a file open, as a device's under `/dev/bus/usb`.
enum DeviceHolder {
  /// The other processes that hold `path` open and that this user may see, as `process 42 (diffmsm)`.
  static func processes(holding path: String) -> [String] {
    let files = FileManager.default
    let own = getpid()
    let processes = ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap(pid_t.init)
    return processes.sorted().compactMap { process in
      guard process != own,
        let open = try? files.contentsOfDirectory(atPath: "/proc/\(process)/fd"),
        open.contains(where: {
          (try? files.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")) == path
        })
      else { return nil }
      let name = (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) ?? ""
      return "process \(process) (\(name.filter { !$0.isNewline }))"
    }
  }

  /// What to do about a device that somebody else has claimed.
  static func remedy(for device: OpaquePointer) -> String {
    let numbers = [libusb_get_bus_number(device), libusb_get_device_address(device)].map {
      String(repeating: "0", count: max(0, 3 - "\($0)".count)) + "\($0)"
    }
    let holders = processes(holding: "/dev/bus/usb/\(numbers[0])/\(numbers[1])")
    return holders.isEmpty
      ? "another program uses the device; end it"
      : "the device is held by \(holders.joined(separator: " and ")); end it"
  }
}
