import Algebra
import Foundation
import Identification
import Musculoskeletal
import Testing

@Suite struct IdentifiabilityTests {
  private let priors = [0.1, 0.2, 0.15, 0.3, 0.05]

  /// Two forces, a mass and a damping, which scale together, and a length, which does not.
  private func parameters() -> ParameterSet {
    let targets: [Quantity] = [
      .muscle(0, .maxIsometricForce), .muscle(1, .maxIsometricForce), .body(1, .mass),
      .coordinate(0, .damping), .muscle(0, .optimalFiberLength),
    ]
    let names = ["F0/a", "F0/b", "mass", "damping", "length"]
    let (limb, base) = oscillator(stiffness: 1, damping: 1, inertia: 1)
    _ = limb
    return ParameterSet(
      free: zip(zip(names, targets), priors).map {
        FreeParameter(name: $0.0, targets: [$0.1], base: 1, priorDeviation: $1)
      }, base: base)
  }

  /// An orthonormal basis whose first vector points along `first`, by Gram and Schmidt.
  private func basis(_ first: [Double]) -> [[Double]] {
    var vectors: [[Double]] = []
    for candidate in [first] + (0..<5).map({ i in (0..<5).map { $0 == i ? 1.0 : 0 } }) {
      var vector = candidate
      for other in vectors {
        let along = zip(vector, other).map { $0 * $1 }.reduce(0, +)
        vector = zip(vector, other).map { $0 - along * $1 }
      }
      let norm = vector.map { $0 * $0 }.reduce(0, +).squareRoot()
      if norm > 0.2, vectors.count < 5 { vectors.append(vector.map { $0 / norm }) }
    }
    return vectors
  }

  /// The posterior whose whitened data information has these eigenvalues along these vectors.
  private func posterior(_ eigenvalues: [Double], _ vectors: [[Double]]) -> ArrivalCost {
    var information = Matrix(rows: 5, columns: 5)
    for row in 0..<5 {
      for column in 0..<5 {
        var whitened = row == column ? 1.0 : 0
        for (value, vector) in zip(eigenvalues, vectors) {
          whitened += value * vector[row] * vector[column]
        }
        information[row, column] = whitened / (priors[row] * priors[column])
      }
    }
    return ArrivalCost(mean: Array(repeating: 0, count: 5), information: information)
  }

  /// The common scale in whitened coordinates: every scaling theta moves alike.
  private var scaleDirection: [Double] {
    (0..<5).map { $0 < 4 ? 1 / priors[$0] : 0 }
  }

  @Test func theScaleLawIsNamed() throws {
    let vectors = basis(scaleDirection)
    #expect(vectors.count == 5)
    let verdict = try #require(
      Identifiability(
        posterior: posterior([0.02, 4e3, 4e3, 4e3, 4e3], vectors), parameters: parameters()))
    #expect(verdict.unidentified == ["all forces and inertias together"])
    #expect(verdict.status[4] == .identified)
    #expect(verdict.scaleEigenvalue < 1)
    #expect(verdict.scaleLabel(hasAnchor: true, hasGains: true) != .newtons)
  }

  @Test func deviationsAreTheWhitenedCovariances() throws {
    let vectors = basis([1, -2, 0.5, 3, 1])
    let eigenvalues = [0.5, 3, 20, 100, 7]
    let verdict = try #require(
      Identifiability(posterior: posterior(eigenvalues, vectors), parameters: parameters()))
    for index in 0..<5 {
      let variance = zip(eigenvalues, vectors).map { $1[index] * $1[index] / (1 + $0) }
        .reduce(0, +)
      #expect(abs(verdict.deviation[index] - priors[index] * variance.squareRoot()) < 1e-12)
      let own = 1 / variance - 1
      let expected: ParameterStatus =
        variance < 0.09 && own >= 10 ? .identified : own >= 1 ? .priorLimited : .unidentifiable
      #expect(verdict.status[index] == expected)
    }
    // the scale: the best weighted mean of the two log forces, 1 / (1ᵀ C^-1 1) of their 2 x 2 block
    func covariance(_ i: Int, _ j: Int) -> Double {
      zip(eigenvalues, vectors).map { priors[i] * priors[j] * $1[i] * $1[j] / (1 + $0) }
        .reduce(0, +)
    }
    let determinant = covariance(0, 0) * covariance(1, 1) - covariance(0, 1) * covariance(0, 1)
    let information =
      (covariance(0, 0) + covariance(1, 1) - 2 * covariance(0, 1)) / determinant
    let prior = 1 / (priors[0] * priors[0]) + 1 / (priors[1] * priors[1])
    #expect(abs(verdict.scaleDeviation - 1 / information.squareRoot()) < 1e-12)
    #expect(abs(verdict.scaleEigenvalue - (information / prior - 1)) < 1e-9)
  }

  @Test func aPairThatTheDataCannotTellApartIsNamedWithItsSense() throws {
    let half = 0.5.squareRoot()
    let against = try #require(
      Identifiability(
        posterior: posterior([0.1, 50, 50, 50, 50], basis([half, 0, 0, 0, -half])),
        parameters: parameters()))
    #expect(against.unidentified.count == 1)
    let sentence = against.unidentified[0]
    #expect(sentence == "F0/a against length" || sentence == "length against F0/a")
    let with = try #require(
      Identifiability(
        posterior: posterior([0.1, 50, 50, 50, 50], basis([0, 0.9, 0.1, 0, 0.8])),
        parameters: parameters()))
    #expect(with.unidentified == ["F0/b with length"])
  }

  @Test func thresholdsOfStatus() throws {
    // each parameter its own direction: prior/posterior variance - 1 is the eigenvalue itself
    let axes = basis([1, 0, 0, 0, 0])
    let verdict = try #require(
      Identifiability(
        posterior: posterior([0.99, 1.01, 9.9, 10.2, 1e6], axes), parameters: parameters()))
    #expect(
      verdict.status
        == [.unidentifiable, .priorLimited, .priorLimited, .identified, .identified])
    #expect(verdict.unidentified == ["F0/a"])
  }

  @Test func scaleLabelRules() throws {
    let vectors = basis(scaleDirection)
    func verdict(_ scale: Double) throws -> Identifiability {
      try #require(
        Identifiability(
          posterior: posterior([scale, 1e4, 1e4, 1e4, 1e4], vectors), parameters: parameters()))
    }
    let anchored = try verdict(1e4)
    #expect(anchored.scaleLabel(hasAnchor: true, hasGains: true) == .newtons)
    // without anchor or without MVC gains it is the prior's, however sharp
    #expect(anchored.scaleLabel(hasAnchor: false, hasGains: true) == .priorLimited)
    #expect(anchored.scaleLabel(hasAnchor: true, hasGains: false) == .priorLimited)
    // an anchor that told nothing is none
    #expect(try verdict(0.5).scaleLabel(hasAnchor: true, hasGains: true) == .priorLimited)

    // no prior to speak of: ratios only
    let wide = ParameterSet(
      free: parameters().free.map {
        var copy = $0
        copy.priorDeviation = 2
        return copy
      }, base: parameters().base)
    let loose = try #require(
      Identifiability(posterior: ArrivalCost(prior: wide), parameters: wide))
    #expect(loose.scaleLabel(hasAnchor: false, hasGains: true) == .ratiosOnly)
    #expect(loose.status == Array(repeating: .unidentifiable, count: 5))
  }

  /// The variance of the error of forces that were fitted on wrong moment arms, by sampling the linear
  /// model itself: truth from its prior, data with their noise, moment arms off by a random factor.
  @Test func forcesCarryTheErrorOfTheirMomentArms() throws {
    let uncertainty = 0.12
    let plain = parameters()
    let uncertain = ParameterSet(
      free: plain.free, base: plain.base, momentArmUncertainty: uncertainty)
    let vectors = basis([1, -2, 0.5, 3, 1])
    let belief = posterior([0.5, 3, 20, 100, 7], vectors)
    let without = try #require(Identifiability(posterior: belief, parameters: plain))
    let with = try #require(Identifiability(posterior: belief, parameters: uncertain))

    let covariance = try #require(Cholesky(belief.information)).inverse()
    var random = RandomSource(seed: 11)
    let trials = 200_000
    var squares = Array(repeating: 0.0, count: 5)
    for _ in 0..<trials {
      let truth = priors.map { $0 * random.gaussian() }
      // what the data see is force times moment arm
      let seen = truth.enumerated().map {
        $1 + ($0 < 2 ? uncertainty * random.gaussian() : 0)
      }
      // H seen + noise of covariance H, H being the information of the data alone
      var score = Array(repeating: 0.0, count: 5)
      for (value, vector) in zip([0.5, 3, 20, 100, 7], vectors) {
        var along = 0.0
        for index in 0..<5 { along += vector[index] * seen[index] / priors[index] }
        let noisy = value * along + value.squareRoot() * random.gaussian()
        for index in 0..<5 { score[index] += noisy * vector[index] / priors[index] }
      }
      for row in 0..<5 {
        var estimate = 0.0
        for column in 0..<5 { estimate += covariance[row, column] * score[column] }
        squares[row] += (estimate - truth[row]) * (estimate - truth[row])
      }
    }
    for force in 0..<2 {
      let sampled = (squares[force] / Double(trials)).squareRoot()
      // four standard errors of a sampled deviation
      #expect(abs(with.deviation[force] / sampled - 1) < 4 / Double(2 * trials).squareRoot())
      #expect(with.deviation[force] > without.deviation[force])
    }
    #expect(Array(with.deviation[2...]) == Array(without.deviation[2...]))
    #expect(with.scaleDeviation == without.scaleDeviation)
    #expect(with.unidentified == without.unidentified)
  }

  @Test func momentArmsAloneKeepForcesFromBeingIdentified() throws {
    let plain = parameters()
    let axes = basis([1, 0, 0, 0, 0])
    let sharp = posterior([1e9, 1e9, 1e9, 1e9, 1e9], axes)
    func verdict(_ uncertainty: Double) throws -> Identifiability {
      try #require(
        Identifiability(
          posterior: sharp,
          parameters: ParameterSet(
            free: plain.free, base: plain.base, momentArmUncertainty: uncertainty)))
    }
    // priors of 10 and 20 %
    #expect(try verdict(0).status == Array(repeating: .identified, count: 5))
    #expect(abs(try verdict(0.05).deviation[0] - 0.05) < 1e-8)
    #expect(try verdict(0.05).status[0] == .priorLimited)
    #expect(try verdict(0.05).status[1] == .identified)
    #expect(try verdict(0.1).status[1] == .priorLimited)
    #expect(try verdict(0.2).status[0] == .unidentifiable)
    #expect(Array(try verdict(0.2).status[2...]) == Array(repeating: .identified, count: 3))
    // a force of which the data say nothing stays at its prior
    let silent = try #require(
      Identifiability(
        posterior: posterior([0, 0, 1e9, 1e9, 1e9], axes),
        parameters: ParameterSet(
          free: plain.free, base: plain.base, momentArmUncertainty: 0.1)))
    #expect(abs(silent.deviation[0] - 0.1) < 1e-12)
  }

  @Test func anIndefiniteInformationHasNoVerdict() {
    let broken = ArrivalCost(
      mean: [0, 0, 0, 0, 0], information: Matrix(diagonal: [1, 1, -1, 1, 1]))
    #expect(Identifiability(posterior: broken, parameters: parameters()) == nil)
  }
}
