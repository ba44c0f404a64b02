internal import Identification
internal import Musculoskeletal
internal import OpenSimFiles

extension SessionReading {
  /// Frees the whole mass distribution of the bodies under `full_inertia`, with its documented priors.
  func freeDistributions(
    _ catalogue: ParameterCatalogue, model: ModelDescription,
    deviations: inout [String: Double]
  ) {
    let wanted = "a list of bodies, as in [r_humerus]; '*' stands for any part of a name"
    let list = root.section("identification")?.optional("full_inertia")
    for item in list?.items(wanted) ?? [] {
      guard let pattern = item.text("the name of a body") else { continue }
      let matches = catalogue.matches("body/\(pattern)/distribution/*")
      if matches.isEmpty {
        let names = model.bodies.map(\.name)
        let isThere = names.contains { ParameterCatalogue.matches(pattern, name: $0) }
        item.report(
          isThere
            ? "\(quoted(pattern)) names no body that moves and has mass in all directions of space"
            : "the model has no body \(quoted(pattern))",
          remedy: isThere
            ? "free its mass, mass_center and inertia under identification.parameters instead"
            : spellingSuggestion(for: pattern, among: names).map { "did you mean \(quoted($0))?" }
              ?? "it has: \(listed(names))")
      }
      for entry in matches { deviations[entry.name] = entry.defaultDeviation }
    }
  }

  /// Reports bodies that have both free factors and a free distribution.
  func refuseTwoInertias(
    _ free: [FreeParameter], model: ModelDescription, _ list: ConfigurationNode?
  ) {
    var factors: Set<Int> = []
    var distributions: Set<Int> = []
    for target in free.flatMap(\.targets) {
      switch target {
      case .body(let body, _): factors.insert(body)
      case .distribution(let body, _): distributions.insert(body)
      default: continue
      }
    }
    let both = factors.intersection(distributions).sorted()
    guard !both.isEmpty else { return }
    (list ?? root).report(
      "both the factors and the whole distribution are free of: "
        + listed(both.map { model.bodies[$0].name }),
      remedy: "free body/NAME/mass, mass_center and inertia, or full_inertia, not both")
  }
}
