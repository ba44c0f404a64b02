internal import Identification
internal import Musculoskeletal
internal import OpenSimFiles

extension SessionReading {
  /// The controller feed; nil without the section, or after problems were reported.
  func feed(_ node: ConfigurationNode?, free: [FreeParameter]) -> FeedConfiguration? {
    guard let node else { return nil }
    node.allow(
      "torque_limit", "torque_rise", "fade", "max_age", "recovery", "hold_limit", "torque_sd",
      "parameters", "parameter_rate", "scale", "relative_sd", "estimator_timeout", "refusals",
      "muscles", "state_rate", "parameters_rate", "shared_memory", "group", "udp",
      "calibration_age", "free_space", "exoskeleton", "interaction", "monitor")
    var feed = FeedConfiguration(coordinates: fedCoordinates(node))
    feed.torqueRise = node.quantity("torque_rise", .duration, .positive) ?? feed.torqueRise
    feed.fade = node.quantity("fade", .duration, .positive) ?? feed.fade
    feed.maximumAge = node.quantity("max_age", .duration, .positive) ?? feed.maximumAge
    feed.recovery = node.quantity("recovery", .duration, .positive) ?? feed.recovery
    feed.holdLimit = node.quantity("hold_limit", .duration, .positive) ?? feed.holdLimit
    feed.torqueDeviation =
      node.quantity("torque_sd", .fraction, .positive) ?? feed.torqueDeviation
    feed.parameterRate =
      node.quantity("parameter_rate", .fraction, .positive) ?? feed.parameterRate
    feed.relativeDeviation =
      node.quantity("relative_sd", .fraction, .positive) ?? feed.relativeDeviation
    feed.estimatorTimeout =
      node.quantity("estimator_timeout", .duration, .positive) ?? feed.estimatorTimeout
    feed.refusals =
      node.optional("refusals")?.whole("estimates refused in a row", in: 1...1000)
      ?? feed.refusals
    feed.scale = node.optional("scale")?.choice(FeedConfiguration.Scale.self) ?? feed.scale
    feed.muscles =
      node.optional("muscles")?.choice(FeedConfiguration.MuscleQuantity.self) ?? feed.muscles
    if let rate = node.quantity(
      "state_rate", .frequency, .within(100...1000, words: "100 to 1000 Hz"))
    {
      feed.statePeriod = 1 / rate
    }
    if let rate = node.quantity(
      "parameters_rate", .frequency, .within(1...50, words: "1 to 50 Hz"))
    {
      feed.parametersPeriod = 1 / rate
    }
    feed.calibrationAge =
      node.quantity("calibration_age", .duration, .positive) ?? feed.calibrationAge
    if let space = node.optional("free_space") {
      feed.freeSpace =
        space.whole("free space in MiB", in: 1...1_000_000).map { $0 << 20 } ?? feed.freeSpace
    }
    feed.isExoskeletonWorn =
      node.optional("exoskeleton").flatMap { wears($0) } ?? feed.isExoskeletonWorn
    feed.interaction = node.section("interaction").flatMap { interaction($0) }
    feed.sharedMemory = node.optional("shared_memory").flatMap { segmentName($0) }
    feed.monitor = node.optional("monitor").flatMap { segmentName($0) }
    feed.group = node.optional("group")?.text("the name of a group")
    feed.datagrams = node.section("udp").flatMap { datagrams($0) }
    feed.parameters = fedParameters(node, free: free)
    requireOrder(feed, in: node)
    if feed.muscles != .none, let model, model.muscles.count > FeedConfiguration.muscleSlots {
      node.optional("muscles")?.report(
        "the model has \(model.muscles.count) muscles, and a message has room for "
          + "\(FeedConfiguration.muscleSlots)", remedy: "delete \(node.keyPath).muscles")
    }
    return feed
  }

  private func interaction(_ node: ConfigurationNode) -> FeedConfiguration.Interaction? {
    node.allow("udp", "shared_memory", "key_file", "limit", "life", "gain_sd")
    let udp = node.section("udp")
    udp?.allow("port", "address")
    let port = udp?.required("port", "47111")?.whole("a port", in: 1...65_535)
    let address = udp?.optional("address").flatMap { internetAddress($0) }
    let memory = node.optional("shared_memory").flatMap { segmentName($0) }
    let key = node.required("key_file", "interaction.key")?.text("the path of a file with a key")
    let limit = node.required("limit", "40 N*m")?.quantity(.torque, .positive)
    if udp == nil, node.optional("shared_memory") == nil {
      node.report(
        "\(node.keyPath) has neither udp nor shared_memory, so nobody can tell anything",
        remedy: "write \"udp: { port: 47111 }\"")
    }
    if udp != nil, node.optional("shared_memory") != nil {
      node.report(
        "\(node.keyPath) has both udp and shared_memory", remedy: "delete one of the two")
    }
    guard let key, let limit, port != nil || memory != nil else { return nil }
    var interaction = FeedConfiguration.Interaction(
      port: port, address: address, sharedMemory: memory,
      keyFile: path(key, relativeTo: node.document.file), limit: limit)
    interaction.life = node.quantity("life", .duration, .positive) ?? interaction.life
    interaction.gainDeviation =
      node.quantity("gain_sd", .fraction, .positive) ?? interaction.gainDeviation
    return interaction
  }

  private func requireOrder(_ feed: FeedConfiguration, in node: ConfigurationNode) {
    if feed.fade < feed.torqueRise {
      (node.optional("fade") ?? node).report(
        "feed.fade, \(feed.fade) s, is faster than feed.torque_rise, \(feed.torqueRise) s",
        remedy: "let torque fade no faster than it may rise")
    }
    if feed.maximumAge <= feed.fade + 0.02 {
      (node.optional("max_age") ?? node).report(
        "feed.max_age, \(feed.maximumAge) s, leaves no time to fade in \(feed.fade) s",
        remedy: "write more than the fade and 20 ms")
    }
  }

  /// The coordinates under `torque_limit`, each with its limit.
  private func fedCoordinates(_ node: ConfigurationNode) -> [FeedConfiguration.Coordinate] {
    let wanted = "{ r_elbow_flex: 20 N*m }"
    guard let limits = node.required("torque_limit", wanted), limits.isMapping, let model else {
      return []
    }
    var coordinates: [FeedConfiguration.Coordinate] = []
    for (name, place, value) in limits.entries {
      let limit = value.quantity(.torque, .positive)
      guard
        let index = index(of: name, place, in: model.coordinates.map(\.name), kind: "coordinate"),
        let limit
      else { continue }
      if model.coordinates[index].isLocked {
        place.report("the coordinate \(quoted(name)) is locked", remedy: "feed one that moves")
        continue
      }
      coordinates.append(.init(coordinate: index, torqueLimit: limit))
    }
    if limits.entries.isEmpty { limits.report("nothing is fed", remedy: "write \(wanted)") }
    if limits.entries.count > FeedConfiguration.coordinateSlots {
      limits.report(
        "\(limits.entries.count) coordinates are fed, and a message has room for "
          + "\(FeedConfiguration.coordinateSlots)", remedy: "choose those that have a motor")
    }
    return coordinates
  }

  /// The unknowns that the patterns under `parameters` match; without the key all of them.
  private func fedParameters(_ node: ConfigurationNode, free: [FreeParameter]) -> [Int] {
    let wanted = "a list of names, as in [\"muscle/*/max_isometric_force\"]"
    var fed = Array(free.indices)
    if let list = node.optional("parameters") {
      var chosen: Set<Int> = []
      for item in list.items(wanted) ?? [] {
        guard let pattern = item.text("a name or a pattern") else { continue }
        let found = free.indices.filter { free[$0].isNamed(by: pattern) }
        if found.isEmpty, !free.isEmpty {
          let names = free.map(\.name)
          item.report(
            "no unknown of this session is named \(quoted(pattern))",
            remedy: spellingSuggestion(for: pattern, among: names).map {
              "did you mean \(quoted($0))?"
            } ?? "it has: \(listed(names))")
        }
        chosen.formUnion(found)
      }
      fed = chosen.sorted()
    }
    if fed.count > FeedConfiguration.parameterSlots {
      (node.optional("parameters") ?? node).report(
        "\(fed.count) parameters are fed, and a message has room for "
          + "\(FeedConfiguration.parameterSlots)",
        remedy: "choose some with feed.parameters, a list of names or patterns")
    }
    return fed
  }

  private func wears(_ node: ConfigurationNode) -> Bool? {
    switch node.plainText {
    case "worn": return true
    case "none": return false
    default:
      node.report("\(node.keyPath) is neither worn nor none", remedy: "write worn or none")
      return nil
    }
  }

  private func segmentName(_ node: ConfigurationNode) -> String? {
    guard let text = node.text("a name, as in /diffmsm-feed") else { return nil }
    let name = text.hasPrefix("/") ? text : "/" + text
    guard name.utf8.count <= 200, name.count > 1, !name.dropFirst().contains("/"), name != "/.",
      name != "/.."
    else {
      node.report(
        "\(node.keyPath) is \(quoted(text)), and no shared memory is named so",
        remedy: "write one word, as in /diffmsm-feed")
      return nil
    }
    return name
  }

  private func datagrams(_ node: ConfigurationNode) -> FeedConfiguration.Datagrams? {
    node.allow("address", "port", "parameters_port", "interface", "hops")
    let address = node.required("address", "192.168.7.2").flatMap { internetAddress($0) }
    let port = node.required("port", "47110")?.whole("a port", in: 1...65_535)
    let other = node.optional("parameters_port")?.whole("a port", in: 1...65_535)
    let interface = node.optional("interface").flatMap { internetAddress($0) }
    let hops = node.optional("hops")?.whole("routers that multicast may pass", in: 0...255)
    guard let address, let port else { return nil }
    var datagrams = FeedConfiguration.Datagrams(address: address, port: port)
    datagrams.parametersPort = other
    datagrams.interface = interface
    datagrams.hops = hops ?? datagrams.hops
    return datagrams
  }

  private func internetAddress(_ node: ConfigurationNode) -> String? {
    let wanted = "an IPv4 address, as in 192.168.7.2"
    guard let text = node.text(wanted) else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4, !parts.contains(nil) else {
      node.report("\(node.keyPath) is \(quoted(text))", remedy: "write \(wanted)")
      return nil
    }
    return text
  }
}
