/// What a file asks of its wrapped paths and the paths here do in another way.
///
/// A departure leaves a path that means something; where a surface cannot be computed at all it is a
/// `PathLimitation`.
public enum PathDeparture: Hashable, Sendable, CustomStringConvertible {
  /// The side of an ellipsoid, which is not looked at.
  case ellipsoidSide(wrapObject: String, side: WrapObjectDescription.Quadrant)
  /// OpenSim's rule for cutting an ellipsoid, in whose place stands the geodesic.
  case ellipsoidMethod(muscle: String, wrapObject: String, method: PathWrap.Method)
  /// More surfaces between two points than the two that are followed.
  case manySurfaces(muscle: String, count: Int)

  /// One sentence.
  public var description: String {
    switch self {
    case .ellipsoidSide(let object, let side):
      "the side \(side.rawValue) of ellipsoid \(object) is not looked at: paths take the shorter way round"
    case .ellipsoidMethod(let muscle, let object, let method):
      "the method \(method.rawValue) of \(muscle) over ellipsoid \(object) is not looked at: the path is "
        + "the shortest one"
    case .manySurfaces(let muscle, let count):
      "\(muscle) may lie on \(count) surfaces between two of its points: it follows the first two that it "
        + "touches"
    }
  }
}

extension ModelDescription {
  /// Where paths follow their surfaces in another way than the file asks for, each once.
  public var pathDepartures: [PathDeparture] {
    var departures: [PathDeparture] = []
    var isNamed = wrapObjects.map { _ in false }
    for muscle in muscles where muscle.lengthFunction == nil {
      let wraps = muscle.wraps.filter { wrapObjects[$0.wrapObject].isActive }
      for wrap in wraps {
        let object = wrapObjects[wrap.wrapObject]
        guard case .ellipsoid = object.shape else { continue }
        if object.quadrant != .all, !isNamed[wrap.wrapObject] {
          isNamed[wrap.wrapObject] = true
          departures.append(.ellipsoidSide(wrapObject: object.name, side: object.quadrant))
        }
        if wrap.method != .hybrid {
          departures.append(
            .ellipsoidMethod(
              muscle: muscle.name, wrapObject: object.name, method: wrap.method))
        }
      }
      let counts = muscle.path.indices.dropLast().map { start in
        wraps.count { $0.range?.contains(start...(start + 1)) ?? true }
      }
      if let count = counts.max(), count > 2 {
        departures.append(.manySurfaces(muscle: muscle.name, count: count))
      }
    }
    return departures
  }
}
