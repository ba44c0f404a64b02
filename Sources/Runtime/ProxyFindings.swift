internal import Configuration
internal import Identification
internal import Musculoskeletal

extension IdentifyOutcome {
  /// Each muscle that other muscles' EMG stands in for, with what that does to its strength.
  var proxyFindings: [ResultFinding] {
    let configuration = material.assembly.configuration
    let muscles = configuration.model.muscles
    let rows = rows
    return configuration.proxies.map { proxy in
      let mixture = proxy.parts.map { "\(significant($0.weight)) of \(muscles[$0.muscle].name)" }
      let name = muscles[proxy.muscle].name
      let index = material.assembly.model.parameters.free.firstIndex {
        $0.targets.contains(.muscle(proxy.muscle, .maxIsometricForce))
      }
      let strength: String
      if let index {
        let parameter = material.assembly.model.parameters.free[index]
        let isOwn = parameter.targets.allSatisfy { target in
          configuration.proxies.contains { target == .muscle($0.muscle, .maxIsometricForce) }
        }
        strength =
          "\(parameter.name) has a prior sd of \(significant(100 * parameter.priorDeviation)) %"
          + (isOwn
            ? ", inflated by \(significant(100 * proxy.strengthDeviation)) %"
            : ", shared with muscles that have EMG")
          + ", and a posterior sd of \(significant(100 * estimate.deviations[index])) %, "
          + rows[index].status.rawValue
      } else {
        strength = "its strength is fixed at the model's value"
      }
      let activation =
        configuration.identification.activationNoise > 0
        ? "its activation is known to \(significant(100 * proxy.activationDeviation)) %"
        : "its activation counts as exact, since identification.noise.activation is zero"
      return ResultFinding(
        code: "proxied_muscle",
        message: "\(name) has no EMG of its own: it is driven by "
          + mixture.joined(separator: " and "),
        evidence: "\(strength); \(activation)",
        remedy: "put an electrode over it, or read its strength as that of a guess about its drive")
    }
  }
}
