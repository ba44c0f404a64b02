/// Paths and numbers of all muscles, eight at a time.
///
/// Muscles that span the same pair of coordinates share blocks; those that span one coordinate join a
/// pair that has it.
struct MuscleKernel: Sendable {
  /// Coordinates [1].
  let coordinateCount: Int
  /// The lane of each muscle: eight times its block and its place there (muscleCount) [1].
  let lanes: [Int]
  /// Blocks of eight muscles [1].
  var blockCount: Int { muscles.count }

  /// The paths.
  var paths: [PathBlock] = []
  /// All stretches.
  var stretches: [StretchBlock] = []
  /// All polynomials.
  var coefficients: [Lanes] = []
  /// The numbers.
  var muscles: [MuscleBlock]

  /// What a differentiating stage keeps of eight muscles: the places of its lanes.
  ///
  /// The first six are the numbers of `StepColumns.MuscleColumn`, derivatives of the force by them [N].
  enum Kept {
    /// dF/d activation [N].
    static let activation = 6
    /// Moment arm of the first coordinate, -dL/dq [m/rad].
    static let firstArm = 7
    /// Moment arm of the second [m/rad].
    static let secondArm = 8
    /// Lanes of a block and stage [1].
    static let count = 9
  }

  /// Muscles that span `coordinates` (one list of at most two a muscle) of `coordinateCount`.
  init(coordinateCount: Int, coordinates: [[Int]]) {
    self.coordinateCount = coordinateCount
    // the pairs that are there, then what fits into them
    var pairs: [[Int]] = []
    for pair in coordinates where pair.count == 2 && !pairs.contains(pair) { pairs.append(pair) }
    var members: [[Int]] = pairs.map { _ in [] }
    for (muscle, spanned) in coordinates.enumerated() {
      precondition(spanned.count <= 2, "a muscle of the hot loop spans two coordinates at most")
      if let pair = pairs.firstIndex(where: { Set(spanned).isSubset(of: $0) }) {
        members[pair].append(muscle)
      } else {
        let own = spanned.first ?? 0
        let partner = own == 0 ? min(1, coordinateCount - 1) : own - 1
        pairs.append([min(own, partner), max(own, partner)])
        members.append([muscle])
      }
    }
    var lanes = Array(repeating: 0, count: coordinates.count)
    for (pair, own) in zip(pairs, members) {
      for (index, muscle) in own.enumerated() {
        if index % 8 == 0 { paths.append(PathBlock(first: pair[0], second: pair[1])) }
        lanes[muscle] = 8 * (paths.count - 1) + index % 8
      }
    }
    self.lanes = lanes
    muscles = Array(repeating: MuscleBlock(), count: paths.count)
    for block in paths.indices { paths[block].constant = all(0.3) }
  }
}
