internal import Algebra

/// What one pass over a motion leaves behind: a linear problem in the states at its nodes and in theta.
///
/// Nodes stand at the measurements. The backward pass is that of Modified Bryson-Frazier (Bierman, 1973), which
/// needs no inverse of a covariance: without disturbances there is none.
///
///     r <- (I - K h)ᵀ r + h v / s²   at a reading,   r <- Aᵀ r   between nodes,   dz = d + S dtheta + P r
struct SmootherPass: Sendable {
  /// States of a node [1].
  let stateCount: Int
  /// Unknowns [1].
  let unknowns: Int
  /// Where it was made (parameterCount) [theta's unit].
  var theta: [Double] = []
  /// States that the pass was linearised at (nodes x stateCount) [rad, rad/s, disturbance units].
  var nodes: [Double] = []
  /// Expected departure from them before the node's readings (nodes x stateCount) [as nodes].
  var departures: [Double] = []
  /// Its derivative by theta (nodes x stateCount x parameterCount) [SI].
  var sensitivities: [Double] = []
  /// Its covariance (nodes x stateCount x stateCount) [SI].
  var covariances: [Double] = []
  /// Transition to the next node (nodes x stateCount x stateCount); zero after a trajectory's last [1].
  var transitions: [Double] = []
  /// Readings before each node and at the end (nodes + 1) [1].
  var firstReading: [Int] = []
  /// What was read: the state's index (readings) [1].
  var places: [Int] = []
  /// Innovations v (readings) [unit of the state].
  var innovations: [Double] = []
  /// Their standard deviations s (readings) [unit of the state].
  var deviations: [Double] = []
  /// Gains K (readings x stateCount) [1].
  var gains: [Double] = []
  /// Derivatives of the predictions by theta, -dv/dtheta (readings x parameterCount) [SI].
  var rows: [Double] = []

  /// An empty pass.
  init(stateCount: Int, unknowns: Int) {
    self.stateCount = stateCount
    self.unknowns = unknowns
  }

  /// Nodes [1].
  var nodeCount: Int { firstReading.count }

  /// Forgets everything but the storage.
  mutating func clear(theta: [Double]) {
    self.theta = theta
    nodes.removeAll(keepingCapacity: true)
    departures.removeAll(keepingCapacity: true)
    sensitivities.removeAll(keepingCapacity: true)
    covariances.removeAll(keepingCapacity: true)
    transitions.removeAll(keepingCapacity: true)
    firstReading.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    innovations.removeAll(keepingCapacity: true)
    deviations.removeAll(keepingCapacity: true)
    gains.removeAll(keepingCapacity: true)
    rows.removeAll(keepingCapacity: true)
  }

  /// Begins a node at `filter`'s beliefs, which were linearised at `node`.
  mutating func begin(node: [Double], departure: [Double], filter: borrowing StateFilter) {
    nodes += node
    departures += departure
    sensitivities += filter.sensitivity.elements
    covariances += filter.covariance.elements
    firstReading.append(places.count)
  }

  /// Adds a reading of the node that was begun last.
  mutating func take(
    place: Int, innovation: Double, deviation: Double, filter: borrowing StateFilter
  ) {
    places.append(place)
    innovations.append(innovation)
    deviations.append(deviation)
    gains += filter.gain
    rows += filter.row
  }

  /// The nodes' most likely states at `theta`, all readings considered (nodes x stateCount) [as nodes].
  func smoothed(at theta: [Double]) -> [Double] {
    let n = stateCount
    var result = nodes
    var adjoint = Array(repeating: 0.0, count: n)
    var carried = adjoint
    let change = theta.indices.map { theta[$0] - self.theta[$0] }
    var end = places.count
    for node in stride(from: nodeCount - 1, through: 0, by: -1) {
      // what later nodes say, through the transition; nothing across a break
      for i in 0..<n {
        var sum = 0.0
        for j in 0..<n { sum += transitions[(node * n + j) * n + i] * adjoint[j] }
        carried[i] = sum
      }
      swap(&adjoint, &carried)
      for reading in stride(from: end - 1, through: firstReading[node], by: -1) {
        var innovation = innovations[reading]
        for j in change.indices { innovation -= rows[reading * unknowns + j] * change[j] }
        var along = 0.0
        for i in 0..<n { along += gains[reading * n + i] * adjoint[i] }
        let deviation = deviations[reading]
        adjoint[places[reading]] += innovation / (deviation * deviation) - along
      }
      end = firstReading[node]
      for i in 0..<n {
        var move = departures[node * n + i]
        for j in 0..<n { move += covariances[(node * n + i) * n + j] * adjoint[j] }
        let at = (node * n + i) * unknowns
        for j in change.indices { move += sensitivities[at + j] * change[j] }
        result[node * n + i] += move
      }
    }
    return result
  }
}
