/// How a subject's size differs from that of the person whom a model file describes.
public struct SubjectScaling: Hashable, Sendable {
  /// Factor on all lengths of segments that have none of their own, and of the ground [1].
  public var height = 1.0
  /// Factor on all masses; nil keeps each segment's density, so that its mass follows its volume [1].
  public var mass: Double?
  /// Factor on each body's lengths; nil is the height's (bodyCount) [1].
  public var segments: [Double?]

  /// No difference, for a model of so many bodies.
  public init(bodyCount: Int) {
    segments = Array(repeating: nil, count: bodyCount)
  }

  /// The factor on the lengths of a body, or of the ground when nil [1].
  public func factor(of body: Int?) -> Double {
    guard let body else { return height }
    return segments[body] ?? height
  }

  /// True when all lengths change by the same factor.
  public var isUniform: Bool { segments.allSatisfy { ($0 ?? height) == height } }
}

extension ModelDescription {
  /// The distance from a body's own joint to the farthest joint of those that hang on it [m].
  ///
  /// Nil for the last body of a chain, whose length a model file does not say.
  public func segmentLength(of body: Int) -> Double? {
    guard let own = joints.first(where: { $0.child == body }) else { return nil }
    return joints.filter { $0.parent == body }
      .map { ($0.frameInParent.translation - own.frameInChild.translation).norm }
      .max().flatMap { $0 > 0 ? $0 : nil }
  }

  /// The model in a subject's size.
  ///
  /// - Lengths: joint places, mass centres, path points, wrap objects and joint slides (except those that
  ///   are coordinates) are multiplied by the factor of the body that carries them.
  /// - Muscles: optimal fiber length and tendon slack length are multiplied by the ratio of the path's
  ///   length at the default pose, after and before. Maximum isometric forces stay.
  /// - Inertia: masses by the mass factor, else by the cube of the length factor; moments by the mass's
  ///   factor times the square of the length factor. They are the means of the inertial priors.
  ///
  /// A path that is a polynomial can only be scaled by one factor on all lengths.
  public func scaled(by scaling: SubjectScaling) -> ModelDescription {
    precondition(scaling.segments.count == bodies.count, "a factor or nil for each body")
    precondition(
      scaling.isUniform || muscles.allSatisfy { $0.lengthFunction == nil },
      "polynomial paths are scaled by one factor")
    var model = self
    for index in bodies.indices { model.bodies[index] = bodies[index].scaled(scaling, index) }
    for index in joints.indices {
      let joint = joints[index]
      model.joints[index].frameInParent.translation =
        joint.frameInParent.translation * scaling.factor(of: joint.parent)
      model.joints[index].frameInChild.translation =
        joint.frameInChild.translation * scaling.factor(of: joint.child)
      for place in joint.motion.axes.indices {
        let axis = joint.motion.axes[place]
        let isCoordinate = axis.motion.coordinate.map { coordinates[$0].isTranslational } ?? false
        guard axis.kind == .translation, !isCoordinate else { continue }
        model.joints[index].motion.axes[place].motion = axis.motion.multiplied(
          by: scaling.factor(of: joint.parent))
      }
    }
    for index in wrapObjects.indices {
      let factor = scaling.factor(of: wrapObjects[index].body)
      model.wrapObjects[index].placement.translation =
        wrapObjects[index].placement.translation * factor
      model.wrapObjects[index].shape = wrapObjects[index].shape.multiplied(by: factor)
    }
    for index in muscles.indices {
      for place in muscles[index].path.indices {
        let point = muscles[index].path[place]
        model.muscles[index].path[place] = point.multiplied(by: scaling.factor(of: point.body))
      }
      if let polynomial = muscles[index].lengthFunction {
        model.muscles[index].lengthFunction?.coefficients = polynomial.coefficients.map {
          $0 * scaling.height
        }
      }
    }

    // fibers and tendons keep their share of the path
    let before = defaultPathLengths
    let after = model.defaultPathLengths
    for index in muscles.indices where before[index] > 0 && after[index] > 0 {
      let ratio =
        muscles[index].lengthFunction == nil ? after[index] / before[index] : scaling.height
      model.muscles[index].optimalFiberLength *= ratio
      model.muscles[index].tendonSlackLength *= ratio
    }
    return model
  }

  /// The length of each muscle's path at the default pose, polynomials as zero (muscleCount) [m].
  var defaultPathLengths: [Double] {
    var plain = self
    // tendons and missing points do not matter to a path's length
    for index in plain.muscles.indices { plain.muscles[index].isTendonRigid = true }
    let withPoints = muscles.indices.filter { !muscles[$0].path.isEmpty }
    plain.muscles = withPoints.map { plain.muscles[$0] }
    let limb = LimbModel(plain)
    var state = LimbState(limb)
    let pose = limb.skeleton.modelCoordinates.map { coordinates[$0].defaultValue }
    let still = Array(repeating: 0.0, count: limb.coordinateCount)
    limb.evaluate(
      q: pose, u: still, activations: Array(repeating: 0, count: limb.muscleCount),
      torque: still, payloadMass: 0, parameters: limb.nominalParameters, state: &state,
      forDerivatives: false)
    var lengths = Array(repeating: 0.0, count: muscles.count)
    for (place, muscle) in withPoints.enumerated() { lengths[muscle] = state.length[place] }
    return lengths
  }
}

extension BodyDescription {
  /// The body in a subject's size.
  fileprivate func scaled(_ scaling: SubjectScaling, _ index: Int) -> BodyDescription {
    let length = scaling.factor(of: index)
    let mass = scaling.mass ?? length * length * length
    var body = self
    body.mass *= mass
    body.massCenter = massCenter * length
    body.momentsOfInertia = momentsOfInertia * (mass * length * length)
    body.productsOfInertia = productsOfInertia * (mass * length * length)
    return body
  }
}

extension DrivenValue {
  /// The number times `factor`.
  fileprivate func multiplied(by factor: Double) -> DrivenValue {
    if factor == 1 { return self }
    return DrivenValue(coordinate: coordinate, function: .multiplied(function, by: factor))
  }
}

extension PathPoint {
  /// The point in a body whose lengths are multiplied by `factor`.
  fileprivate func multiplied(by factor: Double) -> PathPoint {
    var point = self
    point.location = location * factor
    if case .moving(let x, let y, let z) = motion {
      point.motion = .moving(
        x: x.multiplied(by: factor), y: y.multiplied(by: factor), z: z.multiplied(by: factor))
    }
    return point
  }
}

extension WrapObjectDescription.Shape {
  /// The surface with all lengths multiplied by `factor`.
  fileprivate func multiplied(by factor: Double) -> Self {
    switch self {
    case .cylinder(let radius, let length):
      .cylinder(radius: radius * factor, length: length * factor)
    case .sphere(let radius): .sphere(radius: radius * factor)
    case .ellipsoid(let radii): .ellipsoid(radii: radii * factor)
    case .torus(let inner, let outer):
      .torus(innerRadius: inner * factor, outerRadius: outer * factor)
    }
  }
}
