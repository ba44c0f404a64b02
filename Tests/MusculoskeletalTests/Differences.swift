import Testing

/// The derivative of `function` at zero by sixth-order central differences, element by element.
func derivative(step: Double = 1e-3, _ function: (Double) -> [Double]) -> [Double] {
  let weights = [(1.0, 45.0), (2.0, -9.0), (3.0, 1.0)]
  var sum: [Double] = []
  for (distance, weight) in weights {
    let ahead = function(distance * step)
    let behind = function(-distance * step)
    if sum.isEmpty { sum = Array(repeating: 0, count: ahead.count) }
    for index in sum.indices { sum[index] += weight * (ahead[index] - behind[index]) }
  }
  return sum.map { $0 / (60 * step) }
}

/// Expects `exact` to be the derivative of `function` at zero, to `tolerance` of its largest element.
func expectDerivatives(
  _ exact: [Double], of function: (Double) -> [Double], step: Double = 1e-3,
  tolerance: Double, floor: Double = 0, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let numeric = derivative(step: step, function)
  let size = max(exact.map(abs).max() ?? 0, numeric.map(abs).max() ?? 0, floor)
  for (index, pair) in zip(exact, numeric).enumerated() {
    #expect(
      abs(pair.0 - pair.1) <= tolerance * size,
      "\(what), element \(index): exact \(pair.0), differences \(pair.1)",
      sourceLocation: sourceLocation)
  }
}
