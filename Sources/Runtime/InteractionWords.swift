internal import Configuration
internal import Musculoskeletal

extension SessionConfiguration {
  /// True when the torque of a worn device is measured wherever it is fed, or told by the device.
  var measuresInteraction: Bool {
    guard let feed else { return !torques.isEmpty }
    return feed.interaction != nil
      || feed.coordinates.allSatisfy { fed in torques.contains { $0.coordinate == fed.coordinate } }
  }

  /// The known mass of a worn device as what fixes the scale of forces, in words; nil without one.
  var wornMassWords: String? {
    guard let exoskeleton, model.wearsKnownMass else { return nil }
    let mass = model.bodies.filter(\.isWorn).reduce(0) { $0 + $1.mass }
    return "\(plain(mass)) kg of a worn device, each part known to "
      + "\(plain(100 * exoskeleton.massDeviation)) %"
  }

  /// The measured torque as what fixes the scale of forces, in words.
  var interactionWords: String {
    let sensors = torques.map { signal in
      "\(model.coordinates[signal.coordinate].name) by a sensor whose gain is known to "
        + "\(plain(100 * signal.gainDeviation)) %"
    }
    let told = feed?.interaction.map {
      "as its controller tells, with a gain known to \(plain(100 * $0.gainDeviation)) %"
    }
    return "the measured torque of a worn device on "
      + (sensors + [told].compactMap(\.self)).joined(separator: " and ")
      + ", which is not in the intervals"
  }
}

extension IdentifyOutcome {
  /// What the session itself says against its results.
  var configurationFindings: [ResultFinding] {
    let configuration = material.assembly.configuration
    guard configuration.isExoskeletonWorn, !configuration.measuresInteraction else {
      return []
    }
    return [
      ResultFinding(
        code: "exoskeleton_unmeasured",
        message: "an exoskeleton is worn and its torque on the limb is not measured",
        evidence:
          "feed.exoskeleton is worn or exoskeleton has motors, and neither signals.torques nor "
          + "feed.interaction covers the coordinates that are fed",
        remedy: "connect its torque; until then every force is biased by what the device gives")
    ]
  }
}
