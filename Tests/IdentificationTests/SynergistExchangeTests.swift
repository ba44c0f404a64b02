import Foundation
import Musculoskeletal
import Signals
import Testing

@testable import Identification

@Suite struct SynergistExchangeTests {
  @Test func tricepsHeadsAreTakenForOneAnotherAndFibersKeepTheirLengths() throws {
    let (limb, base) = try arm()
    let free = (0..<6).flatMap { muscle in
      [Quantity.MuscleProperty.maxIsometricForce, .optimalFiberLength, .tendonSlackLength].map {
        FreeParameter(
          name: "\(muscle)/\($0)", targets: [.muscle(muscle, $0)],
          base: base[.muscle(muscle, $0)], priorDeviation: 0.1)
      }
    }
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [0.01, 0.01]), channels: Array(0..<6), drivesActivation: true)
    var window = smoothWindow(stepCount: 40)
    for row in 0...40 {
      window.angles[2 * row] = -0.5 + 0.02 * Double(row)
      window.angles[2 * row + 1] = 0.6 + 0.8 * sin(0.2 * Double(row))
    }
    let exchange = SynergistExchange([window], model: model)
    let names = limb.description.muscles.map(\.name)
    let pairs = exchange.pairs.map { [names[$0.first], names[$0.second]] }
    #expect(pairs.contains(["TRIlat", "TRImed"]))
    // elbow alone against shoulder and elbow; a flexor against an extensor
    #expect(!pairs.contains { $0.contains("BRA") && $0.contains { $0.hasPrefix("TRI") } })
    #expect(!pairs.contains { $0.contains("BIClong") && $0.contains("BRA") })

    let pair = try #require(exchange.pairs.first { names[$0.first] == "TRIlat" })
    let theta = free.indices.map { 0.01 * Double($0 % 7) - 0.02 }
    let other = exchange.exchanged(pair, in: theta)
    let before = model.parameters.system(at: theta).limb.muscles
    let after = model.parameters.system(at: other).limb.muscles
    let (a, b) = (pair.first, pair.second)
    #expect(abs(after[a].maxIsometricForce - before[b].maxIsometricForce) < 1e-9)
    #expect(abs(after[b].optimalFiberLength - before[a].optimalFiberLength) < 1e-12)
    // at the same pose the first one's fiber is now as long as the second one's was
    #expect(
      abs(after[a].tendonSlackLength - before[b].tendonSlackLength - pair.longer) < 1e-12)
    for muscle in 0..<6 where muscle != a && muscle != b {
      #expect(after[muscle] == before[muscle])
    }
    // twice is nothing
    let back = exchange.exchanged(pair, in: other)
    #expect(zip(back, theta).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}
