import Foundation
import Musculoskeletal
import OpenSimFiles
import TestSupport
import Testing

/// The interpreter that has the `opensim` wheel: `DIFFMSM_OPENSIM_PYTHON`.
private let openSimPython = ProcessInfo.processInfo.environment["DIFFMSM_OPENSIM_PYTHON"]

@Suite("Identified numbers in a model's text")
struct OpenSimPatcherTests {
  /// Values for arm26 of every kind that has a place in it, none of them a short decimal.
  static func assignments(_ model: ModelDescription) -> [ParameterAssignment] {
    var result: [ParameterAssignment] = []
    for (index, muscle) in model.muscles.enumerated() {
      let factor = 1 + 0.1 / Double(index + 3)
      for (property, value) in [
        ("max_isometric_force", muscle.maxIsometricForce),
        ("optimal_fiber_length", muscle.optimalFiberLength),
        ("tendon_slack_length", muscle.tendonSlackLength),
        ("max_contraction_velocity", muscle.maxContractionVelocity),
        ("pennation_angle_at_optimal", muscle.pennationAngleAtOptimal),
        ("tendon_strain_at_one_norm_force", muscle.tendonStrainAtOneNormForce),
        ("activation_time_constant", muscle.activationTimeConstant),
      ] {
        result.append(
          ParameterAssignment(
            name: "muscle/\(muscle.name)/\(property)", value: value * factor))
      }
    }
    result.append(ParameterAssignment(name: "body/r_humerus/mass", value: 1.9 / 3))
    result.append(ParameterAssignment(name: "body/r_humerus/mass_center", value: 1.1))
    result.append(ParameterAssignment(name: "body/r_ulna_radius_hand/inertia", value: 0.9))
    return result
  }

  /// The model that the assignments make of `model`, computed without any file.
  static func expected(_ model: ModelDescription) -> ModelDescription {
    var model = model
    for index in model.muscles.indices {
      let factor = 1 + 0.1 / Double(index + 3)
      model.muscles[index].maxIsometricForce *= factor
      model.muscles[index].optimalFiberLength *= factor
      model.muscles[index].tendonSlackLength *= factor
      model.muscles[index].maxContractionVelocity *= factor
      model.muscles[index].pennationAngleAtOptimal *= factor
      model.muscles[index].tendonStrainAtOneNormForce *= factor
      model.muscles[index].activationTimeConstant *= factor
    }
    for index in model.bodies.indices {
      let body = model.bodies[index]
      if body.name == "r_humerus" {
        model.bodies[index].mass = 1.9 / 3
        model.bodies[index].massCenter = body.massCenter * 1.1
      } else if body.name == "r_ulna_radius_hand" {
        model.bodies[index].momentsOfInertia = body.momentsOfInertia * 0.9
        model.bodies[index].productsOfInertia = body.productsOfInertia * 0.9
      }
    }
    return model
  }

  private func arm() throws -> (contents: Data, model: ModelDescription) {
    let path = OpenSimReaderTests.arm
    return (try OpenSimReader.contents(of: path), try OpenSimReader.read(path: path))
  }

  @Test("only the identified numbers change, every other byte stays")
  func onlyNumbers() throws {
    let (contents, model) = try arm()
    let patched = try OpenSimPatcher(contents: contents, path: "arm26.osim")
      .patched(Self.assignments(model))
    #expect(patched.leftovers.isEmpty)

    // line by line: what differs is a number inside a tag of the property
    let before = String(decoding: contents, as: UTF8.self).components(separatedBy: "\n")
    let after = String(decoding: patched.contents, as: UTF8.self).components(separatedBy: "\n")
    try #require(after.count == before.count)
    var changed: Set<Int> = []
    for line in before.indices where after[line] != before[line] {
      changed.insert(line + 1)
      #expect(sameExceptNumbers(after[line], before[line]), "\(after[line])")
    }
    #expect(changed == Set(patched.changes.map(\.line)))
    #expect(!patched.changes.contains { $0.isInserted })
    // six muscles with seven numbers but no pennation where it is zero, a mass, a centre, an inertia
    let pennate = model.muscles.count { $0.pennationAngleAtOptimal != 0 }
    #expect(changed.count == 6 * 6 + pennate + 3)
  }

  /// True when both lines are `<tag>numbers</tag>` of one tag.
  private func sameExceptNumbers(_ left: String, _ right: String) -> Bool {
    func frame(_ line: String) -> [Substring]? {
      guard let open = line.firstIndex(of: ">"), let close = line.lastIndex(of: "<"), open < close
      else { return nil }
      let numbers = line[line.index(after: open)..<close].split(separator: " ")
      guard !numbers.isEmpty, numbers.allSatisfy({ Double($0) != nil }) else { return nil }
      return [line[...open], line[close...]]
    }
    guard let left = frame(left), let right = frame(right) else { return false }
    return left == right
  }

  @Test("the new file says the same doubles", arguments: [false, true])
  func readsBack(withCarriageReturns: Bool) throws {
    var (contents, model) = try arm()
    if withCarriageReturns {
      let text = String(decoding: contents, as: UTF8.self)
      contents = Data(text.replacingOccurrences(of: "\n", with: "\r\n").utf8)
    }
    let patched = try OpenSimPatcher(contents: contents, path: "arm26.osim")
      .patched(Self.assignments(model))
    let read = try OpenSimReader.read(
      contents: patched.contents, path: "new.osim", ignoringUnsupported: false
    ).model
    #expect(read == Self.expected(model))
    if withCarriageReturns {
      let text = String(decoding: patched.contents, as: UTF8.self)
      #expect(text.unicodeScalars.count { $0 == "\n" } == text.unicodeScalars.count { $0 == "\r" })
    }
  }

  @Test("the file's own values change nothing")
  func identity() throws {
    let (contents, model) = try arm()
    let own = model.muscles.flatMap { muscle in
      [
        ParameterAssignment(
          name: "muscle/\(muscle.name)/max_isometric_force", value: muscle.maxIsometricForce),
        ParameterAssignment(
          name: "muscle/\(muscle.name)/tendon_slack_length", value: muscle.tendonSlackLength),
      ]
    }
    let patched = try OpenSimPatcher(contents: contents, path: "arm26.osim").patched(
      own + [ParameterAssignment(name: "body/r_humerus/inertia", value: 1)])
    #expect(patched.contents == contents)
    #expect(patched.changes.isEmpty)
  }

  @Test("groups keep their members' proportions; what has no place is listed")
  func groupsAndLeftovers() throws {
    let (contents, model) = try arm()
    let members = ["TRIlong", "TRIlat", "TRImed"]
    func own(_ name: String) -> MuscleDescription {
      model.muscles.first { $0.name == name }!
    }
    let sum = members.reduce(0) { $0 + own($1).maxIsometricForce }
    let patched = try OpenSimPatcher(contents: contents, path: "arm26.osim").patched([
      ParameterAssignment(
        name: "muscle/triceps/max_isometric_force", value: 1.5 * sum,
        members: members.map { "muscle/\($0)/max_isometric_force" }),
      ParameterAssignment(
        name: "muscle/triceps/optimal_fiber_length", value: 2 * own("TRIlong").optimalFiberLength,
        members: members.map { "muscle/\($0)/optimal_fiber_length" }),
      ParameterAssignment(name: "emg/BIClong/gain", value: 1.2),
      ParameterAssignment(name: "coordinate/r_elbow_flex/damping", value: 0.3),
      ParameterAssignment(name: "payload/mass", value: 1),
      ParameterAssignment(name: "model/tilt", value: 0.01),
      ParameterAssignment(name: "muscle/BRA/fiber_damping", value: 0.01),
    ])
    #expect(
      patched.leftovers.map(\.parameter) == [
        "emg/BIClong/gain", "coordinate/r_elbow_flex/damping", "payload/mass", "model/tilt",
        "muscle/BRA/fiber_damping",
      ])
    let read = try OpenSimReader.read(
      contents: patched.contents, path: "new.osim", ignoringUnsupported: false
    ).model
    for muscle in read.muscles where members.contains(muscle.name) {
      #expect(abs(muscle.maxIsometricForce / own(muscle.name).maxIsometricForce - 1.5) < 1e-15)
      #expect(muscle.optimalFiberLength == 2 * own(muscle.name).optimalFiberLength)
    }
  }

  @Test("defaults and curves inside a muscle get a line of their own")
  func insertions() throws {
    let text = try OpenSimKindErrorTests.text()
    let patched = try OpenSimPatcher(contents: Data(text.utf8), path: "kinds.osim").patched([
      ParameterAssignment(name: "muscle/thelen/max_contraction_velocity", value: 8.5),
      ParameterAssignment(name: "muscle/thelen/FmaxTendonStrain", value: 0.033),
      ParameterAssignment(name: "muscle/millard/tendon_strain_at_one_norm_force", value: 0.05),
      ParameterAssignment(
        name: "muscle/millard/passive_fiber_strain_at_one_norm_force", value: 0.6),
      ParameterAssignment(name: "muscle/millard/fiber_damping", value: 0.05),
    ])
    #expect(patched.changes.map(\.isInserted) == [true, true, true, false, true])
    let new = String(decoding: patched.contents, as: UTF8.self)
    for line in [
      "\n          <max_contraction_velocity>8.5</max_contraction_velocity>",
      "\n          <FmaxTendonStrain>0.033</FmaxTendonStrain>\n        </Thelen2003Muscle>",
      "\n          <TendonForceLengthCurve name=\"TendonForceLengthCurve\"><strain_at_one_norm_force>0.05</strain_at_one_norm_force></TendonForceLengthCurve>\n          <fiber_damping>0.05</fiber_damping>\n        </Millard",
      "<strain_at_one_norm_force>0.6</strain_at_one_norm_force>",
    ] {
      #expect(new.contains(line), "\(line)")
    }
    let model = try OpenSimReader.read(text: new, path: "new.osim")
    #expect(model.muscles[0].maxContractionVelocity == 8.5)
    #expect(model.muscles[0].tendonStrainAtOneNormForce == 0.033)
    #expect(model.muscles[1].fiberDamping == 0.05)
    guard case .millard2012(let shape) = model.muscles[1].model else {
      Issue.record("no Millard muscle")
      return
    }
    #expect(shape.tendonStrainAtOneNormForce == 0.05)
    #expect(shape.passiveStrainAtOneNormForce == 0.6)
  }

  @Test("format 3: split inertia")
  func splitInertia() throws {
    let path = Facts.folder.appendingPathComponent("format3.osim").path
    let contents = try OpenSimReader.contents(of: path)
    let patched = try OpenSimPatcher(contents: contents, path: path).patched([
      ParameterAssignment(name: "body/upper/inertia", value: 0.5)
    ])
    // zeros stay zeros
    #expect(patched.changes.map(\.value) == [0.01, 0.002, 0.0105, 0.0005])
    let model = try OpenSimReader.read(
      contents: patched.contents, path: "new.osim", ignoringUnsupported: false
    ).model
    #expect(model.bodies[0].momentsOfInertia == Vector3(0.01, 0.002, 0.0105))
  }

  @Test("a result of another model is refused, and values that no model can have")
  func refusals() throws {
    let (contents, _) = try arm()
    let patcher = try OpenSimPatcher(contents: contents, path: "arm26.osim")
    for (assignment, words) in [
      (
        ParameterAssignment(name: "muscle/BIClonk/max_isometric_force", value: 1),
        "did you mean \"BIClong\"?"
      ),
      (ParameterAssignment(name: "body/femur/mass", value: 1), "give the model that the result"),
      (ParameterAssignment(name: "body/r_humerus/mass", value: .nan), "is no number"),
      (ParameterAssignment(name: "body/r_humerus/mass", value: -1), "zero or more"),
      (
        ParameterAssignment(name: "muscle/BRA/optimal_fiber_length", value: 0), "more than zero"
      ),
    ] {
      let error = #expect(throws: OpenSimError.self) { try patcher.patched([assignment]) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    let twice = ParameterAssignment(name: "body/r_humerus/mass", value: 1)
    let error = #expect(throws: OpenSimError.self) { try patcher.patched([twice, twice]) }
    #expect(error?.message.contains("has two values") == true)
  }

  @Test(
    "the opensim wheel reads the new numbers",
    .enabled(if: openSimPython != nil, "DIFFMSM_OPENSIM_PYTHON names no interpreter"))
  func openSimReadsIt() throws {
    let (contents, model) = try arm()
    let patched = try OpenSimPatcher(contents: contents, path: "arm26.osim")
      .patched(Self.assignments(model))
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("diffmsm-patcher-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("new.osim")
    try patched.contents.write(to: file)
    let table = folder.appendingPathComponent("new.csv")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(openSimPython))
    process.arguments = [
      repository.appendingPathComponent("Tests/interop/dump_osim.py").path, file.path, table.path,
    ]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    var lines: [String: [Double]] = [:]
    for line in try String(contentsOf: table, encoding: .utf8).split(separator: "\n") {
      let fields = line.split(separator: ",")
      lines[String(fields[0])] = fields.dropFirst().compactMap { Double($0) }
    }
    let expected = Self.expected(model)
    for muscle in expected.muscles {
      #expect(
        lines["muscle/\(muscle.name)/hill"] == [
          muscle.maxIsometricForce, muscle.optimalFiberLength, muscle.tendonSlackLength,
          muscle.pennationAngleAtOptimal, muscle.maxContractionVelocity,
        ])
    }
    for body in expected.bodies {
      #expect(lines["body/\(body.name)"]?[0] == body.mass)
      #expect(lines["body/\(body.name)"]?[2] == body.massCenter.y)
      #expect(lines["body/\(body.name)"]?[4] == body.momentsOfInertia.x)
    }
  }
}
