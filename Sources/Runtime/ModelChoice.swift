public import Musculoskeletal
internal import OpenSimFiles

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
    let limitations = limb.pathLimitations.map { "\(path): warning: ignored: \($0)" }
    guard limitations.isEmpty || ignoringUnsupported else {
      throw SessionError(
        .data, file: path, message: limb.pathLimitations[0].description,
        remedy: "deactivate the object in the model, or use --ignore-unsupported")
    }
    return (limb, ignored + limitations)
  }
}
