/// A muscle's line of action, reduced to what the motion can change: points, surfaces or a polynomial.
///
/// Constant. Stretches that nothing can change are summed once. Every pair of points that can follow
/// each other is compiled, so that conditional points cost nothing but the look at their condition.
struct MusculotendonPath: Sendable {
  /// The free coordinates that can change the length, ascending (indices).
  let coordinates: [Int]
  /// The length that never changes [m].
  let constantLength: Double
  /// The stretches that may be on the path: all that change, or all when points come and go.
  let stretches: [PathStretch]
  /// The axes of all straight stretches, parents first in each.
  let movers: [StretchMover]
  /// The surfaces of all stretches.
  let surfaces: [StretchSurface]
  /// The axes of all surfaces.
  let surfaceMovers: [SurfaceMover]
  /// The condition of each point, when any point has one (points).
  let conditions: [PathCondition?]
  /// The stretch from each point to the next, the ones to later points behind it (points) (index).
  let firstStretch: [Int]
  /// The length as a polynomial, instead of points and surfaces.
  let polynomial: PathPolynomial?
  /// What of the description it does not follow.
  let limitations: [PathLimitation]

  /// A path that is a polynomial.
  init(polynomial: PathPolynomial) {
    self.init(compiled: nil, polynomial: polynomial)
  }

  /// Compiles the path of `muscle` (index) of `model` on its `skeleton`.
  init(muscle: Int, model: ModelDescription, skeleton: Skeleton) {
    if let function = model.muscles[muscle].lengthFunction {
      self.init(
        polynomial: PathPolynomial(function, sources: skeleton.coordinateSources))
      return
    }
    var compiler = PathCompiler(muscle: muscle, model: model, skeleton: skeleton)
    compiler.compile()
    self.init(compiled: compiler, polynomial: nil)
  }

  private init(compiled: PathCompiler?, polynomial: PathPolynomial?) {
    coordinates = compiled?.coordinates ?? polynomial?.freeCoordinates ?? []
    constantLength = compiled?.constantLength ?? 0
    stretches = compiled?.stretches ?? []
    movers = compiled?.movers ?? []
    surfaces = compiled?.surfaces ?? []
    surfaceMovers = compiled?.surfaceMovers ?? []
    conditions = compiled.map { $0.hasConditions ? $0.conditions : [] } ?? []
    firstStretch = compiled?.firstStretch ?? []
    self.polynomial = polynomial
    limitations = compiled?.limitations ?? []
  }

  /// Vectors of scratch that `length` needs [1].
  static func scratchCount(_ paths: [MusculotendonPath], skeleton: Skeleton) -> Int {
    let powers = paths.map { path in path.polynomial.map { $0.powerCount } ?? 0 }
    return max(3 * skeleton.axisCount, powers.max() ?? 0)
  }

  /// The path's length [m] in the posed state, with its gradient and Hessian by the coordinates it spans.
  ///
  /// L = sum of the stretches that are on the path at `q`. The moment arm is -gradient.
  ///
  /// - Parameters:
  ///   - q: free coordinates, those of the state (coordinateCount) [rad].
  ///   - gradient: dL/dq of the spanned coordinates from `offset` [m/rad].
  ///   - hessian: d2L/dq2 of them, row by row, from `hessianOffset` [m/rad^2].
  ///   - withHessian: leaves the Hessian as it is when false.
  ///   - scratch: room for `scratchCount` vectors.
  func length(
    _ skeleton: Skeleton, state: SkeletonState, q: [Double], gradient: inout [Double],
    at offset: Int, hessian: inout [Double], at hessianOffset: Int, withHessian: Bool,
    scratch: inout [Vector3]
  ) -> Double {
    let count = coordinates.count
    for index in 0..<count { gradient[offset + index] = 0 }
    if withHessian {
      for index in 0..<(count * count) { hessian[hessianOffset + index] = 0 }
    }
    if let polynomial {
      return polynomial.length(
        q, gradient: &gradient, at: offset, hessian: &hessian, at: hessianOffset,
        withHessian: withHessian, powers: &scratch)
    }
    var total = constantLength
    if conditions.isEmpty {
      for index in stretches.indices {
        total += add(
          stretches[index], skeleton, state: state, gradient: &gradient, at: offset,
          hessian: &hessian, at: hessianOffset, withHessian: withHessian, scratch: &scratch)
      }
      return total
    }

    // from one point that is on the path to the next
    var last: Int?
    for point in conditions.indices {
      if let condition = conditions[point], !condition.holds(q) { continue }
      if let last {
        total += add(
          stretches[firstStretch[last] + point - last - 1], skeleton, state: state,
          gradient: &gradient, at: offset, hessian: &hessian, at: hessianOffset,
          withHessian: withHessian, scratch: &scratch)
      }
      last = point
    }
    return total
  }
}

/// What a path's description says and its length does not follow.
public enum PathLimitation: Hashable, Sendable, CustomStringConvertible {
  /// A wrap object of a shape or size that is not computed; the path ignores it.
  case surface(muscle: String, wrapObject: String)

  /// One sentence.
  public var description: String {
    switch self {
    case .surface(let muscle, let object):
      "\(muscle) wraps over \(object), a surface that is not computed"
    }
  }
}
