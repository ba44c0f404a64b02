import Algebra
import Foundation
import Identification
import Musculoskeletal
import OpenSimFiles
import Signals

/// One second of arm26 by OpenSim, from which 18 muscle numbers are identified.
struct PublishedSecond {
  /// The limb.
  let limb: LimbModel
  /// Its numbers, the truth.
  let base: SystemParameters
  /// The second: activations known, angles every 2 ms.
  let window: Window

  /// From step to step [s].
  static let step = 2e-3
  /// What the angles are taken to be good for: the table has twelve digits [rad].
  static let noise = 1e-8

  init(model: String, trajectory: String) throws {
    var description = try OpenSimReader.read(path: model).replacingMuscles(
      by: .deGrooteFregly2016, isTendonRigid: true, keepsTimeConstants: true)
    for index in description.coordinates.indices { description.coordinates[index].damping = 0.3 }
    limb = LimbModel(description)
    base = SystemParameters(
      limb: limb.nominalParameters, channels: Array(repeating: ChannelParameters(), count: 6),
      angleOffsets: [0, 0])
    let lines = try String(contentsOfFile: trajectory, encoding: .utf8).split(separator: "\n")
    let names = lines[0].split(separator: ",").map(String.init)
    let rows = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
    func columns(_ prefix: String) -> [Int] { names.indices.filter { names[$0].hasPrefix(prefix) } }
    let spline = CubicSpline(
      start: 0, spacing: 1e-3, channelCount: 6,
      values: rows.flatMap { row in columns("act_").map { row[$0] } })
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: Self.step, stepCount: 500,
      historySteps: 0, channelCount: 6, coordinateCount: 2, measurementStride: 1,
      followsPrevious: true)
    var levels = Array(repeating: 0.0, count: 6)
    for row in 0...window.halfStepCount {
      spline.evaluate(at: 0.5 * Self.step * Double(row), into: &levels)
      for channel in 0..<6 { window.envelopes[6 * row + channel] = levels[channel] }
    }
    let angles = columns("q_")
    for row in 0...500 {
      for coordinate in 0..<2 {
        window.angles[2 * row + coordinate] = rows[2 * row][angles[coordinate]]
        window.isMeasured[2 * row + coordinate] = true
      }
    }
    self.window = window
  }

  /// Fits from the guess of this seed.
  func fit(seed: UInt64) -> (meanError: Double, evaluations: Int, starts: Int)? {
    var random = RandomSource(seed: seed)
    let properties: [Quantity.MuscleProperty] = [
      .maxIsometricForce, .optimalFiberLength, .tendonSlackLength,
    ]
    let free = (0..<6).flatMap { muscle in
      properties.map { property in
        FreeParameter(
          name: "muscle/\(muscle)/\(property.rawValue)", targets: [.muscle(muscle, property)],
          base: base[.muscle(muscle, property)], priorMean: log(1 + 0.1 * random.gaussian()),
          priorDeviation: 0.1)
      }
    }
    let parameters = ParameterSet(free: free, base: base)
    let model = LimbEstimationModel(
      limb: limb, parameters: parameters, noise: NoiseModel(angle: [Self.noise, Self.noise]),
      channels: Array(0..<6), drivesActivation: true)
    // the start is known: 10 deg and 60 deg, at rest
    let start = StateBelief(
      mean: [.pi / 18, .pi / 3, 0, 0], covariance: Matrix(diagonal: [1e-18, 1e-18, 1e-18, 1e-18]),
      sensitivity: Matrix(rows: 4, columns: free.count), theta: parameters.priorMean)
    guard
      let found = TrajectoryFit(model, startLimit: 20).solve(
        [window], arrival: ArrivalCost(prior: parameters), start: start)
    else { return nil }
    let errors = found.posterior.mean.map { abs(exp($0) - 1) * 100 }
    return (errors.reduce(0, +) / Double(errors.count), found.evaluations, found.starts)
  }
}
