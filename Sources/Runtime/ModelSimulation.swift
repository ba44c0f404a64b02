public import Algebra
public import CrossCheck
internal import Foundation
internal import Musculoskeletal
internal import OpenSimFiles
internal import Recordings

/// Forward dynamics of a model driven by activations or excitations over time.
public struct ModelSimulation: Sendable {
  /// How the equations are integrated.
  public enum Integration: Hashable, Sendable {
    /// The product's own: explicit of order 8, or Radau IIA where tendons are elastic.
    case own(StepChoice)
    /// One of GSL's at this tolerance [1].
    case library(GSLIntegrator.Method, tolerance: Double)
  }

  /// The model.
  public var model: ModelChoice
  /// The table of activations, or of excitations with activation dynamics.
  public var activations: String
  /// Start values by coordinate name, or name and `_u` for speeds [SI].
  public var initial: [(name: String, value: Double)]
  /// True when the table holds excitations that activations follow.
  public var hasActivationDynamics: Bool
  /// How to integrate.
  public var integration: Integration
  /// The table to write.
  public var output: String
  /// Replaces the output when it exists.
  public var overwrites: Bool

  /// A simulation of the activations in one file into another.
  public init(
    model: ModelChoice, activations: String, initial: [(name: String, value: Double)],
    hasActivationDynamics: Bool, integration: Integration, output: String, overwrites: Bool
  ) {
    self.model = model
    self.activations = activations
    self.initial = initial
    self.hasActivationDynamics = hasActivationDynamics
    self.integration = integration
    self.output = output
    self.overwrites = overwrites
  }

  /// Writes the motion at the table's times; what to tell the user, a line each.
  public func run() throws -> [String] {
    let file = try ResultFile(
      path: output, overwrite: overwrites, inputs: [model.path, activations])
    let (limb, ignored) = try model.load()
    let table = try NumberTable.read(activations)
    let columns = try ModelTable(table, limb: limb, allowsStates: false)
    let clock = try times(of: table)
    // seconds since the first row: what a clock counts from has no bearing on the motion
    let times = clock.map { $0 - clock[0] }
    let excitations = excitations(columns, limb: limb, times: times)
    var system = LimbSystem(
      limb, parameters: limb.nominalParameters, excitations: excitations,
      hasActivationDynamics: hasActivationDynamics)
    let (q, u) = try start(limb)
    let y: [Double]
    do {
      y = try system.start(q: q, u: u, at: times[0])
    } catch {
      throw SessionError(
        .data, file: activations, message: "\(error)", remedy: "start from another pose")
    }
    var text = [header(limb)]
    var reporter = system
    func report(_ row: Int, _ y: [Double]) {
      var rates = y
      _ = reporter.fillRates(at: times[row], y, into: &rates)
      let count = limb.coordinateCount
      var numbers = Array(y[0..<(2 * count)])
      for muscle in 0..<limb.muscleCount {
        numbers += [reporter.activations[muscle], reporter.state.force[muscle].force]
      }
      text.append(([tableTime(clock[row])] + numbers.map(tableNumber)).joined(separator: ","))
    }
    report(0, y)
    try limb.requireMass(reporter.state, file: model.path, place: " at the start")
    let beyond = unreachable(excitations, columns, limb: limb, times: times)
    try integrate(system, from: y, times: times, clock: clock[0], beyond: beyond, report: report)
    try file.write(text.joined(separator: "\n"))
    let notes =
      ignored + columns.passedOver("activations alone drive the motion") + beyond
    let silent = limb.description.muscles.indices.filter { !columns.columns.contains(.muscle($0)) }
    if silent.isEmpty { return notes }
    let names = silent.map { limb.description.muscles[$0].name }.joined(separator: ", ")
    return notes + ["\(activations): note: no column for \(names): activation zero"]
  }

  /// Goes through all times and reports the state at each after the first.
  private func integrate(
    _ system: LimbSystem, from y: [Double], times: [Double], clock: Double, beyond: [String],
    report: (Int, [Double]) -> Void
  ) throws {
    do {
      switch integration {
      case .own(let choice) where system.elasticMuscles.isEmpty:
        var integrator = DormandPrince853(system, from: y, at: times[0], choice: choice)
        for (row, time) in times.enumerated().dropFirst() {
          try integrator.advance(to: time)
          report(row, integrator.y)
        }
      case .own(let choice):
        var integrator = RadauIIA(system, from: y, at: times[0], choice: choice)
        for (row, time) in times.enumerated().dropFirst() {
          try integrator.advance(to: time)
          report(row, integrator.y)
        }
      case .library(let method, let tolerance):
        var integrator = try GSLIntegrator(
          system, from: y, at: times[0], method: method, tolerance: tolerance, firstStep: 1e-4)
        for (row, time) in times.enumerated().dropFirst() {
          try integrator.advance(to: time)
          report(row, integrator.y)
        }
      }
    } catch let failure as IntegrationFailure {
      let (words, time) =
        switch failure {
        case .notFinite(let time): ("the motion leaves the finite numbers", time)
        case .stepTooSmall(let time): ("the motion needs steps without end", time)
        case .tooManySteps(let time): ("the motion needs too many steps", time)
        }
      throw SessionError(
        .data, file: activations, message: "\(words) at \(tableTime(time + clock)) s",
        remedy: (beyond + [remedy(failure)]).joined(separator: "; "))
    } catch let failure as CrossCheckFailure {
      throw SessionError(
        .data, file: activations, message: "\(failure)",
        remedy: "check start values and activations, or integrate with the product's own")
    }
  }

  private func remedy(_ failure: IntegrationFailure) -> String {
    switch (failure, integration) {
    case (.tooManySteps, .own(.fixed)): "choose a longer --step"
    case (_, .own(.fixed)): "check start values and activations, or choose a shorter --step"
    case (_, .own(.adaptive)): "check start values and activations, or choose a larger --tolerance"
    case (_, .library): "check start values and activations"
    }
  }

  /// The times, which must rise evenly since a spline goes through the samples.
  private func times(of table: NumberTable) throws -> [Double] {
    guard let column = table.timeColumn, table.rowCount >= 2 else {
      throw SessionError(
        .data, file: activations, message: "the table has no column t with two rows at the least",
        remedy: "add the time of each row in seconds")
    }
    let times = table.columns[column]
    let spacing = (times[times.count - 1] - times[0]) / Double(times.count - 1)
    for (index, time) in times.enumerated() {
      let expected = times[0] + Double(index) * spacing
      guard abs(time - expected) <= 1e-3 * spacing else {
        throw SessionError(
          .data, file: "\(activations):\(table.lines[index])",
          message: "the rows are not evenly spaced in time: \(time) s where \(expected) s would be",
          remedy: "resample the table to an even spacing")
      }
    }
    return times
  }

  private func excitations(
    _ columns: ModelTable, limb: LimbModel, times: [Double]
  ) -> CubicSpline? {
    if limb.muscleCount == 0 { return nil }
    let silence = Array(repeating: 0.0, count: limb.muscleCount)
    let values = (0..<columns.table.rowCount).flatMap { row in
      columns.row(row, fallback: silence) { if case .muscle(let index) = $0 { index } else { nil } }
    }
    return CubicSpline(
      start: times[0], spacing: (times[times.count - 1] - times[0]) / Double(times.count - 1),
      channelCount: limb.muscleCount, values: values)
  }

  /// What the spline through the table makes of activations, eight points an interval.
  private func unreachable(
    _ spline: CubicSpline?, _ columns: ModelTable, limb: LimbModel, times: [Double]
  ) -> [String] {
    guard let spline else { return [] }
    var levels = Array(repeating: 0.0, count: limb.muscleCount)
    var reach = ActivationReach(muscleCount: limb.muscleCount)
    for index in 0..<(8 * (times.count - 1) + 1) {
      let share = Double(index) / Double(8 * (times.count - 1))
      spline.evaluate(at: times[0] + share * (times[times.count - 1] - times[0]), into: &levels)
      reach.take(levels)
    }
    return columns.unreachable(
      reach, limb: limb,
      words: hasActivationDynamics
        ? "the spline through the excitations of" : "the spline through the activations of")
  }

  /// Angles and speeds at the start: the model's default pose at rest, but for what is given.
  private func start(_ limb: LimbModel) throws -> (q: [Double], u: [Double]) {
    var q = limb.skeleton.modelCoordinates.map {
      limb.description.coordinates[$0].defaultValue
    }
    var u = Array(repeating: 0.0, count: q.count)
    let names = limb.skeleton.coordinateNames
    for (place, (name, value)) in initial.enumerated() {
      guard !initial[..<place].contains(where: { $0.name == name }) else {
        throw SessionError(
          .usage, file: "--initial", message: "\"\(name)\" is given twice",
          remedy: "delete one of the two")
      }
      if let index = names.firstIndex(of: name) {
        q[index] = value
      } else if let index = names.firstIndex(where: { $0 + "_u" == name }) {
        u[index] = value
      } else {
        let known = names + names.map { $0 + "_u" }
        throw SessionError(
          .usage, file: "--initial", message: "\"\(name)\" is no free coordinate of the model",
          remedy: spellingSuggestion(for: name, among: known).map { "did you mean \"\($0)\"?" }
            ?? "use one of: \(known.joined(separator: ", "))")
      }
    }
    return (q, u)
  }

  private func header(_ limb: LimbModel) -> String {
    let coordinates = limb.skeleton.coordinateNames
    var names = ["t"] + coordinates + coordinates.map { $0 + "_u" }
    for muscle in limb.description.muscles.map(\.name) {
      names += ["\(muscle).activation", "\(muscle).tendon_force"]
    }
    return names.joined(separator: ",")
  }
}
