/// A number with a unit as written in a configuration, converted to SI.
struct PhysicalQuantity: Hashable, Sendable {
  /// The value [the SI unit of its dimension].
  var value: Double
  /// The dimension of its unit.
  var dimension: PhysicalDimension
  /// False for a bare number.
  var hasUnit: Bool

  /// Why a text is not a quantity.
  enum Fault: Error, Hashable {
    /// It does not begin with a finite number.
    case noNumber
    /// A part of its unit is not known.
    case unknownUnit(String)
  }

  /// Reads `30 s`, `250ms`, `-0.25 m`, `0.3 N*m*s/rad`, `9.81 m/s^2`, `10 %` or a bare number.
  init(_ string: String) throws(Fault) {
    let text = string.drop { $0 == " " }
    let numberEnd = Self.endOfNumber(in: text)
    guard let number = Double(text[..<numberEnd]), number.isFinite else { throw .noNumber }
    let unit = text[numberEnd...].filter { $0 != " " }
    hasUnit = !unit.isEmpty
    let scale = try UnitScale(unit)
    // dividing by 1000 rounds once where multiplying by 0.001 rounds twice
    value = number * scale.numerator / scale.denominator
    dimension = scale.dimension
    guard value.isFinite else { throw .noNumber }
  }

  /// Where the number at the start of `text` ends.
  private static func endOfNumber(in text: Substring) -> Substring.Index {
    var rest = text
    func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
    if let first = rest.first, first == "-" || first == "+" { rest.removeFirst() }
    rest = rest.drop(while: isDigit)
    if rest.first == "." { rest = rest.dropFirst().drop(while: isDigit) }
    if rest.first == "e" || rest.first == "E" {
      var exponent = rest.dropFirst()
      if let sign = exponent.first, sign == "-" || sign == "+" { exponent.removeFirst() }
      if let digit = exponent.first, isDigit(digit) { rest = exponent.drop(while: isDigit) }
    }
    return rest.startIndex
  }
}

/// What a compound unit is worth in SI: value * numerator / denominator.
private struct UnitScale {
  /// What the factors before the stroke are worth [SI units].
  var numerator = 1.0
  /// What the factors after it are worth [SI units].
  var denominator = 1.0
  var dimension = PhysicalDimension()

  /// The worth of `N*m*s/rad`; empty is 1.
  init(_ text: String) throws(PhysicalQuantity.Fault) {
    guard !text.isEmpty else { return }
    var exponentSign = 1
    var factor = ""
    for character in text + "*" {
      guard "*·/".contains(character) else {
        factor.append(character)
        continue
      }
      try multiply(factor, sign: exponentSign)
      factor = ""
      exponentSign = character == "/" ? -1 : 1
    }
  }

  /// Multiplies by one factor such as `ms` or `s^2`, or divides by it.
  private mutating func multiply(_ text: String, sign: Int) throws(PhysicalQuantity.Fault) {
    let parts = text.split(separator: "^", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.first, !name.isEmpty else { throw .unknownUnit(text) }
    var exponent = sign
    if parts.count == 2 {
      guard let power = Int(parts[1]), (1...4).contains(power) else { throw .unknownUnit(text) }
      exponent *= power
    }
    guard let unit = Self.unit(String(name)) else { throw .unknownUnit(text) }
    for _ in 0..<abs(exponent) {
      numerator *= exponent > 0 ? unit.numerator : unit.denominator
      denominator *= exponent > 0 ? unit.denominator : unit.numerator
    }
    dimension = dimension.times(unit.dimension, power: exponent)
  }

  private init(
    _ numerator: Double, over denominator: Double = 1, _ dimension: PhysicalDimension
  ) {
    self.numerator = numerator
    self.denominator = denominator
    self.dimension = dimension
  }

  /// A single unit, with or without a prefix.
  private static func unit(_ name: String) -> UnitScale? {
    if let whole = plain[name] { return whole }
    for (prefix, numerator, denominator) in prefixes where name.hasPrefix(prefix) {
      guard let base = prefixable[String(name.dropFirst(prefix.count))] else { continue }
      return UnitScale(
        base.numerator * numerator, over: base.denominator * denominator, base.dimension)
    }
    return prefixable[name]
  }

  private static let prefixes: [(String, Double, Double)] = [
    ("n", 1, 1e9), ("u", 1, 1e6), ("\u{B5}", 1, 1e6), ("\u{3BC}", 1, 1e6), ("m", 1, 1e3),
    ("c", 1, 1e2), ("k", 1e3, 1), ("M", 1e6, 1),
  ]

  /// Units that take no prefix.
  private static let plain: [String: UnitScale] = [
    "min": UnitScale(60, PhysicalDimension(time: 1)),
    "deg": UnitScale(.pi, over: 180, PhysicalDimension(angle: 1)),
    "%": UnitScale(1, over: 100, PhysicalDimension()),
    "1": UnitScale(1, PhysicalDimension()),
    "m": UnitScale(1, PhysicalDimension(length: 1)),
    "kg": UnitScale(1, PhysicalDimension(mass: 1)),
  ]

  /// Units that take a prefix.
  private static let prefixable: [String: UnitScale] = [
    "m": UnitScale(1, PhysicalDimension(length: 1)),
    "g": UnitScale(1, over: 1000, PhysicalDimension(mass: 1)),
    "s": UnitScale(1, PhysicalDimension(time: 1)),
    "Hz": UnitScale(1, PhysicalDimension(time: -1)),
    "N": UnitScale(1, ExpectedQuantity.force.dimension),
    "V": UnitScale(1, ExpectedQuantity.voltage.dimension),
    "rad": UnitScale(1, PhysicalDimension(angle: 1)),
    "A": UnitScale(1, ExpectedQuantity.current.dimension),
    "Ohm": UnitScale(1, ExpectedQuantity.resistance.dimension),
  ]
}
