internal import Foundation
public import OpenSimFiles

/// `model export`: a result's parameters written into the text of the model that it was identified with.
public struct ModelExport: Sendable {
  private let model: String
  private let parameters: String
  private let output: String
  private let overwrite: Bool

  /// Writes the parameters of the result file `parameters` into the text of `model`, as file `output`.
  public init(model: String, parameters: String, output: String, overwrite: Bool) {
    self.model = model
    self.parameters = parameters
    self.output = output
    self.overwrite = overwrite
  }

  /// What was written.
  public struct Outcome: Sendable {
    /// The changed numbers and what had no place.
    public let patched: PatchedModel
    /// The result's verdict on each parameter, by name.
    let status: [String: String]
    /// What forces mean: newtons, prior-limited or ratios-only; nil when the result does not say.
    let scale: String?

    /// The result in lines.
    public var lines: [String] {
      var rows = [["parameter", "value", "line", "status", ""]]
      rows += patched.changes.map {
        [
          $0.parameter, "\($0.value)", "\($0.line)", status[$0.parameter] ?? "",
          $0.isInserted ? "added" : "",
        ]
      }
      let leftovers = patched.leftovers.map { "not exported: \($0.parameter): \($0.reason)" }
      var notes: [String] = []
      if let scale, scale != "newtons" {
        notes.append(
          "note: forces are \(scale): read their ratios, and those to masses and damping, not newtons"
        )
      }
      let guesses = patched.changes.filter { status[$0.parameter] == "unidentifiable" }
      if !guesses.isEmpty {
        notes.append(
          "note: data told nothing of \(Set(guesses.map(\.parameter)).count) of these parameters: "
            + "their values are the prior's")
      }
      return table(rows, leftColumns: [0, 3, 4]) + leftovers + notes
    }

    /// The result for programs.
    public var json: String {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
      do {
        return String(decoding: try encoder.encode(ExportJSON(self)), as: UTF8.self)
      } catch {
        preconditionFailure("every export is JSON: \(error)")
      }
    }
  }

  /// Does it; the new file appears whole or not at all.
  public func run() throws -> Outcome {
    let file = try ResultFile(path: output, overwrite: overwrite, inputs: [parameters])
    let result = try result()
    let assignments = try self.assignments(result)
    let patcher = try OpenSimPatcher(
      contents: try OpenSimReader.contents(of: model), path: model)
    let patched = try patcher.patched(assignments)
    try requireSameModel(patched, result)
    try file.write(contents: patched.contents)
    return Outcome(
      patched: patched,
      status: Dictionary(
        result.parameters.map { ($0.name, $0.status ?? "") },
        uniquingKeysWith: { first, _ in first }),
      scale: result.scale?.label)
  }

  /// Factors on what stands in the file must lead to the bodies of the result: they do not when the file holds a
  /// result already, or is another model.
  private func requireSameModel(
    _ patched: PatchedModel, _ result: ExportedResult
  ) throws(SessionError) {
    for body in result.bodies ?? [] {
      for (property, known) in [("mass_center", body.mass_center), ("inertia", body.inertia)] {
        let name = "body/\(body.name)/\(property)"
        let changed = patched.changes.filter { $0.parameter == name }
        for change in changed
        where !known.contains(where: { abs($0 - change.value) <= 1e-6 * abs(change.value) }) {
          throw SessionError(
            .data, file: model,
            message:
              "\(name) would become \(change.value), and no such number is in the result's body",
            remedy:
              "give the model that the session names: this one is another, or has a result in it already"
          )
        }
      }
    }
  }

  private func result() throws(SessionError) -> ExportedResult {
    guard let contents = FileManager.default.contents(atPath: parameters) else {
      throw SessionError(
        .noInput, file: parameters, message: "the result file cannot be read",
        remedy: "check that it exists and that you may read it")
    }
    do {
      return try JSONDecoder().decode(ExportedResult.self, from: contents)
    } catch {
      throw SessionError(
        .data, file: parameters, message: "the file is no result of an identification",
        remedy: "give the JSON file that diffmsm identify --output wrote")
    }
  }

  private func assignments(_ result: ExportedResult) throws(SessionError) -> [ParameterAssignment] {
    if result.scaled_model == true {
      throw SessionError(
        .data, file: parameters,
        message: "the session scaled the model, and the model file still has its own size",
        remedy: "scale the model in OpenSim, write \"scaled: true\" into the session, and "
          + "identify again")
    }
    var assignments: [ParameterAssignment] = []
    var distributed: Set<String> = []
    for parameter in result.parameters {
      // a whole mass distribution is exported as the mass properties that follow from it
      let parts = parameter.name.split(separator: "/").map(String.init)
      if parts.count == 4, parts[0] == "body", parts[2] == "distribution" {
        for member in parameter.members ?? [parameter.name] {
          distributed.insert(String(member.split(separator: "/")[1]))
        }
        continue
      }
      guard let value = parameter.value else {
        throw SessionError(
          .data, file: parameters, message: "\(parameter.name) has no value",
          remedy: "identify it again")
      }
      assignments.append(
        ParameterAssignment(
          name: parameter.name, value: value, members: parameter.members ?? []))
    }
    for body in result.bodies ?? [] where distributed.remove(body.name) != nil {
      let numbers =
        [("mass", body.mass)]
        + zip(["x", "y", "z"], body.mass_center).map { ("mass_center_\($0)", $1) }
        + zip(["xx", "yy", "zz", "xy", "xz", "yz"], body.inertia).map { ("inertia_\($0)", $1) }
      assignments += numbers.map {
        ParameterAssignment(name: "body/\(body.name)/\($0.0)", value: $0.1)
      }
    }
    if let missing = distributed.min() {
      throw SessionError(
        .data, file: parameters, message: "the mass properties of \(missing) are not in the result",
        remedy: "give the JSON file that diffmsm identify --output wrote")
    }
    return assignments
  }
}

/// What an export reads of a result.
private struct ExportedResult: Decodable {
  struct Parameter: Decodable {
    var name: String
    /// The identified value; nil when it is no number [its own unit].
    var value: Double?
    var members: [String]?
    var status: String?
  }

  struct Scale: Decodable {
    var label: String
  }

  struct Body: Decodable {
    var name: String
    /// Mass [kg].
    var mass: Double
    /// Centre of mass (3) [m].
    var mass_center: [Double]
    /// Inertia xx, yy, zz, xy, xz, yz about it (6) [kg·m^2].
    var inertia: [Double]
  }

  var parameters: [Parameter]
  var bodies: [Body]?
  var scaled_model: Bool?
  var scale: Scale?
}

/// The keys of `model export --json`.
private struct ExportJSON: Encodable {
  struct Change: Encodable {
    var parameter: String
    /// The new number [the file's unit].
    var value: Double
    var line: Int
    var status: String?
    var added: Bool
  }

  struct Leftover: Encodable {
    var parameter: String
    var reason: String
  }

  var scale: String?
  var changes: [Change]
  var not_exported: [Leftover]

  init(_ outcome: ModelExport.Outcome) {
    let patched = outcome.patched
    scale = outcome.scale
    changes = patched.changes.map {
      Change(
        parameter: $0.parameter, value: $0.value, line: $0.line,
        status: outcome.status[$0.parameter], added: $0.isInserted)
    }
    not_exported = patched.leftovers.map { Leftover(parameter: $0.parameter, reason: $0.reason) }
  }
}
