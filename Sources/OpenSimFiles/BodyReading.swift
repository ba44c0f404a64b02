internal import Musculoskeletal

extension BodyDescription {
  /// The body that an OpenSim `Body` element states.
  init(_ element: OpenSimElement) throws(OpenSimError) {
    let inertia: [Double]
    if try element.property("inertia_xx") != nil {
      // format 3.x: one element each
      var moments: [Double] = []
      for suffix in ["xx", "yy", "zz", "xy", "xz", "yz"] {
        moments.append(try element.number("inertia_" + suffix, unit: "kg·m^2"))
      }
      inertia = moments
    } else {
      inertia = try element.numbers(
        "inertia", count: 6, unit: "kg·m^2, order xx yy zz xy xz yz",
        fallback: Array(repeating: 0, count: 6))
    }
    self.init(
      name: try element.requiredName(),
      mass: try element.number("mass", unit: "kg", range: .notNegative),
      massCenter: try element.vector("mass_center", unit: "m", fallback: .zero),
      momentsOfInertia: Vector3(inertia[0], inertia[1], inertia[2]),
      productsOfInertia: Vector3(inertia[3], inertia[4], inertia[5]))
    guard hasPossibleInertia else {
      let isSplit = try element.property("inertia") == nil
      throw element.place(of: isSplit ? "inertia_xx" : "inertia").error(
        "the inertia of \(element.label) belongs to no distribution of mass",
        remedy: "give moments that are not negative and none above the sum of the other two")
    }
  }

  /// True when some distribution of mass has this inertia: tr(I)/2 - I has no negative eigenvalue.
  private var hasPossibleInertia: Bool {
    let half = momentsOfInertia.sum() / 2
    let (a, b, c) = (
      half - momentsOfInertia.x, half - momentsOfInertia.y, half - momentsOfInertia.z
    )
    let (d, e, f) = (-productsOfInertia.x, -productsOfInertia.y, -productsOfInertia.z)
    // every principal minor, with room for the rounding of the file's decimals
    let room = 1e-6 * abs(half)
    let determinant = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)
    return min(a, b, c) >= -room
      && min(a * b - d * d, a * c - e * e, b * c - f * f) >= -room * abs(half)
      && determinant >= -room * half * half
  }
}
