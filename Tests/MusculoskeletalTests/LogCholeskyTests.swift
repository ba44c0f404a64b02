import Algebra
import Musculoskeletal
import TestSupport
import Testing

@Suite struct LogCholeskyTests {
  @Test(arguments: 0..<20)
  func anyTenNumbersAreAPossibleMassDistribution(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let theta = (0..<10).map { _ in 1.5 * random.gaussian() }
    let inertia = LogCholesky(theta: theta).inertia
    #expect(inertia.mass > 0)
    // tr(I)/2 - I about the centre of mass has no negative eigenvalue, in any direction
    let half = 0.5 * inertia.inertia.trace
    for _ in 0..<50 {
      let direction = Vector3(random.gaussian(), random.gaussian(), random.gaussian())
      let square = direction.x * direction.x + direction.y * direction.y + direction.z * direction.z
      let own = inertia.inertia.apply(direction)
      let moment = direction.x * own.x + direction.y * own.y + direction.z * own.z
      #expect(half * square - moment > -1e-12 * inertia.inertia.trace * square, "seed \(seed)")
    }
    let back = LogCholesky(inertia)
    for (one, other) in zip(back?.theta ?? [], theta) {
      #expect(abs(one - other) < 1e-6, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<10)
  func jacobianIsTheDerivative(seed: Int) {
    var random = RandomSource(seed: UInt64(50 + seed))
    let theta = (0..<10).map { _ in random.gaussian() }
    let jacobian = LogCholesky(theta: theta).jacobian
    for column in 0..<10 {
      expectDerivatives(
        (0..<10).map { jacobian[$0 * 10 + column] },
        of: { by in
          var moved = theta
          moved[column] += by
          return LogCholesky(theta: moved).inertia.linearParameters
        }, step: 1e-3, tolerance: 1e-8, floor: 1e-2, "seed \(seed), column \(column)")
    }
  }

  @Test func impossibleInertiaHasNoNumbers() {
    let slab = RigidBodyInertia(
      mass: 1, massCenter: .zero,
      inertia: SymmetricMatrix3(diagonal: Vector3(0.01, 0.01, 0.03)))
    #expect(LogCholesky(slab) == nil)
  }
}
