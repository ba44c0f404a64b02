import RealModule
import TestSupport
import Testing

@testable import Musculoskeletal

/// The surfaces by themselves: two points in, a length with two derivatives out.
@Suite struct WrapSurfaceTests {
  static func surface(
    _ shape: WrapObjectDescription.Shape, _ quadrant: WrapObjectDescription.Quadrant = .all
  ) throws -> WrapSurface {
    let description = WrapObjectDescription(
      name: "surface", body: nil, placement: Placement(), shape: shape, quadrant: quadrant)
    return try #require(WrapSurface(description))
  }

  /// One surface of each kind.
  static let shapes: [WrapObjectDescription.Shape] = [
    .cylinder(radius: 0.016, length: 0.05), .sphere(radius: 0.02),
    .ellipsoid(radii: Vector3(0.025, 0.02, 0.017)),
    .ellipsoid(radii: Vector3(0.035, 0.02, 0.02)),
  ]

  @Test(arguments: 0..<4, 0..<60)
  func gradientAndHessianAreDerivatives(shape: Int, seed: Int) throws {
    var random = SplitMix(state: UInt64(100 * shape + seed))
    let quadrants = WrapObjectDescription.Quadrant.allCases
    let surface = try Self.surface(
      Self.shapes[shape], quadrants[Int.random(in: 0..<7, using: &random)])
    // every third start lies in the band in which the surface shrinks
    let reach = seed % 3 == 0 ? 0.97...1.004 : 1.01...3.0
    var start = random.vector()
    start = start * (.random(in: reach, using: &random) / surface.relativeSize(start))
    var end = random.vector()
    end = end * (.random(in: 1.01...3, using: &random) / surface.relativeSize(end))
    let stretch = surface.stretch(from: start, to: end)
    // near a conjugate point the path turns fast
    let steepest = [stretch.startStart, stretch.endEnd].map { $0.x.x + $0.y.y + $0.z.z }
    let step = (seed % 3 == 0 ? 3e-7 : 3e-6) / (1 + abs(steepest[0]) / 500 + abs(steepest[1]) / 500)
    for axis in 0..<3 {
      func shifted(_ by: Double) -> Vector3 {
        Vector3(axis == 0 ? by : 0, axis == 1 ? by : 0, axis == 2 ? by : 0)
      }
      let unit = shifted(1)
      expectDerivatives(
        [dot(stretch.byStart, unit), dot(stretch.byEnd, unit)],
        of: {
          [
            surface.stretch(from: start + shifted($0), to: end).length,
            surface.stretch(from: start, to: end + shifted($0)).length,
          ]
        }, step: step, tolerance: seed % 3 == 0 ? 1e-6 : 1e-7, floor: 1,
        "shape \(shape), seed \(seed), axis \(axis)")
      let columns = [
        stretch.startStart.apply(unit), stretch.startEnd.apply(unit), stretch.endEnd.apply(unit),
        stretch.startEnd.applyTransposed(unit),
      ]
      expectDerivatives(
        columns.flatMap { [$0.x, $0.y, $0.z] },
        of: { by in
          let byStart = surface.stretch(from: start + shifted(by), to: end)
          let byEnd = surface.stretch(from: start, to: end + shifted(by))
          return [byStart.byStart, byEnd.byStart, byEnd.byEnd, byStart.byEnd]
            .flatMap { [$0.x, $0.y, $0.z] }
        }, step: step, tolerance: 1e-5, floor: 30,
        "shape \(shape), seed \(seed), touches \(stretch.touches), Hessian \(axis)")
    }
  }

  @Test(arguments: 0..<200)
  func sphereShapedEllipsoidIsASphere(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    let ellipsoid = try Self.surface(.ellipsoid(radii: Vector3(0.02, 0.02, 0.02)))
    let sphere = try Self.surface(.sphere(radius: 0.02))
    let start = random.vector() * 0.06
    let end = random.vector() * 0.06
    let one = ellipsoid.stretch(from: start, to: end)
    let other = sphere.stretch(from: start, to: end)
    #expect(one.touches == other.touches)
    #expect(abs(one.length - other.length) < 1e-9)
    #expect((one.leave - other.leave).norm < 1e-7)
  }

  @Test(arguments: 0..<4, 0..<20)
  func wildPointsGiveFiniteNumbers(shape: Int, seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    let sizes = [0.0, 1e-300, 1e-9, 1e-3, 0.02, 0.016, 1, 1e6, 1e150]
    for quadrant in WrapObjectDescription.Quadrant.allCases {
      let surface = try Self.surface(Self.shapes[shape], quadrant)
      for _ in 0..<40 {
        func point() -> Vector3 {
          let size = sizes[Int.random(in: 0..<sizes.count, using: &random)]
          let vector = random.vector() * size
          return Bool.random(using: &random) ? vector : Vector3(vector.x, 0, 0)
        }
        let start = point()
        let end = Int.random(in: 0..<4, using: &random) == 0 ? start : point()
        let stretch = surface.stretch(from: start, to: end)
        let numbers =
          [
            stretch.byStart, stretch.byEnd, stretch.startStart.x, stretch.startStart.y,
            stretch.startStart.z, stretch.startEnd.x, stretch.startEnd.y, stretch.startEnd.z,
            stretch.endEnd.x, stretch.endEnd.y, stretch.endEnd.z, stretch.leave, stretch.land,
          ].flatMap { [$0.x, $0.y, $0.z] } + [stretch.length]
        let areFinite = numbers.allSatisfy { $0.isFinite }
        #expect(areFinite, "\(start) \(end) \(quadrant) \(stretch)")
      }
    }
  }
}

/// A small generator of numbers, the same on every machine.
struct SplitMix: RandomNumberGenerator {
  /// The seed, then what became of it [1].
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A vector in the cube from -1 to 1.
  mutating func vector() -> Vector3 {
    Vector3(
      .random(in: -1...1, using: &self), .random(in: -1...1, using: &self),
      .random(in: -1...1, using: &self))
  }
}
