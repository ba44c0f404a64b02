/// A small drawing of curves over common axes.
///
/// Colours are classes of the style sheet, so that light, dark and print differ; every curve differs by
/// its stroke too, for eyes and printers without colour.
struct Chart {
  /// One curve; a nil interrupts it.
  struct Curve {
    /// Class of its stroke: `measured`, `model`, `prior`, `truth`.
    var style: String
    /// Places along the axis below [its unit].
    var x: [Double]
    /// Heights [its unit].
    var y: [Double?]
  }

  /// What is drawn, for those who cannot see it.
  var title: String
  /// Name and unit of the axis below.
  var xLabel: String
  /// Name and unit of the axis at the left.
  var yLabel: String
  /// Curves, the first at the back.
  var curves: [Curve] = []
  /// Width over all [px].
  var width = 960.0
  /// Height over all [px].
  var height = 230.0
  /// Upright hairlines with a word each.
  var marks: [(x: Double, label: String)] = []
  /// Shaded bands from low to high along the axis below, behind everything.
  var bands: [ClosedRange<Double>] = []
  /// A band around a curve: places, low and high ends.
  var envelope: (x: [Double], low: [Double], high: [Double])?
  /// Level lines across, with a class each.
  var levels: [(y: Double, style: String)] = []
  /// Ends of the axis at the left where the curves shall not choose them.
  var yRange: ClosedRange<Double>?
  /// Ends of the axis below where the curves shall not choose them.
  var xRange: ClosedRange<Double>?
  /// True draws no numbers on the axis below.
  var hidesXTicks = false
  /// True draws a dot on every point of the last curve.
  var hasDots = false

  /// The drawing.
  var svg: HTML {
    let left = 52.0
    let bottom = height - (xLabel.isEmpty ? 22 : 38)
    let x: Scale
    if let xRange {
      x = Scale(xRange, from: left, to: width - 10)
    } else {
      x = Scale(curves.flatMap(\.x), from: left, to: width - 10, margin: 0)
    }
    let heights =
      curves.flatMap { $0.y.compactMap { $0 } } + (envelope.map { $0.low + $0.high } ?? [])
    let y =
      yRange.map { Scale($0, from: bottom, to: 10) } ?? Scale(heights, from: bottom, to: 10)
    var parts: [HTML] = []
    for band in bands {
      let low = x(band.lowerBound)
      parts.append(
        "<rect class=\"band\" x=\"\(low)\" y=\"10\" width=\"\(x(band.upperBound) - low)\" height=\"\(bottom - 10)\"/>"
      )
    }
    for tick in y.ticks(max(3, Int(height / 45))) {
      parts.append(
        """
        <line class="grid" x1="\(left)" x2="\(width - 10)" y1="\(y(tick.value))" y2="\(y(tick.value))"/>\
        <text class="tick end" x="\(left - 7)" y="\(y(tick.value) + 3.5)">\(tick.label)</text>
        """)
    }
    if !hidesXTicks {
      for tick in x.ticks(max(3, Int(width / 100))) {
        parts.append(
          "<text class=\"tick mid\" x=\"\(x(tick.value))\" y=\"\(bottom + 15)\">\(tick.label)</text>"
        )
      }
    }
    for level in levels {
      parts.append(
        "<line class=\"\(level.style)\" x1=\"\(left)\" x2=\"\(width - 10)\" y1=\"\(y(level.y))\" y2=\"\(y(level.y))\"/>"
      )
    }
    for mark in marks {
      parts.append(
        """
        <line class="mark" x1="\(x(mark.x))" x2="\(x(mark.x))" y1="10" y2="\(bottom)"/>\
        <text class="tick mid" x="\(x(mark.x))" y="\(bottom + 15)">\(mark.label)</text>
        """)
    }
    if let envelope {
      let up = zip(envelope.x, envelope.high).map { Self.point(x($0), y($1)) }
      let down = zip(envelope.x, envelope.low).reversed().map { Self.point(x($0), y($1)) }
      parts.append("<polygon class=\"cloud\" points=\"\(HTML(up + down, separator: " "))\"/>")
    }
    for curve in curves {
      for run in Self.runs(curve) {
        let points = run.map { Self.point(x($0.0), y($0.1)) }
        parts.append(
          "<polyline class=\"\(curve.style)\" points=\"\(HTML(points, separator: " "))\"/>")
      }
    }
    if hasDots, let last = curves.last {
      for run in Self.runs(last) {
        parts += run.map {
          "<circle class=\"dot \(last.style)\" cx=\"\(x($0.0))\" cy=\"\(y($0.1))\" r=\"2.6\"/>"
        }
      }
    }
    if !xLabel.isEmpty {
      parts.append(
        "<text class=\"axis mid\" x=\"\((left + width - 10) / 2)\" y=\"\(height - 4)\">\(xLabel)</text>"
      )
    }
    let middle = (10 + bottom) / 2
    parts.append(
      """
      <text class="axis mid" x="11" y="\(middle)" transform="rotate(-90 11 \(middle))">\(yLabel)</text>
      """)
    return """
      <svg class="chart" role="img" viewBox="0 0 \(width) \(height)" style="max-width:\(width)px">\
      <title>\(title)</title>
      \(HTML(parts))
      </svg>
      """
  }

  private static func point(_ x: Double, _ y: Double) -> HTML { "\(x),\(y)" }

  /// The curve between its interruptions.
  private static func runs(_ curve: Curve) -> [[(Double, Double)]] {
    var runs: [[(Double, Double)]] = [[]]
    for (x, y) in zip(curve.x, curve.y) {
      if let y, y.isFinite, x.isFinite {
        runs[runs.count - 1].append((x, y))
      } else if !runs[runs.count - 1].isEmpty {
        runs.append([])
      }
    }
    return runs.filter { !$0.isEmpty }
  }
}

/// What a chart's strokes mean, once below it.
func legend(_ entries: [(style: String, words: String)]) -> HTML {
  let items = entries.map { entry -> HTML in
    """
    <span><svg class="key" viewBox="0 0 26 10" aria-hidden="true"><line class="\(entry.style)" \
    x1="1" x2="25" y1="5" y2="5"/></svg>\(entry.words)</span>
    """
  }
  return "<p class=\"legend\">\(HTML(items, separator: " "))</p>"
}
