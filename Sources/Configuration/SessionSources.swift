internal import Devices
internal import Musculoskeletal
internal import OpenSimFiles

extension SessionReading {
  /// The sources, in file order; faulty ones are left out.
  func readSources() -> [SourceConfiguration] {
    let wanted = "a list of sources"
    guard let list = root.required("sources", "[...]"), let items = list.items(wanted) else {
      return []
    }
    if items.isEmpty { list.report("sources is an empty list", remedy: "add a source") }
    var sources: [SourceConfiguration] = []
    for item in items where item.isMapping {
      item.allow(
        "name", "device", "stream", "virtual", "serial", "port", "settings", "sync")
      let name = item.required("name", "a name for signals to refer to")?.text("a name")
      guard let kind = sourceKind(item), let name else { continue }
      guard !name.contains(".") else {
        item.optional("name")?.report(
          "\(item.keyPath).name is \(quoted(name))", remedy: "write a name without '.'")
        continue
      }
      guard !sources.contains(where: { $0.name == name }) else {
        item.optional("name")?.report(
          "the source name \(quoted(name)) is already taken", remedy: "rename one of the two")
        continue
      }
      var source = SourceConfiguration(name: name, kind: kind)
      for (key, place) in [("serial", \SourceConfiguration.serial), ("port", \.port)] {
        guard let node = item.optional(key) else { continue }
        if case .device = kind {
          source[keyPath: place] = node.text("the device's \(key)")
        } else {
          node.report(
            "\(item.keyPath) has a \(key) and is no device on USB", remedy: "delete \"\(key)\"")
        }
      }
      source.sync = syncInput(item.optional("sync"), of: kind)
      sources.append(source)
    }
    return sources
  }

  private func sourceKind(_ node: ConfigurationNode) -> SourceConfiguration.Kind? {
    let virtual = node.section("virtual")
    virtual?.allow("seed")
    let seed =
      virtual?.optional("seed").map { $0.whole("a seed", in: 0...Int(Int32.max)) } ?? 1
    switch (node.optional("device"), node.optional("stream")) {
    case (let device?, nil):
      guard let description = self.device(device, settings: node.section("settings")), let seed
      else { return nil }
      if virtual != nil { return .virtualDevice(description, seed: UInt64(seed)) }
      if description.usb == nil {
        device.report(
          "the device \(quoted(description.name)) has no USB ids, so it cannot be plugged in",
          remedy: "add \"virtual: { seed: 1 }\", or give the device file a \"usb\" section")
        return nil
      }
      return .device(description)
    case (nil, let stream?):
      if let settings = node.optional("settings") {
        settings.report(
          "\(node.keyPath) is a stream, which has no settings", remedy: "delete \"settings\"")
      }
      if let virtual {
        virtual.report(
          "\(node.keyPath) is a stream and cannot be virtual", remedy: "delete \"virtual\"")
      }
      return stream.text("the name of a stream in a recording").map { .stream($0) }
    case (nil, nil):
      node.report(
        "\(node.keyPath) has neither \"device\" nor \"stream\"", remedy: "add one of the two")
      return nil
    case (_?, let stream?):
      stream.report(
        "\(node.keyPath) has both \"device\" and \"stream\"", remedy: "delete one of the two")
      return nil
    }
  }

  /// The device that a source names: a path, or a name looked up in `devices` folders above.
  private func device(
    _ node: ConfigurationNode, settings: ConfigurationNode?
  ) -> DeviceDescription? {
    guard let name = node.text("a device's name or the path of its file") else { return nil }
    let here = node.document.file
    let shelf = root.document.shelf
    let candidates =
      name.contains("/") || name.hasSuffix(".yaml")
      ? [path(name, relativeTo: here)]
      : ["", "../", "../../"].map { path("\($0)devices/\(name).yaml", relativeTo: here) }
    guard let file = candidates.first(where: shelf.holds) else {
      let folders = Set(candidates.map { path(".", relativeTo: $0) })
      let known = folders.sorted().flatMap { shelf.names(inFolder: $0) }
        .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
      let suggestion = spellingSuggestion(for: name, among: known)
      node.report(
        "there is no device file for \(quoted(name))",
        remedy: suggestion.map { "did you mean \(quoted($0))?" }
          ?? "looked for: \(listed(candidates))")
      return nil
    }
    do throws(ConfigurationError) {
      let before = problemCount
      let wishes = (settings?.entries ?? []).compactMap { name, place, value in
        value.text("one of the setting's choices").map { choice in
          DeviceWish(setting: name, choice: choice) { place.report($0, remedy: $1) }
        }
      }
      let device = try DeviceFile.read(
        ConfigurationDocument(path: file, on: shelf), wishes: wishes)
      return problemCount == before ? device : nil
    } catch {
      root.document.report(elsewhere: error.problems)
      return nil
    }
  }

  /// The virtual subject: the file's, or the usual one where virtual devices need it.
  func virtualSubject(
    _ node: ConfigurationNode?, isNeeded: Bool
  ) -> VirtualSubjectConfiguration? {
    var subject = VirtualSubjectConfiguration()
    subject.reach = usualReach
    guard let node else { return isNeeded ? subject : nil }
    node.allow(
      "truth_spread", "payload", "payload_period", "reach", "reach_duration", "hold_duration",
      "co_contraction", "co_contraction_spread", "emg_steadiness")
    subject.truthSpread =
      node.quantity("truth_spread", .fraction, .within(0...0.5, words: "0 to 50 %"))
      ?? subject.truthSpread
    subject.payload = node.quantity("payload", .mass, .notNegative) ?? subject.payload
    subject.payloadPeriod =
      node.quantity("payload_period", .duration, .positive) ?? subject.payloadPeriod
    readReach(node.section("reach"), into: &subject)
    subject.reachDuration =
      durations(node.optional("reach_duration")) ?? subject.reachDuration
    subject.holdDuration = durations(node.optional("hold_duration")) ?? subject.holdDuration
    let percent = QuantityRange.within(0...1, words: "0 to 100 %")
    subject.coContraction =
      node.quantity("co_contraction", .fraction, .within(0...0.4, words: "0 to 40 %"))
      ?? subject.coContraction
    subject.coContractionSpread =
      node.quantity("co_contraction_spread", .fraction, percent) ?? subject.coContractionSpread
    subject.emgSteadiness =
      node.quantity("emg_steadiness", .fraction, percent) ?? subject.emgSteadiness
    if !isNeeded, sourcesAreSound {
      node.report(
        "virtual_subject is given, and no source is virtual",
        remedy: "add \"virtual: { seed: 1 }\" to a device source, or delete virtual_subject")
    }
    if subject.payload > 0, root.optional("payload") == nil {
      node.optional("payload")?.report(
        "the virtual subject holds a payload, and the session does not say where",
        remedy: "add a \"payload\" section with \"body\" and \"point\"")
    }
    return isNeeded ? subject : nil
  }

  /// The middle three fifths of each free coordinate's range, where no limit is near.
  private var usualReach: [ClosedRange<Double>] {
    guard let model else { return [] }
    return Skeleton(model).modelCoordinates.map { index in
      let coordinate = model.coordinates[index]
      let margin = 0.2 * (coordinate.rangeMaximum - coordinate.rangeMinimum)
      return (coordinate.rangeMinimum + margin)...(coordinate.rangeMaximum - margin)
    }
  }

  /// The ranges of coordinates that the file gives in place of the usual ones.
  private func readReach(
    _ node: ConfigurationNode?, into subject: inout VirtualSubjectConfiguration
  ) {
    guard let node, let model else { return }
    let free = Skeleton(model).modelCoordinates
    for (name, place, value) in node.entries {
      let ends = value.items("two angles, as in [-60 deg, 5 deg]", count: 2)?.compactMap {
        $0.quantity(.angle)
      }
      guard
        let coordinate = index(
          of: name, place, in: free.map { model.coordinates[$0].name }, kind: "free coordinate"),
        let ends, ends.count == 2
      else { continue }
      guard ends[0] < ends[1] else {
        value.report("\(value.keyPath) is empty", remedy: "write the smaller angle first")
        continue
      }
      subject.reach[coordinate] = ends[0]...ends[1]
    }
  }

  /// The shortest and longest duration that stand at `node`.
  private func durations(_ node: ConfigurationNode?) -> ClosedRange<Double>? {
    guard let node, let items = node.items("two durations, as in [0.5 s, 0.9 s]", count: 2),
      let shortest = items[0].quantity(.duration, .positive),
      let longest = items[1].quantity(.duration, .positive)
    else { return nil }
    guard shortest <= longest else {
      node.report("\(node.keyPath) is empty", remedy: "write the shorter duration first")
      return nil
    }
    return shortest...longest
  }
}
