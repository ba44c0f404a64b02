import Foundation
import Musculoskeletal
import OpenSimFiles
import TestSupport
import Testing

/// What OpenSim 4.6 itself reads from four models, written down by `Tests/interop/dump_osim.py`.
@Suite("OpenSim's own numbers")
struct OpenSimOracleTests {
  @Test("one of every kind, formats 4.x and 3.x", arguments: ["kinds", "format3"])
  func selfMade(name: String) throws {
    let path = Facts.folder.appendingPathComponent("\(name).osim").path
    try compare(try OpenSimReader.read(path: path), with: Facts(name))
  }

  @Test(
    "arm26 with its wrap objects, every number",
    .enabled(if: hasSharedData, "reference models are not beside the checkout"))
  func wrappedArm() throws {
    let path = sharedData.appendingPathComponent("opensim/arm26.osim").path
    let model = try OpenSimReader.read(path: path)
    #expect(model.wrapObjects.count == 4)
    #expect(model.muscles.flatMap(\.wraps).count == 7)
    try compare(model, with: Facts("arm26"))
  }

  @Test(
    "the full-body model with 80 muscles, every number",
    .enabled(if: hasSharedData, "reference models are not beside the checkout"))
  func fullBody() throws {
    let path = sharedData.appendingPathComponent(
      "recordings/walk_rajagopal/subject_walk_scaled.osim"
    ).path
    let reading = try OpenSimReader.read(path: path, ignoringUnsupported: false)
    let model = reading.model
    #expect(model.bodies.count == 22)
    #expect(model.coordinates.count == 33)
    #expect(model.muscles.count == 80)
    #expect(model.wrapObjects.count == 44)
    // actuators and markers do nothing by themselves
    #expect(reading.omitted.count == 14)
    #expect(reading.omitted.allSatisfy { !$0.changesMotion })
    try compare(model, with: Facts("walk"))
  }

  // MARK: comparison

  private func compare(_ model: ModelDescription, with facts: Facts) throws {
    var facts = facts
    facts.expect("gravity", array(model.gravity))
    for body in model.bodies {
      facts.expect(
        "body/\(body.name)",
        [body.mass] + array(body.massCenter) + array(body.momentsOfInertia)
          + array(body.productsOfInertia))
    }
    for coordinate in model.coordinates {
      let key = "coordinate/\(coordinate.name)"
      // OpenSim calls coordinates of coupled axes neither; then the unit is ours to judge
      let isCoupledKind = facts[key]?[4] == -1
      facts.expect(
        key,
        [
          coordinate.defaultValue, coordinate.rangeMinimum, coordinate.rangeMaximum,
          coordinate.isLocked ? 1 : 0,
          isCoupledKind ? -1 : coordinate.isTranslational ? 1 : 0,
          coordinate.coupling == nil ? 0 : 1,
        ])
    }

    // joints: every body in every pose, couplings included
    var pose = 0
    var lastPose: [Double] = []
    while let values = facts["pose/\(pose)"] {
      var own = values
      for index in own.indices where model.coordinates[index].coupling != nil { own[index] = 0 }
      lastPose = model.coupled(own)
      facts.expect("pose/\(pose)", lastPose, within: 1e-13)
      for (body, placement) in zip(model.bodies, model.bodyPlacements(at: own)) {
        facts.expect("pose/\(pose)/\(body.name)", array(placement), within: 1e-13)
      }
      pose += 1
    }
    #expect(pose == 4)

    for object in model.wrapObjects { compare(object, model: model, facts: &facts) }
    for muscle in model.muscles {
      compare(muscle, facts: &facts)
      for (index, point) in muscle.path.enumerated() {
        comparePoint(point, index, of: muscle, model: model, pose: lastPose, facts: &facts)
      }
      for wrap in muscle.wraps {
        let key = "muscle/\(muscle.name)/lies_on/\(model.wrapObjects[wrap.wrapObject].name)"
        facts.expect("\(key)/\(wrap.method.rawValue)", [])
        let last = muscle.path.count
        let range = wrap.range
        // OpenSim's open end is ours to fill
        let end = facts[key]?[1] == -1 && range?.upperBound == last - 1
        facts.expect(
          key,
          [
            range.map { Double($0.lowerBound + 1) } ?? -1,
            end ? -1 : range.map { Double($0.upperBound + 1) } ?? -1,
          ])
      }
    }
    facts.finish()
  }

  private func compare(
    _ object: WrapObjectDescription, model: ModelDescription, facts: inout Facts
  ) {
    let owner = object.body.map { model.bodies[$0].name } ?? "ground"
    let key = "wrap/\(owner)/\(object.name)"
    facts.expect(key, array(object.placement) + [object.isActive ? 1 : 0], within: 1e-14)
    let quadrant = object.quadrant.rawValue
    let short = quadrant.hasPrefix("+") ? String(quadrant.dropFirst()) : quadrant
    facts.expect(
      facts["\(key)/quadrant/\(short)"] != nil
        ? "\(key)/quadrant/\(short)" : "\(key)/quadrant/\(quadrant)", [])
    switch object.shape {
    case .cylinder(let radius, let length): facts.expect("\(key)/cylinder", [radius, length])
    case .sphere(let radius): facts.expect("\(key)/sphere", [radius])
    case .ellipsoid(let radii): facts.expect("\(key)/ellipsoid", array(radii))
    case .torus(let inner, let outer): facts.expect("\(key)/torus", [inner, outer])
    }
  }

  private func compare(_ muscle: MuscleDescription, facts: inout Facts) {
    let key = "muscle/\(muscle.name)"
    facts.expect(
      "\(key)/hill",
      [
        muscle.maxIsometricForce, muscle.optimalFiberLength, muscle.tendonSlackLength,
        muscle.pennationAngleAtOptimal, muscle.maxContractionVelocity,
      ])
    facts.expect("\(key)/tendon", [muscle.isTendonRigid ? 1 : 0])
    facts.expect(
      "\(key)/activation",
      [
        muscle.ignoresActivationDynamics ? 1 : 0, muscle.activationTimeConstant,
        muscle.deactivationTimeConstant,
      ])
    switch muscle.model {
    case .deGrooteFregly2016:
      facts.expect("\(key)/DeGrooteFregly2016Muscle", [])
      facts.expect(
        "\(key)/shape",
        [
          muscle.activationDynamicsSmoothing, muscle.activeForceWidthScale, muscle.fiberDamping,
          muscle.passiveFiberStrainAtOneNormForce, muscle.tendonStrainAtOneNormForce,
        ])
    case .thelen2003(let shape):
      facts.expect("\(key)/Thelen2003Muscle", [])
      facts.expect(
        "\(key)/shape",
        [
          muscle.minimumActivation, muscle.tendonStrainAtOneNormForce,
          muscle.passiveFiberStrainAtOneNormForce, shape.activeForceLengthShape,
          shape.passiveForceLengthShape, shape.forceVelocityShape, shape.maxLengtheningForce,
          shape.extrapolationThreshold,
        ])
    case .millard2012(let shape):
      facts.expect("\(key)/Millard2012EquilibriumMuscle", [])
      compare(muscle, shape, key: key, facts: &facts)
    }
  }

  private func compare(
    _ muscle: MuscleDescription, _ shape: MillardShape, key: String, facts: inout Facts
  ) {
    facts.expect("\(key)/shape", [muscle.minimumActivation, muscle.fiberDamping])
    // OpenSim sets the smallest force to zero where nothing divides by it; the file's own is read here
    let dividesByForce = !muscle.isTendonRigid && muscle.fiberDamping < 0.001
    facts.expect(
      "\(key)/active",
      [
        shape.minActiveFiberLength, shape.transitionFiberLength, shape.maxActiveFiberLength,
        shape.shallowAscendingSlope, dividesByForce ? shape.minimumActiveForce : 0,
      ])
    facts.expect(
      "\(key)/velocity",
      [
        shape.concentricSlopeAtVmax, shape.concentricSlopeNearVmax, shape.isometricSlope,
        shape.eccentricSlopeAtVmax, shape.eccentricSlopeNearVmax, shape.maxEccentricForce,
        shape.concentricCurviness, shape.eccentricCurviness,
      ])
    let passive = [
      shape.passiveStiffnessAtLowForce, shape.passiveStiffnessAtOneNormForce,
      shape.passiveCurviness,
    ]
    facts.expect(
      "\(key)/passive",
      [shape.passiveStrainAtZeroForce, shape.passiveStrainAtOneNormForce]
        + passive.compactMap { $0 })
    let elastic = [
      shape.tendonStiffnessAtOneNormForce, shape.tendonNormForceAtToeEnd, shape.tendonCurviness,
    ]
    facts.expect(
      "\(key)/elastic", [shape.tendonStrainAtOneNormForce] + elastic.compactMap { $0 })
  }

  private func comparePoint(
    _ point: PathPoint, _ index: Int, of muscle: MuscleDescription, model: ModelDescription,
    pose: [Double], facts: inout Facts
  ) {
    let key = "muscle/\(muscle.name)/point/\(point.name)"
    let body = point.body.map { model.bodies[$0].name } ?? "ground"
    let kind: String
    switch point.motion {
    case .fixed: kind = "PathPoint"
    case .conditional(_, let range):
      kind = "ConditionalPathPoint"
      facts.expect("\(key)/range", [range.lowerBound, range.upperBound])
    case .moving: kind = "MovingPathPoint"
    }
    facts.expect("\(key)/\(kind)/\(body)", [])
    facts.expect(key, array(point.location(at: pose)), within: 1e-15)
  }

  private func array(_ vector: Vector3) -> [Double] { [vector.x, vector.y, vector.z] }

  private func array(_ placement: Placement) -> [Double] {
    let rotation = placement.rotation
    return array(rotation.x) + array(rotation.y) + array(rotation.z)
      + array(placement.translation)
  }
}

/// The lines of a table of facts, each of which must be said once.
struct Facts {
  static let folder = repository.appendingPathComponent("Tests/interop/osim")
  private let lines: [String: [Double]]
  private var open: Set<String>

  init(_ name: String) throws {
    let file = Self.folder.appendingPathComponent("\(name).csv")
    var lines: [String: [Double]] = [:]
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    where !line.hasPrefix("#") {
      let fields = line.split(separator: ",")
      lines[String(fields[0])] = fields.dropFirst().compactMap { Double($0) }
    }
    self.lines = lines
    open = Set(lines.keys)
  }

  subscript(key: String) -> [Double]? { lines[key] }

  /// The table says `numbers` of `key`.
  mutating func expect(_ key: String, _ numbers: [Double], within tolerance: Double = 0) {
    guard let wanted = lines[key] else {
      Issue.record("OpenSim says nothing of \(key)")
      return
    }
    open.remove(key)
    #expect(wanted.count == numbers.count, "\(key)")
    for (number, other) in zip(numbers, wanted) {
      #expect(abs(number - other) <= tolerance, "\(key): \(numbers), OpenSim \(wanted)")
    }
  }

  /// Nothing that the table says was left out.
  func finish() {
    #expect(open.isEmpty, "OpenSim says more: \(open.sorted().prefix(5))")
  }
}
