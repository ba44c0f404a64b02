internal import Algebra
internal import Musculoskeletal
internal import Recordings

/// A model's numbers at given states: lengths, moment arms, forces, mass matrix and torques, row by row.
public struct ModelEvaluation: Sendable {
  /// The model.
  public var model: ModelChoice
  /// The table of states.
  public var states: String
  /// The table to write.
  public var output: String
  /// Replaces the output when it exists.
  public var overwrites: Bool

  /// An evaluation of the states in one file into another.
  public init(model: ModelChoice, states: String, output: String, overwrites: Bool) {
    self.model = model
    self.states = states
    self.output = output
    self.overwrites = overwrites
  }

  /// Writes the table; what to tell the user, a line each.
  public func run() throws -> [String] {
    let file = try ResultFile(path: output, overwrite: overwrites, inputs: [model.path, states])
    let (limb, ignored) = try model.load()
    let table = try ModelTable(NumberTable.read(states), limb: limb, allowsStates: true)
    let parameters = limb.nominalParameters
    var state = LimbState(limb)
    var text = [header(limb, hasTime: table.table.timeColumn != nil)]
    let rest = limb.skeleton.modelCoordinates.map { limb.description.coordinates[$0].defaultValue }
    let zeros = Array(repeating: 0.0, count: limb.coordinateCount)
    let silence = Array(repeating: 0.0, count: limb.muscleCount)
    let known = Set(
      table.columns.compactMap { if case .tendonState(let index) = $0 { index } else { nil } })
    var reach = ActivationReach(muscleCount: limb.muscleCount)
    for row in 0..<table.table.rowCount {
      let q = table.row(row, fallback: rest) {
        if case .coordinate(let index) = $0 { index } else { nil }
      }
      let u = table.row(row, fallback: zeros) {
        if case .speed(let index) = $0 { index } else { nil }
      }
      let activations = table.row(row, fallback: silence) {
        if case .muscle(let index) = $0 { index } else { nil }
      }
      reach.take(activations)
      var tendonStates = silence
      do {
        try limb.equilibrate(
          q: q, u: u, activations: activations, parameters: parameters, state: &state,
          tendonStates: &tendonStates, known: known)
      } catch {
        throw SessionError(
          .data, file: "\(states):\(table.table.lines[row])", message: "\(error)",
          remedy:
            "check pose, speeds and activations, or give the tendon's state in a column of its own")
      }
      tendonStates = table.row(row, fallback: tendonStates) {
        if case .tendonState(let index) = $0 { index } else { nil }
      }
      limb.evaluate(
        q: q, u: u, activations: activations, torque: zeros, payloadMass: 0,
        parameters: parameters, state: &state, tendonStates: tendonStates, forDerivatives: false)
      try limb.requireMass(
        state, file: model.path, place: " on line \(table.table.lines[row]) of \(states)")
      let time = table.table.timeColumn.map { [tableTime(table.table.columns[$0][row])] } ?? []
      let numbers = line(limb, q: q, u: u, parameters: parameters, state: state)
      guard state.isRegular, numbers.allSatisfy(\.isFinite) else {
        throw SessionError(
          .data, file: "\(states):\(table.table.lines[row])", message: "the results are not finite",
          remedy: "check the state: speeds and angles of a body, in SI units")
      }
      text.append((time + numbers.map(tableNumber)).joined(separator: ","))
    }
    try file.write(text.joined(separator: "\n"))
    return ignored + absent(table, limb: limb) + table.determined(limb)
      + table.passedOver(
        "the model's tendons have no such state",
        besides: limb.description.coordinates.map(\.name))
      + balanced(table, limb: limb, known: known)
      + table.unreachable(reach, limb: limb, words: "activation of")
  }

  /// What is said where forces come from equilibrium and the table has others.
  private func balanced(_ table: ModelTable, limb: LimbModel, known: Set<Int>) -> [String] {
    let names = Set(table.table.names)
    let muscles = limb.elasticMuscles.filter {
      !known.contains($0) && names.contains(limb.description.muscles[$0].name + ".tendon_force")
    }.map { limb.description.muscles[$0].name }
    if muscles.isEmpty { return [] }
    return [
      "\(states): note: the elastic tendons of \(muscles.joined(separator: ", ")) are taken in "
        + "equilibrium; their columns .tendon_force are passed over"
    ]
  }

  /// What the table leaves out, in words.
  private func absent(_ table: ModelTable, limb: LimbModel) -> [String] {
    var lines: [String] = []
    let coordinates = limb.skeleton.coordinateNames.indices.filter {
      !table.columns.contains(.coordinate($0))
    }
    if !coordinates.isEmpty {
      let names = coordinates.map { limb.skeleton.coordinateNames[$0] }.joined(separator: ", ")
      lines.append("\(states): note: no column for \(names): at the model's default")
    }
    let speeds = limb.skeleton.coordinateNames.indices.filter {
      !table.columns.contains(.speed($0))
    }
    if !speeds.isEmpty {
      let names = speeds.map { limb.skeleton.coordinateNames[$0] + "_u" }.joined(separator: ", ")
      lines.append("\(states): note: no column for \(names): speed zero")
    }
    let muscles = limb.description.muscles.indices.filter { !table.columns.contains(.muscle($0)) }
    if !muscles.isEmpty {
      let names = muscles.map { limb.description.muscles[$0].name }.joined(separator: ", ")
      lines.append("\(states): note: no column for \(names): activation zero")
    }
    return lines
  }

  private func header(_ limb: LimbModel, hasTime: Bool) -> String {
    let coordinates = limb.skeleton.coordinateNames
    var names = hasTime ? ["t"] : []
    for muscle in limb.description.muscles.map(\.name) {
      names += ["\(muscle).length", "\(muscle).lengthening_speed"]
      names += coordinates.map { "\(muscle).moment_arm.\($0)" }
      names.append("\(muscle).tendon_force")
    }
    for row in coordinates.indices {
      names += coordinates.indices.map { "M.\(row + 1).\($0 + 1)" }
    }
    for row in coordinates { names += coordinates.map { "M.\(row).\($0)" } }
    for quantity in ["gravity", "coriolis", "udot"] {
      names += coordinates.map { "\(quantity).\($0)" }
    }
    return names.joined(separator: ",")
  }

  private func line(
    _ limb: LimbModel, q: [Double], u: [Double], parameters: LimbParameters, state: LimbState
  ) -> [Double] {
    let count = limb.coordinateCount
    let arms = limb.momentArms(state)
    var numbers: [Double] = []
    for muscle in 0..<limb.muscleCount {
      numbers += [state.length[muscle], state.lengtheningSpeed[muscle]]
      numbers += arms[(muscle * count)..<((muscle + 1) * count)]
      numbers.append(state.force[muscle].force)
    }
    numbers += state.massMatrix.elements + state.massMatrix.elements
    var still = state
    let zeros = Array(repeating: 0.0, count: count)
    let gravity = limb.moveTo(q: q, u: zeros, udot: zeros, parameters: parameters, state: &still)
    numbers += gravity
    numbers += zip(state.bias, gravity).map { $0 - $1 }
    return numbers + state.acceleration
  }
}
