public import Devices
internal import RealTime
public import Signals
internal import Synchronization

/// What a USB source shows of itself to other threads.
public final class USBReports: Sendable {
  private let latest: Mutex<[USBStreamReport]>

  /// Reports of devices that have not been looked for yet.
  public init(_ reports: [USBStreamReport]) {
    latest = Mutex(reports)
  }

  /// The latest reports, one a device.
  public var reports: [USBStreamReport] { latest.withLock { $0 } }

  func show(_ reports: [USBStreamReport]) {
    latest.withLock { $0 = reports }
  }
}

/// Devices on USB as a source of samples.
///
/// `next` and `close` belong to the source's thread. It blocks a few milliseconds at most, except while a
/// device is opened and set up, which takes as long as its steps allow. What happens to devices comes as
/// markers, so that recordings tell it.
public struct USBSource: SampleSource {
  /// Nothing that happens to devices ends the source.
  public typealias Failure = Never

  /// A device that is wanted.
  public struct Request: Sendable {
    /// Its description.
    public var device: DeviceDescription
    /// Its serial number; nil takes any.
    public var serial: String?
    /// Where it is plugged in, as `1-2.4`; nil takes any place.
    public var port: String?
    /// What its stream is called.
    public var streamName: String

    /// A wish; the stream is called as the device is, unless `streamName` is given.
    public init(
      _ device: DeviceDescription, serial: String? = nil, port: String? = nil,
      streamName: String? = nil
    ) {
      self.device = device
      self.streamName = streamName ?? device.name
      self.serial = serial
      self.port = port
    }

    /// The stream that the device delivers.
    public var stream: StreamDescription {
      var stream = device.streamDescription
      stream.name = streamName
      return stream
    }
  }

  /// The streams, one a device, in the order of the requests.
  public let streams: [StreamDescription]
  /// The most native values in a block [1].
  public let blockCapacity: Int
  /// What other threads may see.
  public let reports: USBReports

  private let context: USBContext
  private let queue: SingleProducerRing<ArrivedTransfer>
  /// When session time is zero [ns on the clock].
  private let origin: Int64
  private var devices: [USBStream]
  private var transfer: ArrivedTransfer
  private var current: Int?
  /// When reports are due [ns on the clock].
  private var nextReport: Int64 = 0
  /// When devices are looked after, even if transfers keep coming [ns on the clock].
  private var nextAdvance: Int64 = 0

  /// Transfers between the event thread and the source's; two seconds at 5 ms a transfer [1].
  private static let queueLength = 512

  /// The devices of `requests`; session time is zero at `origin` [ns on the clock].
  public init(_ requests: [Request], context: USBContext, origin: Int64, reports: USBReports) {
    let sizes = requests.map { request in
      USBStream.transferSize(of: request.device, link: request.device.link ?? USBLink())
    }
    let capacity = max(sizes.max() ?? 64, 64)
    let queue = SingleProducerRing<ArrivedTransfer>(capacity: Self.queueLength) {
      ArrivedTransfer(capacity: capacity)
    }
    self.queue = queue
    self.context = context
    self.origin = origin
    self.reports = reports
    streams = requests.map(\.stream)
    blockCapacity = Self.blockCapacity(of: requests.map(\.device))
    devices = requests.enumerated().map { index, request in
      USBStream(
        request, index: index, context: context, queue: queue, transferCapacity: capacity)
    }
    transfer = ArrivedTransfer(capacity: capacity)
  }

  /// Room that blocks of these devices need: 20 ms, and one packet at least [native values].
  public static func blockCapacity(of devices: [DeviceDescription]) -> Int {
    devices.map { device in
      let samples = max(Int(0.02 * device.nominalRate), device.packet.samplesPerPacket, 1)
      return samples * device.channels.count
    }.max() ?? 1
  }

  /// The next block, remark or moment.
  public mutating func next(into block: inout SampleBlock) -> SourceStep {
    while true {
      for index in devices.indices where !devices[index].notices.isEmpty {
        let sentence = devices[index].notices.removeFirst()
        return .command(.marker(sentence), at: time(MonotonicClock.now()))
      }
      if let index = current {
        if devices[index].decode(into: &block) {
          block.arrival = time(devices[index].arrival)
          return .block
        }
        current = nil
      }
      // what has arrived comes first: it belongs to the state that devices are in, or were in
      let now = MonotonicClock.now()
      if now < nextAdvance, queue.pop(&transfer) {
        devices[transfer.stream].take(transfer)
        current = transfer.stream
        continue
      }
      nextAdvance = now + 20_000_000
      for index in devices.indices { devices[index].advance(now: now) }
      if now >= nextReport {
        nextReport = now + 100_000_000
        reports.show(devices.map(\.report))
      }
      if queue.pop(&transfer) {
        devices[transfer.stream].take(transfer)
        current = transfer.stream
        continue
      }
      if devices.contains(where: { !$0.notices.isEmpty }) { continue }
      if case .timedOut = queue.wait(for: .milliseconds(5)) {
        return .tick(time(MonotonicClock.now()))
      }
    }
  }

  /// Stops all devices and closes them.
  public mutating func close() {
    for index in devices.indices { devices[index].close() }
    reports.show(devices.map(\.report))
    context.close()
  }

  private func time(_ nanoseconds: Int64) -> SampleTime {
    SampleTime(nanoseconds: nanoseconds - origin)
  }
}
