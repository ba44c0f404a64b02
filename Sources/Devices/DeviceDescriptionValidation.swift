/// One mistake in a device description: where, and a sentence that says what and how to mend it.
public struct DescriptionProblem: Hashable, Sendable, CustomStringConvertible {
  /// The part of a description that a problem concerns.
  public enum Place: Hashable, Sendable {
    /// The description as a whole: its name, its channel list.
    case device
    /// The nominal rate.
    case rate
    /// The packet's framing.
    case packet
    /// The counter.
    case counter
    /// The channel at this index of the channel list.
    case channel(Int)
  }

  /// The part that is wrong.
  public var place: Place
  /// What is wrong and what would be right, as a sentence.
  public var sentence: String

  /// A problem at a place.
  public init(place: Place, sentence: String) {
    self.place = place
    self.sentence = sentence
  }

  /// The sentence.
  public var description: String { sentence }
}

extension DeviceDescription {
  /// Every problem of the description, in the order of its parts; empty when it can be used.
  public func validate() -> [DescriptionProblem] {
    var problems: [DescriptionProblem] = []
    func report(_ place: DescriptionProblem.Place, _ sentence: String) {
      problems.append(DescriptionProblem(place: place, sentence: sentence))
    }
    if name.isEmpty { report(.device, "The device needs a name.") }
    if !(nominalRate > 0 && nominalRate.isFinite) {
      report(.rate, "The rate is \(nominalRate) Hz; it must be finite and above zero.")
    }
    if channels.isEmpty { report(.device, "The device has no channels; it needs at least one.") }

    let layoutProblems = validateLayout()
    problems += layoutProblems.map { DescriptionProblem(place: .packet, sentence: $0) }
    for (index, channel) in channels.enumerated() {
      problems += validateMeaning(of: channel, at: index).map {
        DescriptionProblem(place: .channel(index), sentence: $0)
      }
    }
    // Places in a packet mean something only when the packet itself is sound.
    if layoutProblems.isEmpty {
      problems += packet.isFixed ? validatePlaces() : validateVariablePlaces()
      problems += validateExtras()
    }
    return problems
  }

  /// Problems of the framing alone.
  private func validateLayout() -> [String] {
    var sentences: [String] = []
    let longest = 65536
    if packet.length < 1 || packet.length > longest {
      sentences.append(
        "The packet's length is \(packet.length) bytes; it must lie between 1 and \(longest).")
    }
    if packet.samplesPerPacket < 1 || packet.samplesPerPacket > longest {
      sentences.append(
        "A packet has \(packet.samplesPerPacket) samples; it must have between 1 and \(longest).")
    }
    if packet.isFixed,
      packet.samplesOffset < packet.sync.count && packet.syncOffset == 0
        || packet.samplesOffset > packet.length || packet.samplesOffset < 0
    {
      sentences.append(
        "The samples begin at byte \(packet.samplesOffset); they must begin inside the packet of "
          + "\(packet.length) bytes and after its \(packet.sync.count) sync bytes.")
    }
    if packet.samplesPerPacket > 1 && packet.sampleStride < 1 {
      sentences.append(
        "The sample stride is \(packet.sampleStride) bytes; with several samples in a packet it must "
          + "be at least 1.")
    }
    if abs(packet.sampleStride) > longest {
      sentences.append("The sample stride is \(packet.sampleStride) bytes; that is beyond reason.")
    }
    if packet.syncOffset < 0 || packet.syncOffset > packet.length
      || packet.syncOffset + packet.sync.count + packet.checksum.byteCount >= packet.length
    {
      sentences.append(
        "Sync bytes and checksum leave no room for samples in \(packet.length) bytes.")
    }
    return sentences
  }

  /// Problems of a channel's label, scale and encoder properties.
  private func validateMeaning(of channel: ChannelField, at index: Int) -> [String] {
    var sentences: [String] = []
    let who = name(of: index)
    if channel.label.isEmpty { sentences.append("\(who) needs a label.") }
    if let first = channels.firstIndex(where: { $0.label == channel.label }), first < index,
      !channel.label.isEmpty
    {
      sentences.append("\(who) has the label of channel \(first + 1); labels must differ.")
    }
    if channel.unit.isEmpty { sentences.append("\(who) needs a unit; `1` is one too.") }
    if channel.scale == 0 || !channel.scale.isFinite {
      sentences.append("\(who) has the scale \(channel.scale); it must be finite and not zero.")
    }
    if !channel.offset.isFinite {
      sentences.append("\(who) has the offset \(channel.offset); it must be finite.")
    }
    switch (channel.kind, channel.countsPerRevolution) {
    case (.encoder, nil):
      sentences.append("\(who) is an encoder and needs counts per revolution.")
    case (.encoder, let counts?) where counts < 2:
      sentences.append("\(who) has \(counts) counts per revolution; it must have at least 2.")
    case (.encoder, let counts?)
    where channel.wraps == .revolution && Int64(counts) - 1 > channel.type.range.upperBound:
      sentences.append(
        "\(who) has \(counts) counts per revolution, more than \(channel.type.rawValue) holds; take a "
          + "wider type or let the count wrap at its width.")
    case (.emg, .some), (.auxiliary, .some):
      sentences.append(
        "\(who) has counts per revolution but is no encoder; drop them or change its kind.")
    default: break
    }
    if channel.kind == .encoder && !channel.type.isWhole {
      sentences.append("\(who) is an encoder and needs a whole-number type.")
    }
    return sentences
  }

  /// Fields outside the packet and bytes claimed twice.
  private func validatePlaces() -> [DescriptionProblem] {
    var problems: [DescriptionProblem] = []
    // Who claims each byte; sync and checksum are sound here, the rest is checked before it claims.
    var owners = [String?](repeating: nil, count: packet.length)
    for byte in packet.sync.indices { owners[packet.syncOffset + byte] = "the sync bytes" }
    for byte in packet.checksumOffset..<packet.length { owners[byte] = "the checksum" }

    /// Claims a field's bytes; the sentence that says why it cannot, or nil.
    func claim(_ start: Int, _ count: Int, for who: String) -> String? {
      guard start >= 0, count <= packet.length, start <= packet.length - count else {
        return
          "\(who) takes bytes \(start) to \(start + count - 1), outside the packet of "
          + "\(packet.length) bytes."
      }
      for byte in start..<start + count {
        if let owner = owners[byte] {
          return "\(who) overlaps \(owner == who ? "its own next value" : owner) at byte \(byte)."
        }
      }
      for byte in start..<start + count { owners[byte] = who }
      return nil
    }

    if let counter {
      let range = counter.width.modulus
      if counter.counts == .samples && Int64(packet.samplesPerPacket) > range / 4 {
        problems.append(
          DescriptionProblem(
            place: .counter,
            sentence: "The counter counts samples to \(range) while a packet has "
              + "\(packet.samplesPerPacket); a packet may advance it by a quarter at most."))
      }
      if let sentence = claim(
        counter.byteOffset, counter.width.byteCount, for: "The counter")
      {
        problems.append(DescriptionProblem(place: .counter, sentence: sentence))
      }
    }
    for (index, channel) in channels.enumerated() {
      let reach = 1 << 20
      guard abs(channel.byteOffset) < reach, abs(channel.stride ?? 0) < reach else {
        problems.append(
          DescriptionProblem(
            place: .channel(index),
            sentence: "\(name(of: index)) has a byte offset or stride beyond reason."))
        continue
      }
      // One sentence a channel: the first sample that does not fit stands for the others.
      for sample in 0..<packet.samplesPerPacket {
        let start = valueOffset(sample: sample, channel: index)
        if let sentence = claim(start, channel.type.byteCount, for: name(of: index)) {
          problems.append(DescriptionProblem(place: .channel(index), sentence: sentence))
          break
        }
      }
    }
    return problems
  }

  /// How sentences call a channel.
  func name(of index: Int) -> String {
    "Channel \(index + 1) (\(channels[index].label))"
  }
}
