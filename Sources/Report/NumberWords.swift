internal import Foundation

/// A number with `digits` significant digits, without exponent where that is readable.
func figures(_ value: Double?, _ digits: Int = 4) -> String {
  guard let value, value.isFinite else { return "–" }
  guard value != 0 else { return "0" }
  let magnitude = Int(log10(abs(value)).rounded(.down))
  guard (-4...6).contains(magnitude) else { return String(format: "%.\(digits - 1)e", value) }
  return negative(String(format: "%.\(max(0, digits - 1 - magnitude))f", value))
}

/// A number with so many digits behind the point.
func places(_ value: Double?, _ digits: Int) -> String {
  guard let value, value.isFinite else { return "–" }
  return negative(String(format: "%.\(digits)f", value))
}

/// A value and its standard deviation to the deviation's second digit.
func uncertain(_ value: Double?, _ deviation: Double?) -> (value: String, deviation: String) {
  guard let value, value.isFinite else { return ("–", "–") }
  guard let deviation, deviation.isFinite, deviation > 0 else { return (figures(value), "–") }
  let magnitude = Int(log10(deviation).rounded(.down))
  guard (-7...5).contains(magnitude), abs(value) < 1e7 else {
    return (figures(value), figures(deviation, 2))
  }
  let digits = max(0, 1 - magnitude)
  return (places(value, digits), places(deviation, digits))
}

/// A part of one in percent.
func percent(_ value: Double?) -> String {
  guard let value, value.isFinite else { return "–" }
  return figures(100 * value, abs(100 * value) < 1 ? 1 : 2) + " %"
}

/// An angle in degrees.
func degreesText(_ angle: Double?) -> String {
  guard let angle, angle.isFinite else { return "–" }
  return places(angle * 180 / .pi, 2) + "°"
}

/// With a true minus sign.
private func negative(_ text: String) -> String {
  text.hasPrefix("-") ? "−" + text.dropFirst() : text
}

/// Names as a sentence lists them: `a`, `a and b`, `a, b and c`.
func listed(_ names: [String]) -> String {
  guard names.count > 1, let last = names.last else { return names.first ?? "" }
  return names.dropLast().joined(separator: ", ") + " and " + last
}

/// A count with its noun.
func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
  "\(count) " + (count == 1 ? singular : plural ?? singular + "s")
}

/// A unit as print spells it.
func unitText(_ unit: String) -> String {
  unit == "1"
    ? "" : unit.replacing("*", with: "·").replacing("^2", with: "²").replacing("^3", with: "³")
}
