@testable import Musculoskeletal

/// OpenSim's body-fixed rotation about x, then y, then z.
private func placement(_ x: Double, _ y: Double, _ z: Double, at translation: Vector3) -> Placement
{
  Placement(
    rotation: Rotation(axis: Vector3(1, 0, 0), angle: x)
      * Rotation(axis: Vector3(0, 1, 0), angle: y) * Rotation(axis: Vector3(0, 0, 1), angle: z),
    translation: translation)
}

/// arm26 with its wrap objects, as its file states them.
///
/// The OpenSim Development Team (Reinbolt, J; Seth, A; Habib, A; Hamner, S) adapted from a model
/// originally created by Kate Holzbaur (11/22/04). License: Creative Commons (CCBY 3.0).
func arm26WithWraps() throws -> ModelDescription {
  var model = try arm26()
  let base = model.bodies.firstIndex { $0.name == "base" }
  let humerus = model.bodies.firstIndex { $0.name == "r_humerus" }
  model.wrapObjects = [
    WrapObjectDescription(
      name: "TRIlongglen", body: base,
      placement: placement(1.37532, -0.294612, 2.43596, at: Vector3(-0.043905, -0.0039, 0.1478)),
      shape: .cylinder(radius: 0.003, length: 0.03), quadrant: .positiveX),
    WrapObjectDescription(
      name: "TRIlonghh", body: humerus,
      placement: placement(3.00162, -0.853466, 2.57419, at: Vector3(-0.0078, -0.0041, -0.0014)),
      shape: .ellipsoid(radii: Vector3(0.035, 0.02, 0.02)), quadrant: .positiveZ),
    WrapObjectDescription(
      name: "BIClonghh", body: humerus,
      placement: placement(-2.00434, -1.00164, 0.975465, at: Vector3(0.0033, 0.0073, 0.0003)),
      shape: .ellipsoid(radii: Vector3(0.025, 0.02, 0.02)), quadrant: .negativeY),
    WrapObjectDescription(
      name: "TRI", body: humerus,
      placement: placement(-0.14015, -0.00628319, 0.154985, at: Vector3(0.0028, -0.2919, -0.0069)),
      shape: .cylinder(radius: 0.016, length: 0.05)),
  ]
  let wraps: [String: [PathWrap]] = [
    "TRIlong": [3, 1, 0].map { PathWrap(name: "wrap", wrapObject: $0) },
    "TRIlat": [PathWrap(name: "wrap", wrapObject: 3)],
    "TRImed": [PathWrap(name: "wrap", wrapObject: 3)],
    "BIClong": [PathWrap(name: "wrap", wrapObject: 2, range: 1...2)],
    "BRA": [PathWrap(name: "wrap", wrapObject: 3)],
  ]
  for index in model.muscles.indices {
    model.muscles[index].wraps = wraps[model.muscles[index].name] ?? []
  }
  return model
}
