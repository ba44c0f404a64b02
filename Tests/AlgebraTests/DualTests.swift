import Algebra
import Foundation
import Testing

@Suite struct DualTests {
  @Test(arguments: 0..<20)
  func slopesAreDerivatives(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let place = 0.2 + random.uniform()
    let functions: [(String, (Dual) -> Dual, (Double) -> Double)] = [
      ("polynomial", { 3 * $0 * $0 - $0 / 2 + 1 }, { 3 * $0 * $0 - $0 / 2 + 1 }),
      ("quotient", { (1 + $0) / (2 - $0 * $0) }, { (1 + $0) / (2 - $0 * $0) }),
      ("root", { ($0 * $0 + 2).squareRoot() }, { ($0 * $0 + 2).squareRoot() }),
      ("exp", { .exp(-$0) }, { exp(-$0) }), ("log", { .log($0) }, { log($0) }),
      ("sin", { .sin(2 * $0) }, { sin(2 * $0) }), ("cos", { .cos($0) }, { cos($0) }),
      ("sinh", { .sinh($0) }, { sinh($0) }), ("tanh", { .tanh($0) }, { tanh($0) }),
      ("asinh", { .asinh(3 * $0) }, { asinh(3 * $0) }),
    ]
    for (name, dual, plain) in functions {
      let found = dual(Dual(place, slope: 1))
      let step = 1e-4
      let far = (plain(place + 2 * step) - plain(place - 2 * step)) / (4 * step)
      let near = (plain(place + step) - plain(place - step)) / (2 * step)
      #expect(found.value == plain(place), "\(name), seed \(seed)")
      #expect(
        abs(found.slope - (4 * near - far) / 3) < 1e-9 * max(1, abs(found.slope)),
        "\(name), seed \(seed)")
    }
  }

  @Test func aConstantHasNoSlope() {
    let constant: Dual = 2.5
    #expect((constant * 3 - 1).slope == 0)
    #expect(Dual(1, slope: 9) < Dual(2, slope: -9))
  }
}
