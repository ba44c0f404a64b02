import Algebra
import Foundation
import Musculoskeletal
import Signals
import Testing

@testable import Identification

@Suite struct WindowResidualTests {
  /// One unknown of every kind, and a group; three channels and three muscles stand for the six.
  ///
  /// - Parameter wholly: body 2 by its ten distribution numbers instead of its three factors.
  private func everyKind(wholly: Bool = false) -> [FreeParameter] {
    var free: [FreeParameter] = []
    func add(_ name: String, _ targets: [Quantity]) {
      free.append(FreeParameter(name: name, targets: targets, base: 1, priorDeviation: 0.1))
    }
    for muscle in [0, 4] {
      for property in Quantity.MuscleProperty.allCases where property != .tendonStrain {
        add("muscle \(muscle) \(property)", [.muscle(muscle, property)])
      }
    }
    add("group", [.muscle(1, .maxIsometricForce), .muscle(2, .maxIsometricForce)])
    if wholly {
      for property in DistributionProperty.allCases {
        add("body 2 \(property)", [.distribution(2, property)])
      }
    }
    for body in wholly ? [1] : [1, 2] {
      for property in Quantity.BodyProperty.allCases {
        add("body \(body) \(property)", [.body(body, property)])
      }
    }
    for coordinate in [0, 1] {
      for property in Quantity.CoordinateProperty.allCases {
        add("coordinate \(coordinate) \(property)", [.coordinate(coordinate, property)])
      }
    }
    for channel in [3, 5] {
      for property in Quantity.ChannelProperty.allCases {
        add("emg \(channel) \(property)", [.emg(channel, property)])
      }
    }
    add("payload mass", [.payload(.mass)])
    add("payload location", [.payload(.location)])
    add("tilt", [.tilt])
    return free
  }

  /// Where the derivatives are taken: off zero, delays off the grid of half steps.
  private func place(_ free: [FreeParameter]) -> [Double] {
    var random = RandomSource(seed: 11)
    return free.map { parameter in
      switch parameter.targets[0] {
      case .emg(_, .delay): 0.001 + 0.0002 * random.uniform()
      case .emg(_, .shapeFactor): -1.5 + random.uniform()
      default: 0.1 * (random.uniform() - 0.5)
      }
    }
  }

  @Test(arguments: [(0.1, 0.4, false), (0.0, 0.0, true)])
  func theJacobianIsTheDerivativeThroughStepsCorrectionsAndWindows(
    activation: Double, torque: Double, wholly: Bool
  ) throws {
    let (limb, nominal) = try arm()
    var base = nominal
    // near enough that the upper end of the range is felt
    for index in base.limb.joints.indices { base.limb.joints[index].rangeMaximum = 1 }
    let free = everyKind(wholly: wholly)
    // muscles 1 and 2 share a channel, as muscles under one electrode do
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [0.01, 0.02], activation: activation, torque: torque),
      drives: [
        MuscleDrive(channel: 0), MuscleDrive(channel: 3), MuscleDrive(channel: 3),
        // a muscle without EMG takes after two others
        MuscleDrive(
          shares: [
            MuscleDrive.Share(channel: 3, weight: 0.4), MuscleDrive.Share(channel: 5, weight: 0.7),
          ],
          deviation: 0.2), MuscleDrive(channel: 2), MuscleDrive(channel: 5),
      ])
    let theta = place(free)

    // a measured motion near the model's, with noise, a payload and missing samples
    var long = smoothWindow(stepCount: 24, stride: 2)
    for step in 9..<24 { long.payload[step] = 1.5 }
    var residual = WindowResidual(model)
    long.angles = try #require(
      residual.predicted(long, theta: free.map { _ in 0 }, from: [0.2, 1.0, 0.4, -0.6]))
    var random = RandomSource(seed: 5)
    long.angles = long.angles.map { $0 + 0.01 * random.gaussian() }
    long.isMeasured[9] = false
    long.isMeasured[14] = false
    let windows = long.cut(steps: 8)
    let start = model.freshStart(windows[0], theta: theta)

    var gains = FrozenGains()
    gains.isKept = true
    func residuals(_ theta: [Double], isFrozen: Bool) -> [Double] {
      var belief = start
      for window in windows {
        let evaluation = residual.evaluate(
          window, theta: theta, start: belief, gains: &gains, isFrozen: isFrozen)
        belief = evaluation.end
      }
      return gains.residuals
    }
    let exactResiduals = residuals(theta, isFrozen: false)
    let exact = gains.derivatives
    #expect(exactResiduals.count == 22)

    for (column, parameter) in free.enumerated() {
      func moved(_ by: Double) -> [Double] {
        var other = theta
        other[column] += by
        gains.rewind()
        return residuals(other, isFrozen: true)
      }
      let step: Double
      if case .emg(_, .delay) = parameter.targets[0] { step = 1e-4 } else { step = 2e-3 }
      let (near, far) = (zip(moved(step), moved(-step)), zip(moved(2 * step), moved(-2 * step)))
      let numeric = zip(near, far).map {
        (8 * ($0.0 - $0.1) - ($1.0 - $1.1)) / (12 * step)
      }
      let norm = exact.map { $0[column] * $0[column] }.reduce(0, +).squareRoot()
      #expect(norm > 0, "\(parameter.name) moves something")
      for (row, value) in numeric.enumerated() {
        #expect(
          abs(value - exact[row][column]) <= 1e-6 * norm,
          "\(parameter.name), residual \(row): exact \(exact[row][column]), differences \(value)")
      }
    }
  }

  @Test func gradientAndInformationAreThoseOfTheJacobian() throws {
    let (limb, base) = try arm()
    let free = everyKind()
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [0.01, 0.02], activation: 0.1), channels: Array(0..<6))
    var window = smoothWindow(stepCount: 10)
    for row in 0...10 { window.angles[2 * row + 1] = 1 + 0.01 * Double(row) }
    var residual = WindowResidual(model)
    var gains = FrozenGains()
    gains.isKept = true
    let theta = place(free)
    let evaluation = residual.evaluate(
      window, theta: theta, start: model.freshStart(window, theta: theta), gains: &gains,
      isFrozen: false)
    #expect(evaluation.residualCount == 20)
    let cost = gains.residuals.map { 0.5 * $0 * $0 }.reduce(0, +)
    #expect(abs(evaluation.cost - cost) < 1e-12 * cost)
    for i in free.indices {
      let gradient = zip(gains.residuals, gains.derivatives).map { $0 * $1[i] }.reduce(0, +)
      #expect(abs(evaluation.gradient[i] - gradient) <= 1e-9 * max(1, abs(gradient)))
      for j in free.indices {
        let product = gains.derivatives.map { $0[i] * $0[j] }.reduce(0, +)
        #expect(abs(evaluation.information[i, j] - product) <= 1e-9 * max(1, abs(product)))
      }
    }
  }

  @Test func withoutDisturbancesAndWithAKnownStartItIsATrajectoryFit() throws {
    let (limb, base) = try arm()
    let free = Array(everyKind().prefix(4))
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [0.01, 0.02]), channels: Array(0..<6))
    var window = smoothWindow(stepCount: 20)
    for row in 0...20 { window.angles[2 * row] = 0.05 * Double(row) }
    let theta = [0.05, -0.02, 0.03, 0.01]
    let state = [0.2, 1.0, 0.4, -0.6]
    var residual = WindowResidual(model)
    let predicted = try #require(residual.predicted(window, theta: theta, from: state))
    var cost = 0.0
    for row in 1...20 {
      for coordinate in 0..<2 {
        let difference =
          window.angles[2 * row + coordinate] - base.angleOffsets[coordinate]
          - predicted[2 * row + coordinate]
        cost += 0.5 * pow(difference / model.noise.angle[coordinate], 2)
      }
    }
    let known = StateBelief(
      mean: state, covariance: Matrix(rows: 4, columns: 4),
      sensitivity: Matrix(rows: 4, columns: 4), theta: theta)
    let evaluation = residual.evaluate(window, theta: theta, start: known)
    #expect(abs(evaluation.cost - cost) < 1e-10 * cost)
    #expect(abs(evaluation.logDeviation - 20 * (log(0.01) + log(0.02))) < 1e-10)
  }

  @Test(arguments: [0.0, 0.7])
  func costIsTheLikelihoodOfAllMeasurementsTogether(torque: Double) throws {
    // for a linear system the filter's cost is exactly rᵀ S^-1 r / 2 + ln det S / 2 of the batch
    let (stiffness, damping, inertia, step) = (30.0, 0.6, 0.25, 0.01)
    let (limb, base) = oscillator(stiffness: stiffness, damping: damping, inertia: inertia)
    let noise = NoiseModel(
      angle: [0.02], torque: torque, torqueCorrelationTime: 0.1, initialRate: 3)
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: [], base: base), noise: noise, channels: [])
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: step, stepCount: 60, historySteps: 2,
      channelCount: 0, coordinateCount: 1, measurementStride: 3, followsPrevious: false)
    var random = RandomSource(seed: 21)
    for row in window.angles.indices {
      window.angles[row] = 0.3 * cos(0.2 * Double(row)) + 0.02 * random.gaussian()
      window.isMeasured[row] = true
    }
    var residual = WindowResidual(model)
    let evaluation = residual.evaluate(
      window, theta: [], start: model.freshStart(window, theta: []))

    // one RK4 step of x' = F x + b d is the Taylor series of the exponential to the fourth power
    let side = torque > 0 ? 3 : 2
    var generator = Matrix(rows: 3, columns: 3)
    generator.elements = [0, 1, 0, -stiffness / inertia, -damping / inertia, 1 / inertia, 0, 0, 0]
    var transition = Matrix(diagonal: [1, 1, 1])
    var power = transition
    for order in 1...4 {
      power = power * generator
      power.elements = power.elements.map { $0 * step / Double(order) }
      transition = transition + power
    }
    let retention = exp(-step / 0.1)
    transition[2, 2] = retention
    var covariance = Matrix(diagonal: [0.02 * 0.02, 9, torque * torque])
    var mean = [window.angles[0], 0, 0]

    // moments of the measurements: Cov(y_i, y_j) = C Phi^(j-i) P_i Cᵀ
    let count = 20
    var batch = Matrix(rows: count, columns: count)
    var offsets: [Double] = []
    for row in 0..<count {
      for _ in 0..<3 {
        mean = transition * mean
        covariance = transition * covariance * transition.transposed()
        covariance[2, 2] += torque * torque * (1 - retention * retention)
      }
      offsets.append(window.angles[row + 1] - mean[0])
      var carried = covariance
      for column in row..<count {
        batch[column, row] = carried[0, 0] + (column == row ? 0.02 * 0.02 : 0)
        for _ in 0..<3 { carried = transition * carried }
      }
    }
    let factor = try #require(Cholesky(batch))
    var whitened = offsets
    factor.solveLower(&whitened)
    let expected =
      whitened.map { 0.5 * $0 * $0 }.reduce(0, +)
      + (0..<count).map { log(factor.factor[$0, $0]) }.reduce(0, +)
    #expect(model.stateCount == side)
    #expect(evaluation.residualCount == count)
    #expect(abs(evaluation.cost + evaluation.logDeviation - expected) < 1e-8 * abs(expected))
  }

  @Test func predictionWithoutActivationIsTheDeadLimbs() throws {
    let (limb, base) = try arm()
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: [], base: base),
      noise: NoiseModel(angle: [0.01, 0.01]), channels: Array(0..<6))
    let window = smoothWindow(stepCount: 20)
    var silent = window
    silent.envelopes = silent.envelopes.map { _ in 0 }
    var residual = WindowResidual(model)
    let state = [0.2, 1.0, 0.4, -0.6]
    let driven = residual.predict(window, theta: [], from: state)
    let dead = residual.predict(window, theta: [], from: state, withoutActivation: true)
    #expect(dead == residual.predict(silent, theta: [], from: state))
    #expect(dead != driven)
    #expect(driven == residual.predict(window, theta: [], from: state))
  }

  @Test(arguments: [0.05, 0.0])
  func badEMGHasLittleToSay(activation: Double) throws {
    let (limb, base) = try arm()
    let free = [0, 3].map {
      FreeParameter(
        name: "force \($0)", targets: [.muscle($0, .maxIsometricForce)], base: 1,
        priorDeviation: 0.1)
    }
    let model = LimbEstimationModel(
      limb: limb, parameters: ParameterSet(free: free, base: base),
      noise: NoiseModel(angle: [0.001, 0.001], activation: activation, torque: 0),
      channels: [0, 1, 2, 3, 4, 5])
    var residual = WindowResidual(model)
    var window = smoothWindow(stepCount: 100, stride: 2)
    window.angles = try #require(
      residual.predicted(window, theta: [0, 0], from: [0.2, 0, 0.4, 0]))
    let start = model.freshStart(window, theta: [0, 0])
    let sound = residual.evaluate(window, theta: [0, 0], start: start)
    window.quality[3] = .motionArtefact
    let doubtful = residual.evaluate(window, theta: [0, 0], start: start)
    window.quality[3] = .electrodeOff
    let off = residual.evaluate(window, theta: [0, 0], start: start)
    // what the window says about the force of the muscle under the electrode
    let said = [sound, doubtful, off].map { $0.information[1, 1] }
    #expect(said[1] < 0.5 * said[0] && said[2] < 0.3 * said[1], "\(said)")
    #expect(off.isFinite)
  }
}
