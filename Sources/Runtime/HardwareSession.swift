internal import Configuration
internal import Devices
internal import Signals
internal import USBTransport

/// A session whose samples come from devices on USB.
struct HardwareSession: Sendable {
  /// The streams, one a source.
  let streams: [StreamDescription]
  /// The most native values in a block [1].
  let blockCapacity: Int
  /// What becomes of the devices.
  let reports: USBReports

  private let requests: [USBSource.Request]
  private let context: USBContext

  /// The devices of `configuration`; nil when none of its sources is a device on USB.
  init?(_ configuration: SessionConfiguration) throws {
    var requests: [USBSource.Request] = []
    for source in configuration.sources {
      guard case .device(let device) = source.kind else { continue }
      // two devices of a kind are told apart by what the session calls them
      let isSeveral = configuration.sources.count { $0.device?.name == device.name } > 1
      requests.append(
        USBSource.Request(
          device, serial: source.serial, port: source.port,
          streamName: isSeveral ? source.name : nil))
    }
    guard !requests.isEmpty else { return nil }
    guard requests.count == configuration.sources.count else {
      throw SessionError(
        .unavailable, file: configuration.file,
        message: "the session has devices on USB and other sources",
        remedy: "take devices on USB only, or one virtual device")
    }
    do {
      context = try USBContext()
    } catch {
      throw SessionError(
        .unavailable, file: configuration.file, message: "USB cannot be used: \(error)",
        remedy: "check that libusb is installed and that /dev is mounted")
    }
    self.requests = requests
    streams = requests.map(\.stream)
    blockCapacity = USBSource.blockCapacity(of: requests.map(\.device))
    reports = USBReports(requests.map { USBStreamReport(name: $0.streamName) })
  }

  /// The serial numbers of the devices that were found, by the names of the sources.
  func serials(of configuration: SessionConfiguration) -> [String: String] {
    var serials: [String: String] = [:]
    for (source, report) in zip(configuration.sources, reports.reports) {
      serials[source.name] = report.serial
    }
    return serials
  }

  /// The devices as a source, for the thread that calls this; session time is zero at `origin` [ns on the clock].
  func source(origin: Int64) -> USBSource {
    USBSource(requests, context: context, origin: origin, reports: reports)
  }
}
