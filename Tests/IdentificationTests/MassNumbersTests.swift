import Algebra
import Foundation
import Musculoskeletal
import Signals
import Testing

@testable import Identification

@Suite struct MassNumbersTests {
  /// Body 1 by its three factors, body 2 by its whole distribution, all with wide priors.
  private func parameters() throws -> (LimbModel, ParameterSet) {
    let (limb, base) = try arm()
    var free: [FreeParameter] = []
    for property in Quantity.BodyProperty.allCases {
      free.append(
        FreeParameter(
          name: property.rawValue, targets: [.body(1, property)], base: base[.body(1, property)],
          priorDeviation: 0.1))
    }
    let own = try #require(LogCholesky(base.limb.bodies[2].effective))
    for property in DistributionProperty.allCases {
      free.append(
        FreeParameter(
          name: property.rawValue, targets: [.distribution(2, property)],
          base: base[.distribution(2, property)],
          priorDeviation: property.priorDeviation(of: own)))
    }
    return (limb, ParameterSet(free: free, base: base))
  }

  @Test func distributionNumbersAreMassCentreAndSpread() throws {
    let (limb, set) = try parameters()
    let body = RigidBodyInertia(limb.description.bodies[2])
    let value = { (property: DistributionProperty) in set.base[.distribution(2, property)] }
    #expect(abs(value(.mass) - body.mass) < 1e-12)
    #expect(abs(value(.centerY) - body.massCenter.y) < 1e-12)
    // mean square spread along an axis: half the other two moments' sum less the own, over the mass
    let spread = (body.inertia.diagonal.x + body.inertia.diagonal.y - body.inertia.diagonal.z) / 2
    #expect(abs(value(.radiusZ) - (spread / body.mass).squareRoot()) < 1e-9)
    // twice the mass is twice every moment of inertia
    let heavy = set.free.map { $0.targets[0] == .distribution(2, .mass) ? log(2.0) : 0 }
    let other = set.system(at: heavy).limb.bodies[2].effective
    #expect(abs(other.mass - 2 * body.mass) < 1e-12)
    #expect(abs(other.inertia.diagonal.z - 2 * body.inertia.diagonal.z) < 1e-12)
    #expect((other.massCenter - body.massCenter).norm < 1e-12)
  }

  @Test(arguments: [UInt64(3), 4, 5])
  func everyDrawIsAPossibleDistributionAndDerivativesAreDifferences(seed: UInt64) throws {
    let (_, set) = try parameters()
    var random = RandomSource(seed: seed)
    let theta = set.free.map { 3 * $0.priorDeviation * random.gaussian() }
    let numbers = MassNumbers(set, at: theta)
    #expect(numbers.free == [1, 2])
    let inertia = RigidBodyInertia(linearParameters: Array(numbers.values[20..<30]))
    #expect(
      LogCholesky(inertia) != nil, "a positive definite pseudo-inertia, three deviations away")
    for column in set.free.indices {
      func moved(_ by: Double) -> [Double] {
        var other = theta
        other[column] += by
        return MassNumbers(set, at: other).values
      }
      let step = 1e-5
      let differences = zip(moved(step), moved(-step)).map { ($0 - $1) / (2 * step) }
      for row in differences.indices {
        #expect(
          abs(differences[row] - numbers.byTheta[row, column]) < 1e-8,
          "\(set.free[column].name), number \(row)")
      }
    }
  }

  /// A mass number by its name.
  private func number(_ name: String, _ limb: LimbModel, _ system: SystemParameters) -> Double {
    let parts = name.split(separator: "/")
    let order = [
      "mass", "first_moment_x", "first_moment_y", "first_moment_z", "inertia_xx", "inertia_yy",
      "inertia_zz", "inertia_xy", "inertia_xz", "inertia_yz",
    ]
    guard let body = limb.description.bodies.firstIndex(where: { $0.name == parts[1] }),
      let place = order.firstIndex(of: String(parts[2]))
    else { return .nan }
    return system.limb.bodies[body].effective.linearParameters[place]
  }

  @Test func bodiesAndBaseParametersFollowTheCovariance() throws {
    let (limb, set) = try parameters()
    let model = LimbEstimationModel(
      limb: limb, parameters: set, noise: NoiseModel(angle: [0.001, 0.001]),
      channels: Array(0..<6))
    var window = smoothWindow(stepCount: 120, stride: 2)
    let theta = set.free.map { _ in 0.0 }
    let residual = WindowResidual(model)
    window.angles = try #require(
      residual.predicted(window, theta: theta, from: [0.2, 1.0, 0.4, -0.6]))
    var chain = WindowChain(
      [window], arrival: ArrivalCost(prior: set), start: nil, residual: residual)
    let evaluated = chain.evaluate(theta)
    let equations = try #require(evaluated)
    let estimate = ParameterEstimate(
      ArrivalCost(mean: theta, information: equations.information), parameters: set, window: 0,
      end: window.end, hasAnchor: false, hasGains: true, termination: .converged, evaluations: 1,
      meanSquaredResidual: 1, innovation: [0, 0])

    // deviations against draws from the posterior
    let bodies = estimate.bodies(set)
    #expect(bodies.map(\.body) == [1, 2])
    #expect(abs(bodies[1].values[0] - limb.description.bodies[2].mass) < 1e-12)
    let information = try #require(Cholesky(equations.information))
    let covariance = try #require(Cholesky(information.inverse()))
    let base = BaseParameters(limb, motions: MotionDraws.over(limb))
    var random = RandomSource(seed: 8)
    var samples = Array(repeating: [Double](), count: 10)
    for _ in 0..<4000 {
      let noise = set.free.map { _ in random.gaussian() }
      let draw = set.free.indices.map { row in
        0.01 * (0...row).map { covariance.factor[row, $0] * noise[$0] }.reduce(0, +)
      }
      let inertia = set.system(at: draw).limb.bodies[2].effective
      let own = [
        inertia.mass, inertia.massCenter.x, inertia.massCenter.y, inertia.massCenter.z,
        inertia.inertia.diagonal.x, inertia.inertia.diagonal.y, inertia.inertia.diagonal.z,
        inertia.inertia.products.x, inertia.inertia.products.y, inertia.inertia.products.z,
      ]
      for index in own.indices { samples[index].append(own[index]) }
    }
    for index in samples.indices {
      let mean = samples[index].reduce(0, +) / 4000
      let variance = samples[index].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
      let deviation = 100 * variance.squareRoot()
      #expect(abs(deviation - bodies[1].deviations[index]) < 0.05 * deviation, "number \(index)")
      #expect(bodies[1].deviations[index] <= 1.000001 * bodies[1].priorDeviations[index])
    }

    // the base parameters are those of the distribution, and the best of them are identified
    let found = estimate.baseParameters(set, limb: limb)
    #expect(found.count == base.rank)
    // two distributions that every motion confuses have the same base parameters
    let names = found.map(\.name)
    #expect(names.contains("body/r_humerus/inertia_zz"))
    #expect(names.contains("body/r_ulna_radius_hand/first_moment_y"))
    let leaders = found.map { one in
      one.value
        - one.members.reduce(0) { $0 + $1.factor * number($1.name, limb, set.base) }
    }
    for (one, value) in zip(found, leaders) {
      #expect(abs(value - number(one.name, limb, set.base)) < 1e-9)
    }
    #expect(found.contains { $0.status == .identified })
    #expect(found.allSatisfy { $0.deviation <= 1.000001 * $0.priorDeviation })
    #expect(found.allSatisfy { $0.name.hasPrefix("body/r_") })
  }
}

/// Motions all over a limb's range, other ones than the product's.
private enum MotionDraws {
  static func over(_ limb: LimbModel) -> [(q: [Double], u: [Double], udot: [Double])] {
    var random = RandomSource(seed: 77)
    return (0..<80).map { _ in
      let q = limb.skeleton.modelCoordinates.map { index in
        let own = limb.description.coordinates[index]
        return own.rangeMinimum + random.uniform() * (own.rangeMaximum - own.rangeMinimum)
      }
      return (q, q.map { _ in 3 * random.gaussian() }, q.map { _ in 20 * random.gaussian() })
    }
  }
}
