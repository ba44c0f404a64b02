internal import Identification

/// What a session says about the bounds of an unknown.
enum StatedWall {
  /// Nothing: those of the literature.
  case usual
  /// That there are none.
  case none
  /// These.
  case own(SoftWall)

  /// The wall that is meant, where the literature's is `usual`.
  func wall(_ usual: SoftWall?) -> SoftWall? {
    switch self {
    case .usual: usual
    case .none: nil
    case .own(let wall): wall
    }
  }
}

extension SessionReading {
  /// The bounds that `node` states: `none`, or two percentages of the model's value, or two amounts added to it.
  func statedWall(
    _ node: ConfigurationNode?, of entry: ParameterCatalogue.Entry
  ) -> StatedWall? {
    guard let node else { return nil }
    if node.plainText == "none" { return StatedWall.none }
    guard let pair = node.items("none, or two bounds as in [70 %, 140 %]", count: 2),
      let low = priorMean(pair[0], of: entry), let high = priorMean(pair[1], of: entry)
    else { return nil }
    guard low < high else {
      node.report("\(node.keyPath) holds nothing", remedy: "write the smaller bound first")
      return nil
    }
    return .own(
      SoftWall(low...high, width: 0.05 * (entry.targets[0].isLogarithmic ? 1 : high - low)))
  }
}
