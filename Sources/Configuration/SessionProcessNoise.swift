internal import Identification

/// What a session says about how an unknown changes while it runs.
enum StatedProcessNoise: String, CaseIterable {
  /// As is usual of its kind.
  case usual
  /// Not at all.
  case none
}

/// The process noise of one unknown, where the session states it.
enum OwnProcessNoise {
  /// That it does not change.
  case none
  /// This.
  case own(ProcessNoise)
}

extension SessionReading {
  /// How unknowns change that say nothing themselves.
  ///
  /// - Parameter isConstant: nobody fatigues: a virtual subject, or a study of one.
  func processNoise(isConstant: Bool) -> StatedProcessNoise {
    root.section("identification")?.optional("process_noise")?.choice(StatedProcessNoise.self)
      ?? (isConstant ? .none : .usual)
  }

  /// What `node` states of an unknown: `none`, or a standard deviation and a time constant.
  func ownProcessNoise(
    _ node: ConfigurationNode?, of entry: ParameterCatalogue.Entry
  ) -> OwnProcessNoise? {
    guard let node else { return nil }
    if node.plainText == "none" { return OwnProcessNoise.none }
    guard node.isMapping else { return nil }
    node.allow("sd", "time_constant")
    let time = node.required("time_constant", "10 min")?.quantity(.duration, .positive)
    guard let stated = node.required("sd", "10 %") else { return nil }
    let deviation =
      if let expected = entry.deviation {
        stated.quantity(expected, .positive)
      } else {
        stated.number("a standard deviation", in: 1e-9...1e9)
      }
    guard let deviation, let time else { return nil }
    return .own(ProcessNoise(deviation: deviation, timeConstant: time))
  }
}
