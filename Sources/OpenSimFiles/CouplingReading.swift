internal import Musculoskeletal

/// Reads the model's constraints: couplers between coordinates, and nothing else that is enforced.
///
/// A `CoordinateCouplerConstraint` says dependent = scale_factor f(independent). Couplers may follow
/// one another, but not in a circle; each coupling names its own independent coordinate.
func readCouplings(
  of model: OpenSimElement, into coordinates: inout [CoordinateDescription],
  directory: CoordinateDirectory, leniency: inout Leniency
) throws(OpenSimError) {
  var couplers: [Int: OpenSimElement] = [:]
  for constraint in try model.objects(ofSet: "ConstraintSet") {
    let isEnforced = try constraint.truth("isEnforced", fallback: true)
    let isDisabled = try constraint.truth("isDisabled", fallback: false)
    guard isEnforced, !isDisabled else { continue }
    guard constraint.tag == "CoordinateCouplerConstraint" else {
      try leniency.refuse(
        constraint.error(
          "\(constraint.label): only CoordinateCouplerConstraint is supported",
          remedy: "delete it, or set its <isEnforced> to false"))
      continue
    }
    let socket = try constraint.requiredProperty(
      "dependent_coordinate_name", holding: "the name of a coordinate")
    let dependent = try directory.index(socket.trimmed, of: socket)
    if let other = couplers[dependent] {
      throw constraint.error(
        "\(constraint.label) determines \(quoted(socket.trimmed)), which \(other.label) does already",
        remedy: "delete one of the two")
    }
    guard let coupling = try coupling(constraint, directory: directory, leniency: &leniency) else {
      continue
    }
    if coordinates[dependent].isLocked {
      throw constraint.error(
        "\(constraint.label) determines \(quoted(socket.trimmed)), which is locked",
        remedy: "unlock it, or set <isEnforced> to false")
    }
    couplers[dependent] = constraint
    coordinates[dependent].coupling = coupling
  }

  // following each chain must end within as many steps as there are couplers
  for (dependent, constraint) in couplers.sorted(by: { $0.key < $1.key }) {
    var steps = 0
    var place: Int? = dependent
    while let current = place {
      place = coordinates[current].coupling?.coordinate
      steps += 1
      if steps > couplers.count + 1 {
        throw constraint.error(
          "\(constraint.label) is part of a circle of couplers",
          remedy: "let one coordinate of the circle be free")
      }
    }
  }
}

/// The function and the independent coordinate of a coupler; nil when it was left out with leave.
private func coupling(
  _ constraint: OpenSimElement, directory: CoordinateDirectory, leniency: inout Leniency
) throws(OpenSimError) -> DrivenValue? {
  let list = try constraint.requiredProperty(
    "independent_coordinate_names", holding: "the name of a coordinate")
  let names = list.trimmed.split(whereSeparator: \.isWhitespace).map(String.init)
  guard names.count == 1 else {
    try leniency.refuse(
      list.error(
        "\(constraint.label) follows \(names.count) coordinates",
        remedy: "let it follow one"))
    return nil
  }
  let independent = try directory.index(names[0], of: list)
  let holder = try constraint.requiredProperty(
    "coupled_coordinates_function", holding: "one function")
  guard holder.children.count == 1 else {
    throw holder.error(
      "\(constraint.label) has \(holder.children.count) functions", remedy: "give it one")
  }
  let function = try CoordinateFunction(holder.children[0], of: constraint.label)
  let factor = try constraint.number("scale_factor", unit: "1", fallback: 1)
  switch function {
  case .constant(let value):
    return DrivenValue(coordinate: nil, function: .constant(factor * value))
  default:
    return DrivenValue(
      coordinate: independent, function: factor == 1 ? function : .multiplied(function, by: factor))
  }
}
