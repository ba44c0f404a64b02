internal import Configuration
internal import Estimation
internal import Identification
internal import Musculoskeletal

extension IdentifyOutcome {
  /// Each unknown, and each fiber, that leans on a bound of what a person can be.
  var boundFindings: [ResultFinding] {
    let parameters = material.assembly.model.parameters
    let remedy =
      "the data want what no person has: look for a wrong sensor, model or fixed number, or state other "
      + "bounds with the parameter"
    let unknowns = solution.walls.contacts(estimate.theta).map { contact in
      let parameter = parameters.free[contact.parameter]
      let bound = parameters.value(of: contact.parameter, theta: contact.bound)
      let value = estimate.values[contact.parameter]
      let far =
        parameter.isLogarithmic
        ? "\(significant(100 * abs(value / bound - 1))) %"
        : "\(significant(abs(value - bound))) \(parameter.unit)"
      return ResultFinding(
        code: "bound",
        message: "\(parameter.name) leans on its \(contact.beyond > 0 ? "upper" : "lower") bound",
        evidence: "\(significant(value)) \(parameter.unit) is \(far) beyond "
          + "\(significant(bound)) \(parameter.unit), which is "
          + "\(significant(abs(contact.beyond) / (parameter.wall?.width ?? 1))) of the wall's widths",
        remedy: remedy)
    }
    let muscles = material.assembly.configuration.model.muscles
    let fibers = solution.walls.fibers.contacts(parameters.system(at: estimate.theta)).map {
      ResultFinding(
        code: "bound",
        message: "the fibers of \(muscles[$0.muscle].name) get too "
          + ($0.length > $0.bound ? "long" : "short") + " in the poses of the recording",
        evidence: "\(significant($0.length)) optimal fiber lengths, bound \(significant($0.bound))",
        remedy: remedy)
    }
    return unknowns + fibers
  }
}
