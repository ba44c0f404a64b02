internal import Foundation
internal import Identification
internal import Musculoskeletal
internal import OpenSimFiles

extension SessionReading {
  /// How the estimator works, without groups and unknowns.
  func identification(_ node: ConfigurationNode?) -> IdentificationConfiguration {
    var result = IdentificationConfiguration()
    guard let node else { return result }
    node.allow(
      "window", "step", "measurement_interval", "iterations", "memory", "noise", "groups",
      "parameters", "full_inertia", "shared", "symmetric", "prediction", "held_out", "starts",
      "path_polynomial_order", "moment_arm_uncertainty", "adam", "contact", "process_noise",
      "estimate_noise")
    adam(node.section("adam"), into: &result.adam)
    result.prediction = predictionFit(node.section("prediction"))
    if let node = node.optional("estimate_noise"), let choice = node.choice(TrueOrFalse.self) {
      result.estimatesNoise = choice == .true
      if result.estimatesNoise, result.prediction != nil {
        node.report(
          "identification has both \"estimate_noise\" and \"prediction\", whose error is no sensor's",
          remedy: "delete one of the two")
      }
    }
    result.heldOut = heldOut(node.section("held_out"))
    result.contact = contact(node.section("contact"))
    result.starts =
      node.optional("starts")?.whole("starting points of an offline fit", in: 1...100)
      ?? result.starts
    result.window = node.quantity("window", .duration, .positive) ?? result.window
    result.step = node.quantity("step", .duration, .positive) ?? result.step
    result.measurementInterval =
      node.quantity("measurement_interval", .duration, .positive) ?? result.measurementInterval
    requireMultiple(
      "measurement_interval", result.measurementInterval, of: "step", result.step, in: node)
    requireMultiple(
      "window", result.window, of: "measurement_interval", result.measurementInterval, in: node)
    result.pathPolynomialOrder = node.optional("path_polynomial_order")?.whole(
      "the order of the polynomials that stand for muscle paths", in: 2...10)
    result.iterations =
      node.optional("iterations")?.whole("evaluations of a refit", in: 1...100)
      ?? result.iterations
    result.memory =
      node.optional("memory")?.whole("windows that are refitted", in: 2...10_000) ?? result.memory
    guard let noise = node.section("noise") else { return result }
    noise.allow(
      "activation", "activation_correlation_time", "torque", "torque_correlation_time",
      "initial_rate")
    result.activationNoise =
      noise.quantity("activation", .fraction, .within(0...1, words: "0 to 100 %"))
      ?? result.activationNoise
    result.activationCorrelationTime =
      noise.quantity("activation_correlation_time", .duration, .positive)
      ?? result.activationCorrelationTime
    result.torqueNoise = noise.quantity("torque", .torque, .notNegative) ?? result.torqueNoise
    result.torqueCorrelationTime =
      noise.quantity("torque_correlation_time", .duration, .positive)
      ?? result.torqueCorrelationTime
    result.initialRate =
      noise.quantity("initial_rate", .angularRate, .positive) ?? result.initialRate
    return result
  }

  /// Relative standard deviation of each muscle's moment arms in the subject [1].
  ///
  /// A virtual subject moves on the model's own paths.
  func momentArmUncertainty(of model: ModelDescription, isVirtual: Bool) -> Double {
    let key = "moment_arm_uncertainty"
    let own = root.section("identification")?.optional(key)
    let models = root.section("model")?.optional(key)
    if let own, models != nil {
      own.report(
        "identification.\(key) and model.\(key) are the same quantity",
        remedy: "delete one of the two")
    }
    let value = (own ?? models)?.quantity(.fraction, .within(0...1, words: "0 to 100 %"))
    return value ?? (isVirtual ? 0 : model.momentArmUncertainty)
  }

  /// The paper's gradient descent.
  private func adam(_ node: ConfigurationNode?, into descent: inout AdamDescent) {
    guard let node else { return }
    node.allow("learning_rate", "iterations")
    descent.learningRate =
      node.optional("learning_rate")?.number("the first step, in prior sd", in: 1e-6...1)
      ?? descent.learningRate
    descent.iterations =
      node.optional("iterations")?.whole("evaluations of all windows", in: 1...1_000_000)
      ?? descent.iterations
  }

  private func requireMultiple(
    _ key: String, _ duration: Double, of otherKey: String, _ other: Double,
    in node: ConfigurationNode
  ) {
    let count = (duration / other).rounded()
    guard count < 1 || abs(duration / other - count) > 1e-6 * count else { return }
    (node.optional(key) ?? node.optional(otherKey) ?? node).report(
      "identification.\(key) of \(duration) s is not a whole number of \(otherKey)s of \(other) s",
      remedy: "write a multiple of \(other) s, or another \(otherKey)")
  }

  /// The groups of muscles that are identified as one.
  func groups(model: ModelDescription) -> [MuscleGroup] {
    guard let section = root.section("identification")?.section("groups") else { return [] }
    let names = model.muscles.map(\.name)
    var isTaken: Set<Int> = []
    var groups: [MuscleGroup] = []
    for (name, place, node) in section.entries {
      guard let items = node.items("a list of muscles") else { continue }
      if names.contains(name) || name.contains("/") || name.contains("*") {
        place.report(
          "the group name \(quoted(name)) is a muscle's or holds '/' or '*'", remedy: "rename it")
      }
      var muscles: [Int] = []
      for item in items {
        guard let member = item.text("the name of a muscle"),
          let muscle = index(of: member, item, in: names, kind: "muscle")
        else { continue }
        if isTaken.insert(muscle).inserted {
          muscles.append(muscle)
        } else {
          item.report(
            "the muscle \(quoted(member)) is already in a group", remedy: "delete one of the two")
        }
      }
      if items.isEmpty {
        node.report("\(node.keyPath) is an empty list", remedy: "write its members or delete it")
      }
      if !muscles.isEmpty { groups.append(MuscleGroup(name: name, muscles: muscles)) }
    }
    return groups
  }

  /// The unknowns in catalogue order: what the patterns free, unknown gains, and the payload's nuisances.
  func freeParameters(
    model: ModelDescription, groups: [MuscleGroup], emg: [EMGAssignment],
    payload: PayloadConfiguration?, activation: ActivationConfiguration, signalsAreSound: Bool,
    processNoise: StatedProcessNoise
  ) -> [FreeParameter] {
    var catalogue = ParameterCatalogue(
      model: model, groups: groups, emg: emg, shapeFactor: activation.shapeFactor)
    share(&catalogue)
    var deviations: [String: Double] = [:]
    var means: [String: Double] = [:]
    var walls: [String: StatedWall] = [:]
    var changes: [String: OwnProcessNoise] = [:]
    for signal in emg where !signal.hasKnownGain {
      deviations["emg/\(signal.name)/gain"] = EMGAssignment.unknownGainDeviation
    }
    freeDistributions(catalogue, model: model, deviations: &deviations)
    let list = root.section("identification")?.optional("parameters")
    for item in list?.items("a list of { name: PATTERN, prior_sd: ... }") ?? [] where item.isMapping
    {
      item.allow("name", "prior_sd", "prior_mean", "bounds", "process_noise")
      let deviationNode = item.required("prior_sd", "10 %")
      let wanted = "a parameter's name; '*' stands for any part of it"
      guard let node = item.required("name", wanted), let pattern = node.text(wanted),
        let deviationNode
      else { continue }
      let matches = catalogue.matches(pattern)
      guard !matches.isEmpty else {
        // channels that could not be read have no parameters yet
        if pattern.hasPrefix("emg/"), !signalsAreSound { continue }
        reportNoMatch(pattern, node, catalogue: catalogue, model: model)
        continue
      }
      guard matches.allSatisfy({ $0.deviation == matches[0].deviation }) else {
        node.report(
          "\(quoted(pattern)) matches quantities of different kinds",
          remedy: "split it, factors take a percentage and offsets a unit")
        continue
      }
      let deviation =
        if let expected = matches[0].deviation {
          deviationNode.quantity(expected, .positive)
        } else {
          deviationNode.number("a standard deviation", in: 1e-9...1e9)
        }
      // later entries speak louder, so that a wildcard can have exceptions
      if let deviation { for entry in matches { deviations[entry.name] = deviation } }
      if let mean = priorMean(item.optional("prior_mean"), of: matches[0]) {
        for entry in matches { means[entry.name] = mean }
      }
      if let wall = statedWall(item.optional("bounds"), of: matches[0]) {
        for entry in matches { walls[entry.name] = wall }
      }
      if let change = ownProcessNoise(item.optional("process_noise"), of: matches[0]) {
        for entry in matches { changes[entry.name] = change }
      }
    }

    var free: [FreeParameter] = []
    for entry in catalogue.entries {
      guard let deviation = deviations[entry.name] else { continue }
      let mean = means[entry.name] ?? 0
      let usual = PhysiologicalBounds.wall(
        entry.targets[0], base: entry.base, priorMean: mean,
        nominalDelay: activation.electromechanicalDelay)
      var parameter = FreeParameter(
        name: entry.name, targets: entry.targets, base: entry.base, priorMean: mean,
        priorDeviation: deviation, wall: (walls[entry.name] ?? .usual).wall(usual))
      switch changes[entry.name] {
      case .own(let noise): parameter.processNoise = noise
      case nil where processNoise == .usual:
        parameter.processNoise = ProcessNoise.usual(entry.targets[0])
      case nil, .some(.none): break
      }
      free.append(parameter)
    }
    if let payload { free += Self.nuisances(of: payload) }
    refuseTwoInertias(free, model: model, list)
    if free.isEmpty, problemCount == 0 {
      (list ?? root).report(
        "nothing is free to be identified",
        remedy: "add to identification.parameters, as in "
          + "{ name: \"muscle/*/max_isometric_force\", prior_sd: 10 % }")
    }
    return free
  }

  /// Where the prior of theta is centred: a percentage of the model's value, or an amount added to it.
  func priorMean(
    _ node: ConfigurationNode?, of entry: ParameterCatalogue.Entry
  ) -> Double? {
    guard let node else { return nil }
    if entry.targets[0].isLogarithmic {
      return node.quantity(.fraction, .positive).map { log($0) }
    }
    guard let expected = entry.deviation else {
      return node.number("an amount added to the model's value", in: -1e9...1e9)
    }
    return node.quantity(expected)
  }

  /// Mass and place of a payload are never known exactly, and their error goes into every force.
  private static func nuisances(of payload: PayloadConfiguration) -> [FreeParameter] {
    var nuisances: [FreeParameter] = []
    if payload.massDeviation > 0 {
      nuisances.append(
        FreeParameter(
          name: "payload/mass", targets: [.payload(.mass)], base: 1,
          priorDeviation: payload.massDeviation))
    }
    let location = payload.place.location
    let distance = location.norm
    if payload.pointDeviation > 0, distance > 0 {
      nuisances.append(
        FreeParameter(
          name: "payload/location", targets: [.payload(.location)], base: 1,
          priorDeviation: payload.pointDeviation / distance))
    }
    return nuisances
  }

  private func reportNoMatch(
    _ pattern: String, _ node: ConfigurationNode, catalogue: ParameterCatalogue,
    model: ModelDescription
  ) {
    let names = catalogue.entries.map(\.name)
    let message = "\(quoted(pattern)) matches no parameter"
    let factors = [
      ("damping", "damping", "0.3 N*m*s/rad"), ("stiffness", "stiffness", "5 N*m/rad"),
      ("rest_angle", "stiffness", "5 N*m/rad"), ("limit_torque", "limit torque", "1 N*m"),
    ]
    for (property, words, example) in factors
    where model.coordinates.contains(where: {
      !$0.isLocked
        && ParameterCatalogue.matches(pattern, name: "coordinate/\($0.name)/\(property)")
    }) {
      let key = words.replacing(" ", with: "_")
      node.report(
        "\(message): the \(words) is zero, and a factor on zero changes nothing",
        remedy: "set it under model.coordinates, as in { \(key): \(example) }")
      return
    }
    let isUndamped = model.muscles.contains {
      $0.fiberDamping == 0
        && ParameterCatalogue.matches(pattern, name: "muscle/\($0.name)/fiber_damping")
    }
    if isUndamped {
      node.report(
        "\(message): the fibers have no damping, and a factor on zero changes nothing",
        remedy: "delete the entry, or give the model's muscles a fiber_damping")
      return
    }
    let suggestion = spellingSuggestion(for: pattern, among: names)
    let kinds = ParameterCatalogue.kinds
    let kind = spellingSuggestion(for: pattern, among: kinds)
    node.report(
      message,
      remedy: (pattern.contains("*") ? kind : suggestion).map { "did you mean \(quoted($0))?" }
        ?? "known are: \(kinds.joined(separator: ", "))")
  }
}
