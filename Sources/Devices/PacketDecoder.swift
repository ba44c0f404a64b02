public import Signals

/// Turns the bytes of one device into blocks of native values.
///
/// Bytes come in transfers that may split and join packets in any way. For each transfer:
///
///     var progress = decoder.decode(bytes, from: 0, into: &block)
///     deliver(block)                       // when block.sampleCount > 0
///     while progress.hasMore {
///       progress = decoder.decode(bytes, from: progress.nextOffset, into: &block)
///       deliver(block)
///     }
///
/// Every call empties the block first, so a block holds samples of one call that follow each other
/// without a gap, in whole packets. Encoder values are continuous counts: the first one is as it came
/// from the wire, each later one is the value nearest to its predecessor, also across a gap. After
/// `init` nothing is allocated and nothing is thrown.
public struct PacketDecoder: Sendable {
  /// What has been decoded; its framing counts are the framer's.
  public var statistics: DecodingStatistics {
    var all = counted
    all.badChecksums = framer.badChecksums
    all.skippedBytes = framer.skippedBytes
    return all
  }

  /// Where and how a channel's values lie in a packet.
  private struct Place: Sendable {
    /// Of the first sample's value [bytes from the start of the packet or item].
    var start: Int
    /// The item it lies in (index of the layout's items); nil outside items.
    var item: Int?
    /// The column it stands in; nil outside lines of text [1].
    var column: Int?
    /// From one sample's value to the next [bytes].
    var stride: Int
    var type: NumberType
    var order: ByteOrder
    /// Where an encoder wraps [counts].
    var modulus: Int64?
    /// True when zero means that the last value holds.
    var holdsOnZero: Bool
    /// What makes right counts of the device's; nil takes them as they are.
    var correction: CountCorrection?
    /// True when nothing but type and place matters.
    var isPlain: Bool { modulus == nil && !holdsOnZero && correction == nil && column == nil }
  }

  /// The device's own time of the last block's first sample; nil where packets carry none [s].
  public private(set) var deviceTime: Double?
  /// Number of the sample after the last accepted packet; nil before the first [samples].
  public var nextSample: Int64? { counter.nextSample }
  /// Samples after which the packets' counter is the same again; nil when it never is [samples].
  public var counterRange: Int64? { counter.range }

  private let stream: Int
  private let layout: PacketLayout
  private let status: PacketStatus?
  private let samplesPerPacket: Int
  private var places: [Place]
  /// Channels that are read in one go, and those that need more than reading (indices).
  private var runs: [ChannelRun] = []
  private var specialChannels: [Int] = []
  private let counterPlace: Place?
  private let clockPlace: Place?
  /// Seconds in one count of the device's time [s].
  private let clockScale: Double
  private var framer: PacketFramer
  private var counter: PacketCounter
  private var counted = DecodingStatistics()
  /// Where each item of the framer's packet begins (layout items) [bytes from the packet's start].
  private var itemStarts: [Int]
  /// The numbers of the framer's line (columns) [native units].
  private var columns: [Double]
  /// The last continuous count of each encoder, nil before the first (channelCount) [counts].
  private var counts: [Int64?]
  /// The last value that was measured, for channels that hold it (channelCount) [native units].
  private var held: [Double]
  /// First sample of the framer's packet while it waits for the next block [samples].
  private var waiting: Int64?
  /// The framer's skipped bytes when the last packet was placed [bytes].
  private var skippedBefore = 0

  /// A decoder for one device, whose blocks carry the index `stream`.
  public init(_ description: DeviceDescription, stream: Int) {
    let problems = description.validate()
    precondition(problems.isEmpty, "an invalid description: \(problems)")
    self.stream = stream
    layout = description.packet
    status = description.status
    samplesPerPacket = description.packet.samplesPerPacket
    func item(_ id: Int?) -> Int? {
      id.flatMap { id in description.packet.tagged?.items.firstIndex { $0.id == id } }
    }
    places = description.channels.indices.map { index in
      let field = description.channels[index]
      return Place(
        start: description.valueOffset(sample: 0, channel: index), item: item(field.item),
        column: field.column, stride: field.stride ?? description.packet.sampleStride,
        type: field.type, order: field.byteOrder, modulus: field.modulus,
        holdsOnZero: field.holdsOnZero, correction: nil)
    }
    counterPlace = description.counter.map {
      Place(
        start: $0.byteOffset, item: item($0.item), column: $0.column, stride: 0, type: .uint8,
        order: $0.byteOrder, modulus: Int64($0.width.byteCount), holdsOnZero: false,
        correction: nil)
    }
    clockPlace = description.deviceTime.map {
      Place(
        start: $0.byteOffset, item: item($0.item), column: $0.column, stride: 0, type: $0.type,
        order: $0.byteOrder, modulus: nil, holdsOnZero: false, correction: nil)
    }
    clockScale = description.deviceTime?.scale ?? 0
    framer = PacketFramer(description.packet)
    counter = PacketCounter(description)
    itemStarts = Array(repeating: 0, count: description.packet.tagged?.items.count ?? 0)
    columns = Array(repeating: 0, count: description.packet.text?.columns ?? 0)
    counts = Array(repeating: nil, count: places.count)
    held = Array(repeating: 0, count: places.count)
    arrange()
  }

  /// Corrects the counts of one channel from now on, as the device's constants say.
  public mutating func correct(channel: Int, by correction: CountCorrection?) {
    places[channel].correction = correction
    arrange()
  }

  /// Says that the stream was interrupted: an unfinished packet is forgotten, the next one may count anew.
  ///
  /// About `samples` are missing up to the next packet, by the time that has passed [samples].
  public mutating func interrupt(missing samples: Int64) {
    guard waiting == nil else { return }
    framer.reset()
    skippedBefore = framer.skippedBytes
    counter.interrupt(missing: samples)
  }

  /// Says that bytes are missing in the stream: an unfinished packet is forgotten, the counter tells the rest.
  public mutating func breakFraming() {
    guard waiting == nil else { return }
    framer.reset()
  }

  /// Says that the next packet, after a silence, should be about this one, which an ambiguous counter
  /// cannot tell alone [samples].
  public mutating func expect(about sample: Int64) {
    counter.expect(about: sample)
  }

  /// Empties `block` and fills it with samples from `bytes`, from index `offset` on.
  ///
  /// The block must have room for one packet's samples. Its arrival is the caller's to set.
  public mutating func decode(
    _ bytes: Span<UInt8>, from offset: Int, into block: inout SampleBlock
  ) -> DecodingProgress {
    precondition(offset >= 0 && offset <= bytes.count, "the offset lies inside the bytes")
    block.begin(
      stream: stream, channelCount: places.count, firstSample: counter.nextSample ?? 0)
    precondition(block.sampleCapacity >= samplesPerPacket, "a block has room for one packet")
    var position = offset
    while true {
      if waiting == nil {
        guard framer.advance(bytes, from: &position) else {
          return DecodingProgress(nextOffset: position, stop: .bytesUsed)
        }
        waiting = placePacket()
      }
      guard let first = waiting else {
        framer.release()
        continue
      }
      if block.sampleCount == 0 {
        block.begin(stream: stream, channelCount: places.count, firstSample: first)
        deviceTime = clockPlace.map { value($0) * clockScale }
      } else if first != block.firstSample + Int64(block.sampleCount) {
        return DecodingProgress(nextOffset: position, stop: .gap)
      } else if block.sampleCapacity - block.sampleCount < samplesPerPacket {
        return DecodingProgress(nextOffset: position, stop: .blockFull)
      }
      appendPacket(to: &block)
      counted.packets += 1
      waiting = nil
      framer.release()
    }
  }

  /// The number of the framer's packet's first sample; nil when the packet is refused.
  private mutating func placePacket() -> Int64? {
    guard hasContents() else { return nil }
    let skipped = framer.skippedBytes - skippedBefore
    skippedBefore = framer.skippedBytes
    let place = counter.place(counterPlace.flatMap { count($0) }, skipped: skipped)
    let isReport = status.map { framer.packet[$0.byteOffset] == $0.lossReport?.value } ?? false
    switch place {
    case .at(let first, let lost):
      add(lost, to: \.lostSamples)
      if isReport { return takeReport() }
      return first
    case .restarted(let first):
      counted.counterRestarts += 1
      if isReport { return takeReport() }
      return first
    case .duplicate:
      counted.duplicates += 1
      return nil
    }
  }

  /// True when the packet carries samples; otherwise it is counted for what it is.
  private mutating func hasContents() -> Bool {
    if let text = layout.text {
      if framer.count == 0 { return false }
      guard text.parse(framer.packet, count: framer.count, into: &columns),
        counterPlace.map({ count($0) != nil }) ?? true
      else {
        counted.badContents += 1
        framer.disown()
        return false
      }
    } else if let tagged = layout.tagged {
      guard framer.packet[tagged.kindOffset] == tagged.kind else {
        counted.otherPackets += 1
        return false
      }
      let end = framer.count - layout.checksum.byteCount
      guard tagged.locate(framer.packet, end: end, into: &itemStarts) else {
        counted.badContents += 1
        framer.disown()
        return false
      }
    }
    if let status {
      let byte = framer.packet[status.byteOffset]
      if !status.good.contains(byte), byte != status.lossReport?.value {
        counted.badContents += 1
        framer.disown()
        return false
      }
    }
    return true
  }

  /// Takes note of a packet that says how many samples the device lost; it has no good samples itself.
  private mutating func takeReport() -> Int64? {
    guard let report = status?.lossReport else { return nil }
    let lost = max(0, report.type.read(framer.packet, at: report.byteOffset, report.byteOrder))
    add(lost, to: \.lostInDevice)
    counter.shift(by: lost - Int64(report.placeholders))
    add(lost - Int64(report.placeholders) + Int64(samplesPerPacket), to: \.lostSamples)
    return nil
  }

  private mutating func add(
    _ number: Int64, to total: WritableKeyPath<DecodingStatistics, Int>
  ) {
    let sum = counted[keyPath: total].addingReportingOverflow(Int(number))
    counted[keyPath: total] = sum.overflow ? .max : sum.partialValue
  }

  /// The packet's running number; nil when a column holds none.
  private func count(_ place: Place) -> Int64? {
    if let column = place.column {
      let value = columns[column]
      guard value >= 0, value < 0x1p53, value == value.rounded() else { return nil }
      return Int64(value)
    }
    // the width of a counter stands where other places keep their modulus
    let bits = ByteBits.join(
      framer.packet, at: start(of: place), count: Int(place.modulus ?? 1), place.order)
    return Int64(bitPattern: bits)
  }

  private func start(of place: Place) -> Int {
    if let item = place.item { itemStarts[item] + place.start } else { place.start }
  }

  /// The value of `place` in the packet's first sample.
  private func value(_ place: Place) -> Double {
    if let column = place.column { return columns[column] }
    return place.type.native(framer.packet, at: start(of: place), place.order)
  }

  /// Appends the samples of the framer's packet.
  private mutating func appendPacket(to block: inout SampleBlock) {
    // indices, because iterating over structs allocates in debug builds
    for sample in 0..<samplesPerPacket {
      let index = block.appendSample()
      for place in runs.indices {
        let run = runs[place]
        var start = run.start + sample * run.stride
        if let item = run.item { start += itemStarts[item] }
        run.read(framer.packet, at: start, into: &block, sample: index)
      }
      for place in specialChannels.indices {
        let channel = specialChannels[place]
        block[index, channel] = special(places[channel], channel: channel, sample: sample)
      }
    }
  }

  /// Finds the runs of channels that need nothing but reading, and those that need more.
  private mutating func arrange() {
    runs = []
    specialChannels = []
    for (channel, place) in places.enumerated() {
      guard place.isPlain else {
        specialChannels.append(channel)
        continue
      }
      if let last = runs.indices.last,
        runs[last].continues(
          channel: channel, start: place.start, item: place.item, stride: place.stride,
          type: place.type, order: place.order)
      {
        runs[last].count += 1
      } else {
        runs.append(
          ChannelRun(
            channel: channel, start: place.start, item: place.item, stride: place.stride,
            type: place.type, order: place.order))
      }
    }
  }

  /// The value of a channel that needs more than reading.
  private mutating func special(_ place: Place, channel: Int, sample: Int) -> Double {
    var value: Double
    if let column = place.column {
      value = columns[column]
    } else {
      value = place.type.native(
        framer.packet, at: start(of: place) + sample * place.stride, place.order)
    }
    if let modulus = place.modulus {
      guard value.magnitude < 0x1p53 else { return .nan }
      return Double(unwrap(Int64(value.rounded()), channel: channel, modulus: modulus))
    }
    if place.holdsOnZero, value == 0 { return held[channel] }
    if let correction = place.correction { value = correction.apply(value) }
    held[channel] = value
    return value
  }

  /// The continuous count that is congruent to `value` and nearest to the channel's last one.
  private mutating func unwrap(_ value: Int64, channel: Int, modulus: Int64) -> Int64 {
    var continuous = value
    if let last = counts[channel] {
      let ahead = wrapped(value - last, modulo: modulus)
      continuous = last + (ahead > modulus / 2 ? ahead - modulus : ahead)
    }
    counts[channel] = continuous
    return continuous
  }
}
