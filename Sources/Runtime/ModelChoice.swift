public import Musculoskeletal
internal import OpenSimFiles

extension LimbModel {
  /// Fails when the motion at an evaluated `state` is undefined because a coordinate moves no mass.
  func requireMass(_ state: LimbState, file: String, place: String = "") throws(SessionError) {
    guard let index = masslessCoordinate(state) else { return }
    let coordinate = skeleton.modelCoordinates[index]
    let joint = description.joints.first { joint in
      joint.motion.axes.contains { $0.motion.coordinate == coordinate }
    }
    let owner = joint.map { " of joint \"\($0.name)\"" } ?? ""
    throw SessionError(
      .data, file: file,
      message: "coordinate \"\(skeleton.coordinateNames[index])\"\(owner) moves no mass of its own"
        + place + ", so its acceleration is undefined",
      remedy: "give what it moves a mass, lock it, or check the functions of its axes")
  }
}

/// Which model a `model` command works with and what it changes in it.
public struct ModelChoice: Sendable {
  /// The `.osim` file.
  public var path: String
  /// The equations that all muscles follow; nil is what the file says.
  public var muscleModel: MuscleModelKind?
  /// True when no tendon stretches, false when all do; nil is what the file says.
  public var isTendonRigid: Bool?
  /// Viscous damping of every coordinate; nil is what the file says [N·m·s/rad].
  public var damping: Double?
  /// Leaves out what the product does not support where the rest still means something.
  public var ignoringUnsupported: Bool

  /// A model file and what to change in it.
  public init(
    path: String, muscleModel: MuscleModelKind? = nil, isTendonRigid: Bool? = nil,
    damping: Double? = nil, ignoringUnsupported: Bool = false
  ) {
    self.path = path
    self.muscleModel = muscleModel
    self.isTendonRigid = isTendonRigid
    self.damping = damping
    self.ignoringUnsupported = ignoringUnsupported
  }

  /// Reads the model and applies the changes; what was left out, one sentence each.
  func load() throws -> (limb: LimbModel, ignored: [String]) {
    let reading = try OpenSimReader.read(path: path, ignoringUnsupported: ignoringUnsupported)
    var model = reading.model
    model = model.replacingMuscles(by: muscleModel, isTendonRigid: isTendonRigid)
    for index in model.coordinates.indices {
      if let damping { model.coordinates[index].damping = damping }
    }
    let limb = LimbModel(model)
    let ignored = reading.omitted.filter(\.changesMotion).map(\.description)
    let limitations = limb.pathLimitations.map { "\(place(of: $0)): warning: ignored: \($0)" }
    guard limitations.isEmpty || ignoringUnsupported else {
      throw SessionError(
        .data, file: place(of: limb.pathLimitations[0]),
        message: limb.pathLimitations[0].description,
        remedy: "deactivate the object in the model, or use --ignore-unsupported")
    }
    let departures = model.pathDepartures.map { "\(path): warning: \($0)" }
    return (limb, ignored + limitations + departures)
  }

  /// The file and the line of the wrap object that is not computed.
  private func place(of limitation: PathLimitation) -> String {
    guard case .surface(_, let object) = limitation,
      let contents = try? OpenSimReader.contents(of: path)
    else { return path }
    let lines = String(decoding: contents, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    let line = lines.firstIndex { $0.contains("<Wrap") && $0.contains("name=\"\(object)\"") }
    return line.map { "\(path):\($0 + 1)" } ?? path
  }
}
