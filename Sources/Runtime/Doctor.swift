public import Configuration
internal import Devices
internal import Foundation
internal import RealTime
internal import Services
internal import USBTransport

/// What this computer lacks for a session, and how to get it.
public struct Doctor: Sendable {
  /// What one look found.
  public struct Finding: Hashable, Sendable, Encodable {
    /// How bad it is.
    public enum Grade: String, Sendable, Encodable {
      /// As it should be.
      case good
      /// Something optional is absent.
      case note
      /// Sessions run, but not as well as they could.
      case warning
      /// Sessions do not run.
      case problem
    }

    /// What was looked at.
    public var name: String
    /// How bad it is.
    public var grade: Grade
    /// What was found.
    public var found: String
    /// What to do about it; nil when it is good.
    public var remedy: String?
  }

  /// The session that is meant; nil looks at what every session needs.
  public var configuration: SessionConfiguration?
  /// The folder of device files.
  public var deviceFolder: String

  /// A doctor for `configuration`, or for sessions in general.
  public init(_ configuration: SessionConfiguration? = nil, deviceFolder: String) {
    self.configuration = configuration
    self.deviceFolder = deviceFolder
  }

  /// Looks at everything; takes a moment, changes nothing.
  public func examine() -> [Finding] {
    permissions() + usb() + realTime() + clock() + disk() + [library()] + ports()
  }

  // MARK: permissions and USB

  private func permissions() -> [Finding] {
    var findings: [Finding] = []
    let group = "diffmsm"
    let members = getgrnam(group)
    var own = [gid_t](repeating: 0, count: 256)
    let count = getgroups(Int32(own.count), &own)
    if let members {
      let isMember =
        geteuid() == 0 || getegid() == members.pointee.gr_gid
        || own.prefix(Int(max(count, 0))).contains(members.pointee.gr_gid)
      findings.append(
        isMember
          ? good("group", "this user may control daemons of the group \(group)")
          : Finding(
            name: "group", grade: .warning, found: "this user is not in the group \(group)",
            remedy: "sudo adduser $USER \(group), then log in again"))
    } else {
      findings.append(
        Finding(
          name: "group", grade: .note,
          found: "there is no group \(group); only the owner of a daemon controls it",
          remedy: "sudo addgroup --system \(group), or install the package"))
    }
    let places = ["/etc/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"]
    let rules = places.map { $0 + "/60-diffmsm.rules" }
      .first { FileManager.default.fileExists(atPath: $0) }
    findings.append(
      rules.map { good("udev rules", $0) }
        ?? Finding(
          name: "udev rules", grade: geteuid() == 0 ? .note : .warning,
          found: "no 60-diffmsm.rules: devices may open for root only",
          remedy: "diffmsm devices install-udev | sudo tee \(UdevRule.file)"))
    return findings
  }

  private func usb() -> [Finding] {
    guard FileManager.default.fileExists(atPath: "/dev/bus/usb") else {
      return [
        Finding(
          name: "usb", grade: hasHardware ? .problem : .note, found: "there is no /dev/bus/usb",
          remedy: "sessions of virtual devices run without; in a container, pass the devices in")
      ]
    }
    var findings: [Finding] = []
    if let text = try? String(
      contentsOfFile: "/sys/module/usbcore/parameters/usbfs_memory_mb", encoding: .utf8),
      let size = Int(text.filter(\.isNumber))
    {
      findings.append(
        size == 0 || size >= 64
          ? good("usbfs memory", size == 0 ? "without limit" : "\(size) MB")
          : Finding(
            name: "usbfs memory", grade: .warning,
            found: "\(size) MB for the transfers of all USB devices together",
            remedy: "echo 64 | sudo tee /sys/module/usbcore/parameters/usbfs_memory_mb, and "
              + "usbcore.usbfs_memory_mb=64 on the kernel's command line"))
    }
    let known = knownDevices
    let plugged = ((try? PluggedDevice.all()) ?? []).filter { plugged in
      known.contains { $0.usb == plugged.match }
    }
    for device in plugged {
      let names = known.filter { $0.usb == device.match }.map(\.name).joined(separator: " or ")
      let isOpen = device.permission.hasPrefix("yes") || device.permission == "ok"
      findings.append(
        Finding(
          name: "device \(names)", grade: isOpen ? .good : .problem,
          found: "port \(device.port), \(device.permission)",
          remedy: isOpen
            ? nil
            : "diffmsm devices install-udev | sudo tee \(UdevRule.file), then plug it in again"))
    }
    let wanted = configuration?.sources.compactMap { source -> DeviceDescription? in
      if case .device(let device) = source.kind { device } else { nil }
    }
    for device in wanted ?? []
    where !plugged.contains(where: { plugged in device.usb == plugged.match }) {
      findings.append(
        Finding(
          name: "device \(device.name)", grade: .problem, found: "not plugged in",
          remedy: "plug it in, switch it on, and look with diffmsm devices list"))
    }
    return findings
  }

  private var hasHardware: Bool {
    configuration?.sources.contains {
      if case .device = $0.kind { true } else { false }
    } ?? false
  }

  private var knownDevices: [DeviceDescription] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: deviceFolder)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap {
      try? DeviceFile.read(deviceFolder + "/" + $0)
    }
  }

  // MARK: time

  private func realTime() -> [Finding] {
    var findings: [Finding] = []
    switch (try? WorkerThread(name: "doctor", realTimePriority: 20) {})?.scheduling {
    case .realTime:
      findings.append(good("real-time priority", "SCHED_FIFO is granted"))
    case let other:
      findings.append(
        Finding(
          name: "real-time priority", grade: .warning, found: other?.words ?? "no thread was made",
          remedy:
            "put \"@diffmsm - rtprio 30\" into /etc/security/limits.d/diffmsm.conf and log in again; "
            + "the service has it"))
    }
    let lock = MemoryLock.lockAll()
    if lock == .locked {
      MemoryLock.unlockAll()
      findings.append(good("memory lock", lock.words))
    } else {
      findings.append(
        Finding(
          name: "memory lock", grade: .warning, found: lock.words,
          remedy:
            "put \"@diffmsm - memlock unlimited\" into /etc/security/limits.d/diffmsm.conf and "
            + "log in again; the service has it"))
    }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    findings.append(
      cores >= 2
        ? good("processors", "\(cores), \(platform)")
        : Finding(
          name: "processors", grade: .warning, found: "one, which estimator and pipeline share",
          remedy: "use a computer with two or more"))
    return findings
  }

  private func clock() -> [Finding] {
    let start = MonotonicClock.now()
    for _ in 0..<1000 { _ = MonotonicClock.now() }
    let each = Double(MonotonicClock.now() - start) / 1000
    let path = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
    let source =
      (try? String(contentsOfFile: path, encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
    let words = "\(source), \(fixed(each, 0)) ns a reading"
    return [
      each < 2000
        ? good("clock", words)
        : Finding(
          name: "clock", grade: .warning, found: words,
          remedy: "a slow clock source costs latency; tsc is best (clocksource=tsc on the kernel's "
            + "command line)")
    ]
  }

  // MARK: disk, library, ports

  private func disk() -> [Finding] {
    let folder = configuration?.recordingFolder ?? "."
    // the folder may have yet to be made: then its parent counts
    var place = folder.isEmpty ? "." : folder
    while !FileManager.default.fileExists(atPath: place), place.contains("/") {
      place = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
      if place.isEmpty { place = "/" }
    }
    if !FileManager.default.fileExists(atPath: place) { place = "." }
    var state = statvfs()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue,
      statvfs(place, &state) == 0, access(place, W_OK | X_OK) == 0
    else {
      return [
        Finding(
          name: "disk", grade: .problem, found: "recordings cannot be written into \(place)",
          remedy: "make it yours, or name another folder with recording.folder")
      ]
    }
    let free = Double(state.f_bavail) * Double(state.f_frsize) / 1e9
    // 16 channels at 2 kHz take about 0.5 GB an hour
    return [
      free > 5
        ? good("disk", "\(fixed(free, 1)) GB free in \(place)")
        : Finding(
          name: "disk", grade: free > 0.5 ? .warning : .problem,
          found: "\(fixed(free, 1)) GB free in \(place)",
          remedy: "free some; an hour of 16 channels at 2 kHz takes half a gigabyte")
    ]
  }

  private func library() -> Finding {
    let environment = ProcessInfo.processInfo.environment
    let named = ["LIBLSL_PATH", "PYLSL_LIB"].compactMap { environment[$0] }
    for name in named + ["liblsl.so.2", "liblsl.so"] {
      guard let handle = dlopen(name, RTLD_LAZY | RTLD_LOCAL) else { continue }
      defer { dlclose(handle) }
      guard let symbol = dlsym(handle, "lsl_library_version") else { continue }
      typealias Version = @convention(c) () -> Int32
      let version = unsafeBitCast(symbol, to: Version.self)()
      return good("lsl library", "\(name), version \(version / 100).\(version % 100)")
    }
    return Finding(
      name: "lsl library", grade: .note, found: "no liblsl; only the LSL bridge needs it",
      remedy: "pip install pylsl, and set LIBLSL_PATH to its pylsl/lib/liblsl.so")
  }

  private func ports() -> [Finding] {
    var findings: [Finding] = []
    let path = ControlPlace.forDaemon(named: nil).path
    if let status = try? ControlClient(path: path).status() {
      findings.append(
        Finding(
          name: "control socket", grade: .note,
          found: "\(path) is held by process \(status.process) with session \(status.session)",
          remedy: "a second daemon needs another place: --socket PATH"))
    } else {
      findings.append(good("control socket", "\(path) is free"))
    }
    if let holder = WebServer.holder(of: .usual) {
      findings.append(
        Finding(
          name: "web port", grade: .note, found: "\(WebAddress.usual): \(holder)",
          remedy: "choose another with --http 127.0.0.1:PORT"))
    } else {
      findings.append(good("web port", "\(WebAddress.usual) is free"))
    }
    return findings
  }

  private func good(_ name: String, _ found: String) -> Finding {
    Finding(name: name, grade: .good, found: found, remedy: nil)
  }
}

extension [Doctor.Finding] {
  /// The findings for people, one string a line, and what to do.
  public var lines: [String] {
    var lines: [String] = []
    for finding in self {
      lines.append("\(finding.grade.rawValue): \(finding.name): \(finding.found)")
      if let remedy = finding.remedy { lines.append("    \(remedy)") }
    }
    return lines
  }

  /// The findings for programs.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    guard let text = try? encoder.encode(["findings": self]) else {
      preconditionFailure("findings are words")
    }
    return String(decoding: text, as: UTF8.self)
  }
}
