internal import Foundation

/// A straight way from numbers to places in a drawing, with ticks where people expect them.
struct Scale {
  /// The numbers at both ends [any one unit].
  let range: ClosedRange<Double>
  /// The place of the lower number [px].
  let start: Double
  /// The place of the upper number [px].
  let end: Double

  /// A scale over `values`, a little more than they need.
  init(_ values: [Double], from start: Double, to end: Double, margin: Double = 0.05) {
    let finite = values.filter(\.isFinite)
    let low = finite.min() ?? 0
    let high = finite.max() ?? 1
    let room = max((high - low) * margin, abs(high) * 1e-9, 1e-12)
    range = (low - room)...(high + room)
    self.start = start
    self.end = end
  }

  /// A scale over exactly `range`.
  init(_ range: ClosedRange<Double>, from start: Double, to end: Double) {
    self.range = range
    self.start = start
    self.end = end
  }

  /// Where `value` is [px].
  func callAsFunction(_ value: Double) -> Double {
    let span = range.upperBound - range.lowerBound
    return start + (span > 0 ? (value - range.lowerBound) / span : 0.5) * (end - start)
  }

  /// Round numbers inside, about `count` of them, and the digits that tell them apart.
  func ticks(_ count: Int) -> [(value: Double, label: String)] {
    let span = range.upperBound - range.lowerBound
    guard span > 0, span.isFinite else { return [] }
    let rough = span / Double(max(count, 1))
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= 0.999 * rough } ?? 10 * power
    let digits = max(0, -Int((log10(step) + 1e-9).rounded(.down)))
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    guard first <= last, last - first < 100 else { return [] }
    return (first...last).map { index in
      let value = Double(index) * step
      return (value, places(value == 0 ? 0 : value, digits))
    }
  }
}
