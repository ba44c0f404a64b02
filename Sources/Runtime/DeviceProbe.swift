internal import Configuration
internal import Devices
internal import Foundation
internal import RealTime
internal import Signals
internal import USBTransport

/// Opens one device, streams for a while and says what comes.
public struct DeviceProbe: Sendable {
  /// The device's name, or the path of its file.
  public var name: String
  /// The folder of device files.
  public var folder: String
  /// How long samples are taken, once they come [s].
  public var seconds: Double
  /// The serial number of the device that is meant; nil takes any.
  public var serial: String?
  /// A table of every sample to write, by path; nil writes none.
  public var dump: String?
  /// What is chosen of the device's settings, by name.
  public var settings: [String: String] = [:]
  /// How long to wait for the device [s].
  public var patience = 10.0

  /// A probe; see the properties.
  public init(
    _ name: String, folder: String, seconds: Double, serial: String? = nil, dump: String? = nil
  ) {
    self.name = name
    self.folder = folder
    self.seconds = seconds
    self.serial = serial
    self.dump = dump
  }

  /// Streams for a while.
  ///
  /// `notice` hears of what happens to the device. SIGINT and SIGTERM end it early.
  public func run(notice: (String) -> Void) throws -> DeviceProbeResult {
    var signals = TerminationSignals()
    let device = try DeviceCatalogue.description(name, folder: folder, settings: settings)
    guard device.link != nil else {
      throw SessionError(
        .unavailable, file: name, message: "the device has no USB ids, so it cannot be plugged in",
        remedy: "give its file a \"usb\" section")
    }
    var file: LineFile?
    if let dump {
      file = try LineFile(path: dump, overwrite: true)
      let labels = device.channels.map(\.label).joined(separator: ",")
      try file?.write("sample,arrival_ns,\(labels)")
    }
    let context = try USBContext()
    let reports = USBReports([USBStreamReport(name: device.name)])
    let origin = MonotonicClock.now()
    var source = USBSource(
      [USBSource.Request(device, serial: serial)], context: context, origin: origin,
      reports: reports)
    defer { source.close() }
    var block = SampleBlock(capacity: source.blockCapacity)
    var result = DeviceProbeResult(device)
    var lastSentence = ""
    var start: SampleTime?
    while true {
      let now: SampleTime
      switch source.next(into: &block) {
      case .block:
        now = block.arrival
        start = start ?? now
        result.take(block)
        if file != nil {
          for row in 0..<block.sampleCount {
            let values = device.channels.indices.map { plainNumber(block[row, $0]) }
            try file?.write(
              "\(block.firstSample + Int64(row)),\(block.arrival.nanoseconds),"
                + values.joined(separator: ","))
          }
        }
      case .command(.marker(let sentence), let time):
        notice(sentence)
        lastSentence = sentence
        now = time
      case .tick(let time), .command(_, let time): now = time
      case .adoption, .skipped, .end: continue
      }
      if signals.wait(milliseconds: 0) == .stop { break }
      if let start {
        if now.seconds(since: start) >= seconds { break }
      } else if now.seconds > patience {
        throw SessionError(
          .unavailable, file: name,
          message: "no sample came in \(plainNumber(patience)) s; \(lastSentence)",
          remedy: "plug the device in, or mend what is said")
      }
    }
    source.close()
    result.report = reports.reports[0]
    try file?.close()
    return result
  }
}

/// A number with as many digits as it needs, whole ones without a point.
private func plainNumber(_ value: Double) -> String {
  value == value.rounded() && value.magnitude < 0x1p53 ? String(Int64(value)) : String(value)
}
