extension DeviceDescription {
  /// Places in packets that are made of items or are lines of text.
  func validateVariablePlaces() -> [DescriptionProblem] {
    var problems: [DescriptionProblem] = []
    func report(_ place: DescriptionProblem.Place, _ sentence: String) {
      problems.append(DescriptionProblem(place: place, sentence: sentence))
    }
    if packet.samplesPerPacket != 1 {
      report(.packet, "Packets of items and lines of text have one sample each.")
    }
    if packet.tagged != nil && packet.text != nil {
      report(.packet, "A packet is either made of items or a line of text.")
      return problems
    }
    if let tagged = packet.tagged { validate(tagged).forEach { report(.packet, $0) } }
    if let text = packet.text {
      if text.columns < 1 || text.columns > 1024 {
        report(.packet, "A line has \(text.columns) columns; it must have between 1 and 1024.")
      }
      if packet.checksum != .none || !packet.sync.isEmpty || status != nil {
        report(.packet, "A line of text has no sync bytes, status or closing checksum.")
      }
    }
    /// Why a field of `count` bytes cannot lie there; nil when it can.
    func fault(item: Int?, column: Int?, offset: Int, count: Int) -> String? {
      if let text = packet.text {
        guard let column else { return "needs a column" }
        let isInside = column >= 0 && column < text.columns
        return isInside
          ? nil : "lies in column \(column), outside the line's \(text.columns) columns from 0"
      }
      guard let item, let found = packet.tagged?.items.first(where: { $0.id == item }) else {
        return "needs one of the packet's items"
      }
      let isInside = offset >= 0 && count <= found.length && offset <= found.length - count
      return isInside ? nil : "lies outside its item of \(found.length) bytes"
    }
    if let counter {
      let wrong = fault(
        item: counter.item, column: counter.column, offset: counter.byteOffset,
        count: counter.width.byteCount)
      if let wrong { report(.counter, "The counter \(wrong).") }
    }
    if let deviceTime {
      let wrong = fault(
        item: deviceTime.item, column: deviceTime.column, offset: deviceTime.byteOffset,
        count: deviceTime.type.byteCount)
      if let wrong { report(.device, "The device's time \(wrong).") }
    }
    for (index, channel) in channels.enumerated() {
      let wrong = fault(
        item: channel.item, column: channel.column, offset: channel.byteOffset,
        count: channel.type.byteCount)
      if let wrong { report(.channel(index), "\(name(of: index)) \(wrong).") }
    }
    return problems
  }

  private func validate(_ tagged: TaggedLayout) -> [String] {
    var sentences: [String] = []
    let ids = tagged.items.map(\.id)
    if Set(ids).count != ids.count { sentences.append("Two items have the same id.") }
    if tagged.items.isEmpty { sentences.append("A packet of items needs at least one.") }
    let places = [tagged.kindOffset, tagged.lengthOffset]
    if places.contains(where: { $0 < 0 || $0 >= tagged.firstItem }) {
      sentences.append("Kind and length of a packet of items stand before its first item.")
    }
    if tagged.overhead < tagged.firstItem || tagged.overhead > 64 || tagged.firstItem > 64 {
      sentences.append(
        "The length leaves out \(tagged.overhead) bytes; these must be all before the first item and "
          + "the checksum.")
    }
    if tagged.items.contains(where: { $0.length < 1 || $0.length > 250 }) {
      sentences.append("An item holds between 1 and 250 bytes.")
    } else if packet.usualLength > packet.length || packet.usualLength - tagged.overhead > 255 {
      sentences.append(
        "The items take \(packet.usualLength) bytes; the packet may have \(packet.length), and its "
          + "length byte counts to 255.")
    }
    return sentences
  }

  /// Marks, further checksums, status, clock and counter step.
  func validateExtras() -> [DescriptionProblem] {
    var sentences: [String] = []
    func isOutside(_ offset: Int, _ count: Int) -> Bool {
      offset < 0 || offset > packet.length - count
    }
    if packet.marks.contains(where: { isOutside($0.byteOffset, 1) }) {
      sentences.append("A mark lies outside the packet.")
    }
    for check in packet.checks {
      let isSound =
        packet.isFixed && !isOutside(check.byteOffset, check.kind.byteCount)
        && check.covers.lowerBound >= 0 && check.covers.upperBound <= packet.length
        && !check.covers.overlaps(check.byteOffset..<check.byteOffset + check.kind.byteCount)
      if !isSound {
        sentences.append(
          "A checksum inside the packet lies outside it, covers bytes outside it or covers itself.")
      }
    }
    if let status {
      if !packet.isFixed || isOutside(status.byteOffset, 1) {
        sentences.append("The status byte lies outside the packet.")
      }
      if status.good.isEmpty { sentences.append("The status needs at least one good value.") }
      if let report = status.lossReport {
        if isOutside(report.byteOffset, report.type.byteCount) || !report.type.isWhole {
          sentences.append("The report of lost samples lies outside the packet.")
        }
        if report.placeholders < 0 || report.placeholders > packet.samplesPerPacket {
          sentences.append("A report stands for no more samples than a packet has.")
        }
      }
    }
    var problems = sentences.map { DescriptionProblem(place: .packet, sentence: $0) }
    if let deviceTime {
      if packet.isFixed, isOutside(deviceTime.byteOffset, deviceTime.type.byteCount) {
        problems.append(
          DescriptionProblem(place: .device, sentence: "The device's time lies outside the packet.")
        )
      }
      if !(deviceTime.scale > 0 && deviceTime.scale.isFinite) {
        problems.append(
          DescriptionProblem(
            place: .device, sentence: "The device's time needs a scale above zero."))
      }
    }
    if let counter {
      let isSound = counter.step >= 1 && counter.step <= counter.width.modulus / 4
      if !isSound || counter.width == .bits64 && counter.step < 1024 {
        problems.append(
          DescriptionProblem(
            place: .counter,
            sentence:
              "The counter grows by \(counter.step) a step; it must be at least 1 (1024 for 64 "
              + "bits) and a quarter of its range at most."))
      }
    }
    if packet.isFixed, channels.contains(where: { $0.item != nil || $0.column != nil }) {
      problems.append(
        DescriptionProblem(
          place: .packet, sentence: "Channels lie in items or columns, and the packet has none."))
    }
    return problems
  }
}
