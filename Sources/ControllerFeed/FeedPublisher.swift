internal import RealTime
internal import Synchronization

/// Sends a stage's messages over the session's carriers; never waits, allocates, locks or throws.
///
/// `publish` and `close` belong to the pipeline's thread, once it has the publisher; two threads inside at
/// once trap. The counts belong to any thread. `@unchecked Sendable` holds because of that check.
public final class FeedPublisher: @unchecked Sendable {
  /// The number of this run, in every message.
  public let session: UInt64
  private var encoder = FeedEncoder()
  private let memory: SharedMemoryCarrier?
  private var stateDatagrams: UDPCarrier?
  private var parameterDatagrams: UDPCarrier?
  private var stateSequence: UInt32 = 0
  private var parametersSequence: UInt32 = 0
  private let isBusy = Atomic<Bool>(false)
  private let sentStates = Atomic<Int>(0)
  private let lostDatagrams = Atomic<Int>(0)

  /// A publisher that has sent nothing.
  ///
  /// - `session`: a number that no other run has.
  /// - `parametersPort`: where parameters go; nil sends them where states go.
  public init(
    session: UInt64, memory: consuming SharedMemoryCarrier?,
    udp: UDPCarrier.Destination?, parametersPort: UInt16? = nil
  ) throws(CarrierError) {
    self.session = session
    self.memory = memory
    if let udp {
      stateDatagrams = try UDPCarrier(udp)
      var other = udp
      other.port = parametersPort ?? udp.port
      parameterDatagrams = try UDPCarrier(other)
    }
  }

  /// States sent so far [1].
  public var states: Int { sentStates.load(ordering: .relaxed) }

  /// Datagrams that could not be sent [1].
  public var lost: Int { lostDatagrams.load(ordering: .relaxed) }

  /// Sends what is due of `stage`; the session's time zero is `origin` [ns on the clock].
  public func publish(_ stage: borrowing FeedStage, origin: Int64) {
    enter()
    defer { isBusy.store(false, ordering: .releasing) }
    if stage.isStateDue { send(state: stage.state, origin: origin) }
    if stage.areParametersDue { send(parameters: stage.parameters, origin: origin) }
  }

  /// Says that nothing more will come: disarmed and without torque.
  public func close(_ stage: borrowing FeedStage, origin: Int64) {
    enter()
    defer { isBusy.store(false, ordering: .releasing) }
    var last = stage.state
    for index in last.torque.indices { last.torque[index] = 0 }
    last.header.state = .hold
    last.header.flags.remove([.armed, .fading, .slewing])
    last.header.flags.formUnion([.shadow, .ended])
    last.header.reasons.insert(.inputLost)
    send(state: last, origin: origin)
    var parameters = stage.parameters
    parameters.header.state = .hold
    parameters.header.flags = last.header.flags
    send(parameters: parameters, origin: origin)
  }

  private func send(state message: borrowing StateMessage, origin: Int64) {
    var header = message.header
    header.session = session
    header.sequence = stateSequence
    stateSequence &+= 1
    header.sendTime = MonotonicClock.now()
    header.sampleTime += origin
    encoder.encode(message, header: header)
    memory?.write(encoder.bytes, count: encoder.count, at: FeedSegment.statePlace)
    stateDatagrams?.send(encoder.bytes, count: encoder.count)
    count()
    sentStates.store(sentStates.load(ordering: .relaxed) + 1, ordering: .relaxed)
  }

  private func send(parameters message: borrowing ParametersMessage, origin: Int64) {
    var header = message.header
    header.session = session
    header.sequence = parametersSequence
    parametersSequence &+= 1
    header.sendTime = MonotonicClock.now()
    header.sampleTime += origin
    encoder.encode(message, header: header)
    memory?.write(encoder.bytes, count: encoder.count, at: FeedSegment.parametersPlace)
    parameterDatagrams?.send(encoder.bytes, count: encoder.count)
    count()
  }

  private func count() {
    lostDatagrams.store(
      (stateDatagrams?.lost ?? 0) + (parameterDatagrams?.lost ?? 0), ordering: .relaxed)
  }

  private func enter() {
    precondition(
      !isBusy.exchange(true, ordering: .acquiring), "the feed is sent by one thread only")
  }
}
