/// Where the derivatives by the unknowns stand among the lanes of a sensitivity.
///
/// A column belongs to one number of one muscle or to one mover of the joints, or to nothing: then it carries
/// what an unknown brings along from the window before. Several unknowns may move one number, and one
/// unknown several: the derivative by an unknown is the sum of its columns, and all columns go through a
/// step alike.
struct ColumnLayout: Sendable {
  /// A column that an unknown has.
  typealias Link = (column: Int, unknown: Int)

  /// Which columns make which unknown's.
  private(set) var links: [Link] = []
  /// A column of each unknown that no other has (unknowns) (index).
  private(set) var homes: [Int] = []
  /// Number of each block of muscles' columns: a `MuscleKernel.Kept` place, or `firstSlot` and more for
  /// tangents of the activation [1].
  private(set) var numbers: [Int] = []
  /// Where the columns of each block of muscles begin, and their end (muscle blocks + 1) (index).
  private(set) var starts: [Int]
  /// Tangents in the lanes of each such block, -1 where there is none (8 a block) (index).
  private(set) var tangents: [Int] = []
  /// Where the joints' movers begin (block index).
  private(set) var moverStart = 0
  /// Their blocks [1].
  private(set) var moverBlocks = 0

  /// All blocks [1].
  var blockCount: Int { moverStart + moverBlocks }

  /// A number that stands for the first tangent of a muscle's activation [1].
  static let firstSlot = 16

  /// The columns of `columns` for muscles in `lanes` of `blocks`; movers are inertial numbers, then joints'.
  init(_ columns: StepColumns, lanes: [Int], blocks: Int, inertiaLanes: Int) {
    var wanted = Array(repeating: Set<Int>(), count: blocks)
    for column in columns.muscles { wanted[lanes[column.muscle] / 8].insert(column.number) }
    var slots = Array(repeating: 0, count: lanes.count)
    var slotOfTangent: [Int] = []
    for column in columns.activations {
      let slot = Self.firstSlot + slots[column.muscle]
      slots[column.muscle] += 1
      slotOfTangent.append(slot)
      wanted[lanes[column.muscle] / 8].insert(slot)
    }
    starts = [0]
    var places: [[Int: Int]] = []
    for block in 0..<blocks {
      let own = wanted[block].sorted()
      places.append(
        Dictionary(
          uniqueKeysWithValues: own.enumerated().map { ($1, starts[block] + $0) }))
      numbers += own
      starts.append(numbers.count)
    }
    moverStart = numbers.count
    tangents = Array(repeating: -1, count: 8 * numbers.count)

    func column(_ muscle: Int, _ number: Int) -> Int {
      8 * (places[lanes[muscle] / 8][number] ?? 0) + lanes[muscle] % 8
    }
    for move in columns.muscles {
      links.append((column(move.muscle, move.number), move.unknown))
    }
    for (index, tangent) in columns.activations.enumerated() {
      let place = column(tangent.muscle, slotOfTangent[index])
      tangents[place] = index
      links.append((place, tangent.unknown))
    }
    for inertia in columns.inertias {
      links.append((8 * moverStart + inertia.lane, inertia.unknown))
    }
    for (index, joint) in columns.joints.enumerated() {
      links.append((8 * moverStart + inertiaLanes + index, joint.unknown))
    }

    // a home for each unknown, among lanes that nothing moves where it must be
    var sharers: [Int: Int] = [:]
    for link in links { sharers[link.column, default: 0] += 1 }
    var movers = inertiaLanes + columns.joints.count
    homes = Array(repeating: -1, count: columns.unknownCount)
    for link in links where sharers[link.column] == 1 { homes[link.unknown] = link.column }
    for unknown in homes.indices where homes[unknown] < 0 {
      homes[unknown] = 8 * moverStart + movers
      links.append((homes[unknown], unknown))
      movers += 1
    }
    moverBlocks = (movers + 7) / 8
  }
}
