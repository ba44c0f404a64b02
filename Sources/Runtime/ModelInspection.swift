internal import Foundation
public import Musculoskeletal
public import OpenSimFiles

/// A model file as `model show` tells it: tables, JSON and a stick figure.
public struct ModelInspection: Sendable {
  /// The file that was read.
  public let file: String
  /// What was read.
  public let model: ModelDescription
  /// What was left out.
  public let omitted: [OmittedPart]

  /// Reads the model file at `path`; `ignoringUnsupported` leaves out what can be, instead of failing.
  public init(path: String, ignoringUnsupported: Bool) throws(OpenSimError) {
    let reading = try OpenSimReader.read(path: path, ignoringUnsupported: ignoringUnsupported)
    file = path
    model = reading.model
    omitted = reading.omitted
  }

  /// What was left out although it changes the motion and what is computed in another way than the file
  /// asks for, for standard error.
  public var warnings: [String] {
    omitted.filter(\.changesMotion).map(\.description)
      + model.pathDepartures.map { "\(file): warning: \($0)" }
  }

  /// The model in tables.
  public var lines: [String] {
    let muscles = model.muscles
    var lines = [
      "\(model.name): \(model.bodies.count) bodies, \(model.coordinates.count) coordinates, "
        + "\(muscles.count) muscles, \(model.wrapObjects.count) wrap objects, "
        + "\(plain(model.bodies.reduce(0) { $0 + $1.mass })) kg",
      "gravity: \(text(model.gravity)) m/s^2",
    ]
    if !model.credits.isEmpty { lines.append("credits: \(model.credits)") }
    lines += [""] + table(bodyRows)
    lines += [""] + table(jointRows, leftColumns: [0, 1, 2, 3])
    if !model.coordinates.isEmpty {
      lines += [""] + table(coordinateRows, leftColumns: [0, 5])
    }
    if !muscles.isEmpty { lines += [""] + table(muscleRows, leftColumns: [0, 1, 10]) }
    if !model.wrapObjects.isEmpty {
      lines += [""] + table(wrapRows, leftColumns: [0, 1, 2, 3, 4, 5])
    }
    if !omitted.isEmpty { lines += [""] + omitted.map(\.description) }
    return lines
  }

  // MARK: rows

  private var bodyRows: [[String]] {
    [["body", "mass kg", "mass centre m", "inertia kg m^2 (xx yy zz xy xz yz)"]]
      + model.bodies.map { body in
        [
          body.name, plain(body.mass), text(body.massCenter),
          text(body.momentsOfInertia) + " " + text(body.productsOfInertia),
        ]
      }
  }

  private var jointRows: [[String]] {
    [["joint", "parent", "child", "moves"]]
      + model.joints.map { joint in
        let axes = joint.motion.axes.map { axis in
          let driver = axis.motion.coordinate.map { model.coordinates[$0].name } ?? "constant"
          let kind = axis.kind == .rotation ? "turns" : "slides"
          return "\(kind) \(driver) (\(text(axis.axis)))"
        }
        return [
          joint.name, name(of: joint.parent), name(of: joint.child),
          axes.isEmpty ? "weld" : axes.joined(separator: ", "),
        ]
      }
  }

  private var coordinateRows: [[String]] {
    [["coordinate", "default", "from", "to", "unit", "remarks"]]
      + model.coordinates.map { coordinate in
        let factor = coordinate.isTranslational ? 1 : 180 / Double.pi
        let numbers = [
          coordinate.defaultValue, coordinate.rangeMinimum, coordinate.rangeMaximum,
        ]
        var remarks: [String] = []
        if coordinate.isLocked { remarks.append("locked") }
        if let coupling = coordinate.coupling {
          let other = coupling.coordinate.map { model.coordinates[$0].name } ?? "a constant"
          remarks.append("follows \(other)")
        }
        return [coordinate.name] + numbers.map { plain($0 * factor) }
          + [coordinate.isTranslational ? "m" : "deg", remarks.joined(separator: ", ")]
      }
  }

  private var muscleRows: [[String]] {
    [
      [
        "muscle", "model", "force N", "fiber m", "tendon m", "pennation deg", "vmax 1/s",
        "tau up ms", "tau down ms", "points", "lies on",
      ]
    ]
      + model.muscles.map { muscle in
        let points =
          muscle.lengthFunction.map { "polynomial of \($0.coordinates.count)" }
          ?? "\(muscle.path.count)"
        return [
          muscle.name, muscle.model.name + (muscle.isTendonRigid ? ", rigid tendon" : ""),
          plain(muscle.maxIsometricForce), plain(muscle.optimalFiberLength),
          plain(muscle.tendonSlackLength), plain(muscle.pennationAngleAtOptimal * 180 / .pi),
          plain(muscle.maxContractionVelocity), plain(muscle.activationTimeConstant * 1e3),
          plain(muscle.deactivationTimeConstant * 1e3), points,
          muscle.wraps.map { model.wrapObjects[$0.wrapObject].name }.joined(separator: ", "),
        ]
      }
  }

  private var wrapRows: [[String]] {
    [["wrap object", "body", "shape", "size m", "side", "remarks"]]
      + model.wrapObjects.map { object in
        [
          object.name, name(of: object.body), object.shape.name,
          object.shape.sizes.map(plain).joined(separator: " "), object.quadrant.rawValue,
          object.isActive ? "" : "inactive",
        ]
      }
  }

  /// The name of a body; nil is the ground.
  func name(of body: Int?) -> String { body.map { model.bodies[$0].name } ?? "ground" }

  private func text(_ vector: Vector3) -> String {
    "\(plain(vector.x)) \(plain(vector.y)) \(plain(vector.z))"
  }
}

extension MuscleModel {
  /// As the command line calls it.
  var name: String {
    switch self {
    case .deGrooteFregly2016: "degroote-fregly-2016"
    case .thelen2003: "thelen-2003"
    case .millard2012: "millard-2012"
    }
  }
}

extension WrapObjectDescription.Shape {
  /// Its kind in a word.
  var name: String {
    switch self {
    case .cylinder: "cylinder"
    case .sphere: "sphere"
    case .ellipsoid: "ellipsoid"
    case .torus: "torus"
    }
  }

  /// Its sizes as its case lists them [m].
  var sizes: [Double] {
    switch self {
    case .cylinder(let radius, let length): [radius, length]
    case .sphere(let radius): [radius]
    case .ellipsoid(let radii): [radii.x, radii.y, radii.z]
    case .torus(let inner, let outer): [inner, outer]
    }
  }
}
