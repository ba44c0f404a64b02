internal import Algebra
internal import Musculoskeletal
public import Signals

/// Keeps fibers between the lengths at which muscles work, over the poses that data show.
///
/// Each muscle's shortest and longest path in the measured poses stand for all; the fiber's normalised
/// length at both (tendons at slack length) lies inside `PhysiologicalBounds.normalizedFiberLength`, or
/// costs ((l - bound) / width)^2 / 2. A muscle that the model itself puts beyond a bound may stay there.
public struct FiberLengthWall: Hashable, Sendable {
  /// How far beyond a bound costs as much as one standard deviation, in optimal fiber lengths [1].
  static let width = 0.05
  /// Poses looked at in one window at most [1].
  private static let posesPerWindow = 25

  /// A muscle's extreme path and what its fiber may be there.
  struct End: Hashable, Sendable {
    /// The muscle (index).
    var muscle: Int
    /// The path's length [m].
    var pathLength: Double
    /// Largest normalised fiber length where the path is longest, smallest where it is shortest [1].
    var bound: Double
    /// True where the path is longest.
    var isLongest: Bool
  }

  /// The extremes, two a muscle that has been seen.
  private(set) var ends: [End] = []

  /// A wall that has seen no pose.
  public init() {}

  /// Takes in the poses of `windows`.
  public mutating func extend(_ windows: [Window], model: LimbEstimationModel) {
    let limb = model.limb
    guard limb.muscleCount > 0 else { return }
    let count = limb.coordinateCount
    let system = model.parameters.system(at: model.parameters.priorMean)
    var state = LimbState(limb)
    var q = Array(repeating: 0.0, count: count)
    let still = q
    let silent = Array(repeating: 0.0, count: limb.muscleCount)
    // only lengths are wanted: any state of an elastic tendon will do
    let tendons =
      limb.elasticMuscles.isEmpty
      ? [] : system.limb.muscles.map { 0.5 * $0.optimalFiberLength }
    for window in windows {
      let rows = window.measurementCount + 1
      let stride = max(1, rows / Self.posesPerWindow)
      for row in Swift.stride(from: 0, to: rows, by: stride) {
        let places = (row * count)..<((row + 1) * count)
        guard places.allSatisfy({ window.isMeasured[$0] && window.angles[$0].isFinite }) else {
          continue
        }
        for index in 0..<count {
          q[index] = window.angles[row * count + index] - system.angleOffsets[index]
        }
        limb.evaluate(
          q: q, u: still, activations: silent, torque: still, payloadMass: 0,
          parameters: system.limb, state: &state, tendonStates: tendons, forDerivatives: false)
        take(state.length, muscles: system.limb.muscles)
      }
    }
  }

  /// Takes in one pose's path lengths.
  private mutating func take(_ lengths: [Double], muscles: [MuscleParameters]) {
    if ends.isEmpty {
      for muscle in lengths.indices {
        for isLongest in [true, false] {
          ends.append(
            End(muscle: muscle, pathLength: lengths[muscle], bound: 0, isLongest: isLongest))
          set(ends.count - 1, lengths[muscle], muscles)
        }
      }
      return
    }
    for index in ends.indices {
      let length = lengths[ends[index].muscle]
      if ends[index].isLongest ? length > ends[index].pathLength : length < ends[index].pathLength {
        set(index, length, muscles)
      }
    }
  }

  private mutating func set(_ index: Int, _ length: Double, _ muscles: [MuscleParameters]) {
    let own = NormalizedFiberLength(muscles[ends[index].muscle], pathLength: length).value
    let range = PhysiologicalBounds.normalizedFiberLength
    ends[index].pathLength = length
    ends[index].bound =
      ends[index].isLongest ? max(range.upperBound, own) : min(range.lowerBound, own)
  }

  /// The fibers of `system` beyond their bounds: muscle, normalised length, bound.
  public func contacts(
    _ system: SystemParameters
  ) -> [(muscle: Int, length: Double, bound: Double)] {
    ends.compactMap { end in
      let own = NormalizedFiberLength(
        system.limb.muscles[end.muscle], pathLength: end.pathLength)
      let isBeyond = end.isLongest ? own.value > end.bound : own.value < end.bound
      return isBeyond ? (end.muscle, own.value, end.bound) : nil
    }
  }

  /// Adds cost and derivatives at `theta` to `equations`.
  func add(to equations: inout NormalEquations, at theta: [Double], parameters: ParameterSet) {
    guard !ends.isEmpty else { return }
    let system = parameters.system(at: theta)
    for end in ends {
      let own = NormalizedFiberLength(
        system.limb.muscles[end.muscle], pathLength: end.pathLength)
      let excess = own.value - end.bound
      guard end.isLongest ? excess > 0 : excess < 0 else { continue }
      var row = Array(repeating: 0.0, count: parameters.count)
      for move in parameters.moves {
        guard case .muscle(end.muscle, let property) = move.quantity else { continue }
        let change =
          switch property {
          case .optimalFiberLength: own.byLogOptimalFiberLength
          case .tendonSlackLength: own.byLogTendonSlackLength
          case .pennation: own.byPennation
          default: 0.0
          }
        row[move.parameter] += change
      }
      let weight = 1 / (Self.width * Self.width)
      equations.cost += 0.5 * weight * excess * excess
      for i in row.indices where row[i] != 0 {
        equations.gradient[i] += weight * excess * row[i]
        for j in row.indices { equations.information[i, j] += weight * row[i] * row[j] }
      }
    }
  }
}

extension FiberLengthWall: Resumable {
  /// The extremes.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(
      growing: &ends, blank: End(muscle: 0, pathLength: 0, bound: 0, isLongest: false))
  }
}

extension FiberLengthWall.End: Resumable {
  /// The path and its bound.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&muscle)
    archive.carry(&pathLength)
    archive.carry(&bound)
    archive.carry(&isLongest)
  }
}
