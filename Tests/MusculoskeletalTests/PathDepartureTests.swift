import Testing

@testable import Musculoskeletal

@Suite struct PathDepartureTests {
  @Test func sidesOfEllipsoidsAreNamedOnceEach() throws {
    let model = try arm26WithWraps()
    #expect(
      Set(model.pathDepartures.filter { if case .ellipsoidSide = $0 { true } else { false } })
        == [
          .ellipsoidSide(wrapObject: "TRIlonghh", side: .positiveZ),
          .ellipsoidSide(wrapObject: "BIClonghh", side: .negativeY),
        ])
    #expect(try arm26().pathDepartures.isEmpty)
  }

  @Test func methodsAndThirdSurfacesAreNamed() throws {
    var model = try arm26WithWraps()
    let long = try #require(model.muscles.firstIndex { $0.name == "TRIlong" })
    model.muscles[long].wraps[1].method = .axial
    // cylinders have no choice of method
    model.muscles[long].wraps[0].method = .midpoint
    let departures = model.pathDepartures
    #expect(
      departures.contains(
        .ellipsoidMethod(muscle: "TRIlong", wrapObject: "TRIlonghh", method: .axial)))
    #expect(departures.count { if case .ellipsoidMethod = $0 { true } else { false } } == 1)
    #expect(departures.count { $0 == .manySurfaces(muscle: "TRIlong", count: 3) } == 1)
    for index in model.muscles[long].wraps.indices {
      model.muscles[long].wraps[index].range = index...(index + 1)
    }
    #expect(
      !model.pathDepartures.contains { if case .manySurfaces = $0 { true } else { false } })
  }

  @Test func conditionalPointsStayOnWithinOpenSimsTolerance() throws {
    var model = try arm26()
    model.muscles[0].path[1].motion = .conditional(coordinate: 1, range: 0...1)
    func points(_ elbow: Double) -> Int {
      let pose = [0.1, elbow]
      return model.pathPoints(
        of: model.muscles[0], at: pose, bodies: model.bodyPlacements(at: pose)
      ).count
    }
    #expect(points(0.5) == points(1 + 0.9e-5))
    #expect(points(0.5) == points(1 + 1.1e-5) + 1)
  }
}
