internal import Algebra
public import Devices
public import Musculoskeletal
internal import RealModule
public import Signals

/// Where a virtual subject's signals appear on a virtual device.
public struct VirtualWiring: Sendable, Hashable {
  /// Device channels that lie over each muscle (muscleCount x any number, channel indices).
  public var electrodes: [[Int]]
  /// Device channel of each coordinate's encoder; nil where inertial units tell it (coordinateCount, channel indices).
  public var encoders: [Int?]
  /// Which way each encoder counts (coordinateCount) [1].
  public var signs: [Double]
  /// What each encoder shows at coordinate zero, after its sign (coordinateCount) [rad].
  public var zeros: [Double]
  /// Linear envelope of an MVC on each electrode's channel (channelCount) [V].
  public var mvc: [Double]
  /// Turns of each encoder's shaft in one of its joint (coordinateCount, or none for no gears) [1].
  public var gears: [Double] = []
  /// Device channel of each encoder's index pulse (coordinateCount, or none).
  public var indices: [Int?] = []
  /// The voltage of each potentiometer by its angle; nil for encoders (coordinateCount, or none).
  public var curves: [VoltageCurve?] = []
  /// Inertial units.
  public var units: [VirtualInertialUnit] = []

  /// A wiring; see the properties.
  public init(
    electrodes: [[Int]], encoders: [Int?], signs: [Double], zeros: [Double], mvc: [Double]
  ) {
    self.electrodes = electrodes
    self.encoders = encoders
    self.signs = signs
    self.zeros = zeros
    self.mvc = mvc
  }
}

/// A board that does not exist on a subject who does not exist; everything after it is real.
///
/// The subject lives, electrodes and encoders become counts, the encoder of the device's description
/// makes packets of them, and the decoder of the same description reads the packets. Arrival is the
/// time of the packet's last sample; nothing here waits or reads a clock.
public struct VirtualBoard: SampleSource, Sendable {
  /// Nothing can happen to numbers.
  public typealias Failure = Never

  /// The board's one stream.
  public let streams: [StreamDescription]
  /// The most native values in a block [1].
  public var blockCapacity: Int { samplesPerBlock * device.channels.count }
  /// The subject's own parameters.
  public var truth: LimbParameters { subject.truth }

  private let device: DeviceDescription
  private let wiring: VirtualWiring
  private let samplesPerBlock: Int
  /// How long the board is worn [s].
  private let duration: Double
  private var subject: VirtualSubject
  /// The same person doing as told for a calibration; nil for one who moves at will.
  private let obedient: ObedientSubject?
  private var electrodes: [SurfaceEMG]
  private let encoder: PacketEncoder
  private var decoder: PacketDecoder
  private var bytes: [UInt8] = []
  private var native: SampleBlock
  private var nextSample: Int64 = 0
  /// Angles between the excitation that EMG shows and its effect (delaySamples rows) [rad].
  private var delayed: [Double]
  /// Rates in the same rows [rad/s].
  private var delayedRates: [Double]
  /// What the inertial units measure (unitCount).
  private var inertial: [InertialMeasurement]
  /// Whole turns of each encoder's shaft at the sample before; nil before the first (coordinateCount) [1].
  private var turns: [Double?]
  /// Payload in the same rows (delaySamples) [kg].
  private var delayedPayload: [Double]
  private var hasPackets = false
  /// The payload last announced [kg].
  private var announced = 0.0
  private var announcement: (kilograms: Double, at: SampleTime)?
  private let muscleOfChannel: [Int?]

  /// A board worn for `duration` [s].
  ///
  /// - `tasks`: what the subject does for a calibration instead of moving at will; empty is nothing.
  /// - `pose`: the static pose of these (coordinateCount) [rad].
  public init(
    _ device: DeviceDescription, limb: LimbModel, configuration: VirtualSubjectConfiguration,
    wiring: VirtualWiring, duration: Double, tasks: [CalibrationTask] = [], pose: [Double] = []
  ) {
    obedient =
      tasks.isEmpty
      ? nil
      : ObedientSubject(
        limb, tasks: tasks, pose: pose, delay: configuration.electromechanicalDelay)
    self.device = device
    self.wiring = wiring
    self.duration = duration
    streams = [device.streamDescription]
    subject = VirtualSubject(limb, configuration: configuration)
    encoder = PacketEncoder(device)
    decoder = PacketDecoder(device, stream: 0)
    // about 8 ms a block, in whole packets
    let perPacket = device.packet.samplesPerPacket
    let packets = max(1, Int((0.008 * device.nominalRate / Double(perPacket)).rounded()))
    samplesPerBlock = packets * perPacket
    native = SampleBlock(capacity: samplesPerBlock * device.channels.count)
    var random = RandomSource(seed: configuration.seed ^ 0x5EED_E16C_0000_0000)
    var muscles = [Int?](repeating: nil, count: device.channels.count)
    for (muscle, channels) in wiring.electrodes.enumerated() {
      for channel in channels { muscles[channel] = muscle }
    }
    muscleOfChannel = muscles
    let meanRectified = SurfaceEMG.meanRectified(
      steadiness: configuration.emgSteadiness, rate: device.nominalRate)
    electrodes = device.channels.indices.map { channel in
      SurfaceEMG(
        mvc: wiring.mvc[channel], baselineNoise: configuration.baselineNoise,
        steadiness: configuration.emgSteadiness, meanRectified: meanRectified,
        rate: device.nominalRate, random: random.split())
    }
    // the limb is lived ahead of the EMG that is shown, by the electromechanical delay
    let delay = Int((configuration.electromechanicalDelay * device.nominalRate).rounded())
    delayed = []
    delayedRates = []
    delayedPayload = []
    inertial = wiring.units.map { InertialMeasurement($0, random: random.split()) }
    turns = Array(repeating: nil, count: wiring.encoders.count)
    for _ in 0..<max(delay, 1) {
      delayed += subject.q
      delayedRates += subject.u
      delayedPayload.append(0)
    }
  }

  /// The next packets, after the announcement of a payload that changed during them, or the end.
  public mutating func next(into block: inout SampleBlock) -> SourceStep {
    let rate = device.nominalRate
    if !hasPackets {
      guard Double(nextSample + Int64(samplesPerBlock)) <= duration * rate else { return .end }
      liveOneBlock()
    }
    if let change = announcement {
      announcement = nil
      return .command(
        change.kilograms > 0 ? .payload(kilograms: change.kilograms) : .payloadOff, at: change.at)
    }
    // over the wire
    let packets = bytes
    let progress = decoder.decode(packets.span, from: 0, into: &block)
    precondition(!progress.hasMore, "a block holds what its packets hold")
    block.arrival = SampleTime(seconds: Double(nextSample - 1) / rate)
    hasPackets = false
    return .block
  }

  /// Lives on, and encodes what the board would have measured.
  private mutating func liveOneBlock() {
    native.begin(stream: 0, channelCount: device.channels.count, firstSample: nextSample)
    for _ in 0..<samplesPerBlock { measure(at: nextSample + Int64(native.sampleCount)) }
    nextSample += Int64(samplesPerBlock)
    bytes.removeAll(keepingCapacity: true)
    encoder.encode(native, appendingTo: &bytes)
    hasPackets = true
  }

  /// One sample of everything.
  private mutating func measure(at number: Int64) {
    let row = native.appendSample()
    let coordinates = wiring.encoders.count
    let slot = Int(number % Int64(delayedPayload.count))

    if let obedient {
      let time = Double(number) / device.nominalRate
      let motion = obedient.motion(at: time)
      show(q: motion.q, u: motion.u, row: row)
      showEMG(obedient.excitations(at: time), row: row)
      return
    }

    // the limb as it is now, lived a delay ago
    show(
      q: Array(delayed[(slot * coordinates)..<((slot + 1) * coordinates)]),
      u: Array(delayedRates[(slot * coordinates)..<((slot + 1) * coordinates)]), row: row)
    if delayedPayload[slot] != announced {
      announced = delayedPayload[slot]
      announcement = (
        announced, SampleTime(seconds: Double(number) / device.nominalRate)
      )
    }
    for coordinate in 0..<coordinates {
      delayed[slot * coordinates + coordinate] = subject.q[coordinate]
      delayedRates[slot * coordinates + coordinate] = subject.u[coordinate]
    }
    delayedPayload[slot] = subject.payload

    // the EMG of what the muscles are told now
    showEMG(subject.excitations, row: row)
    subject.advance(step: 1 / device.nominalRate)
  }
  /// What the joints' sensors show in this state.
  private mutating func show(q: [Double], u: [Double], row: Int) {
    for coordinate in q.indices {
      guard let channel = wiring.encoders[coordinate] else { continue }
      measure(coordinate, angle: q[coordinate], channel: channel, row: row)
    }
    for index in inertial.indices {
      var unit = inertial[index]
      unit.measure(
        subject.limb.description, skeleton: subject.limb.skeleton, q: q, u: u,
        rate: device.nominalRate
      ) { put($1, channel: $0, row: row) }
      inertial[index] = unit
    }
  }

  /// What the electrodes show when the muscles are told this (muscleCount) [1].
  private mutating func showEMG(_ excitations: [Double], row: Int) {
    for channel in device.channels.indices {
      guard let muscle = muscleOfChannel[channel] else { continue }
      let volts = electrodes[channel].sample(excitation: excitations[muscle])
      native[row, channel] = (volts / device.channels[channel].scale).rounded()
    }
  }

  /// What a joint's own sensor shows at `angle` [rad].
  private mutating func measure(_ coordinate: Int, angle: Double, channel: Int, row: Int) {
    let gear = wiring.gears.isEmpty ? 1 : wiring.gears[coordinate]
    let reading = (angle + wiring.zeros[coordinate]) * wiring.signs[coordinate] * gear
    guard wiring.curves.isEmpty || wiring.curves[coordinate] == nil else {
      if let volts = wiring.curves[coordinate]?.voltage(reading) {
        put(volts, channel: channel, row: row)
      }
      return
    }
    put(reading, channel: channel, row: row)
    guard !wiring.indices.isEmpty, let index = wiring.indices[coordinate] else { return }
    // the pulse comes in the sample in which the shaft passes its mark
    let turn = (reading / (2 * .pi)).rounded(.down)
    put(turns[coordinate].map { $0 == turn } ?? true ? 0 : 1, channel: index, row: row)
    turns[coordinate] = turn
  }

  /// Notes an SI value as the device's converter would.
  private mutating func put(_ value: Double, channel: Int, row: Int) {
    let field = device.channels[channel]
    let count = (value - field.offset) / field.scale
    native[row, channel] = field.type.isWhole ? count.rounded() : count
  }
}
