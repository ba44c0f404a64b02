/// A unit as files write it, and how it becomes an SI unit.
public struct PhysicalUnit: Hashable, Sendable {
  /// The SI unit: `V`, `rad`, `rad/s`, `m`, `m/s^2`, `N`, `N*m`, `kg`, `s`, `Hz`, `1` or `count`.
  public let siUnit: String
  /// SI units per written unit [SI unit per unit].
  public let factor: Double

  /// The unit that `symbol` stands for, as a symbol (`mV`) or a word (`millivolts`).
  public init?(_ symbol: String) {
    var text = symbol.trimming(while: \.isWhitespace)
    // The two letters that look like mu, and the ways to write a product and a square.
    text = text.replacing("\u{B5}", with: "u").replacing("\u{3BC}", with: "u")
    text = text.replacing("\u{B7}", with: "*").replacing("\u{B2}", with: "^2")
    if let known = Self.symbols[text] ?? Self.words[text.lowercased()] {
      (siUnit, factor) = known
    } else {
      return nil
    }
  }

  /// One degree [rad].
  private static let degree = 0.017453292519943295
  /// Standard gravity [m/s^2].
  private static let gravity = 9.80665

  /// Symbols, whose case counts.
  private static let symbols: [String: (String, Double)] = [
    "V": ("V", 1), "mV": ("V", 1e-3), "uV": ("V", 1e-6), "nV": ("V", 1e-9),
    "rad": ("rad", 1), "mrad": ("rad", 1e-3), "deg": ("rad", degree), "\u{B0}": ("rad", degree),
    "rad/s": ("rad/s", 1), "deg/s": ("rad/s", degree), "\u{B0}/s": ("rad/s", degree),
    "dps": ("rad/s", degree),
    "m": ("m", 1), "cm": ("m", 1e-2), "mm": ("m", 1e-3),
    "m/s^2": ("m/s^2", 1), "m/s2": ("m/s^2", 1), "m/s/s": ("m/s^2", 1), "g": ("m/s^2", gravity),
    "N": ("N", 1), "mN": ("N", 1e-3), "kN": ("N", 1e3), "kgf": ("N", gravity),
    "N*m": ("N*m", 1), "Nm": ("N*m", 1), "N.m": ("N*m", 1), "N m": ("N*m", 1),
    "mNm": ("N*m", 1e-3), "Nmm": ("N*m", 1e-3), "N*mm": ("N*m", 1e-3),
    "kg": ("kg", 1), "s": ("s", 1), "ms": ("s", 1e-3), "us": ("s", 1e-6), "ns": ("s", 1e-9),
    "Hz": ("Hz", 1), "1": ("1", 1), "%": ("1", 1e-2),
  ]

  /// Words, in lower case.
  private static let words: [String: (String, Double)] = [
    "volt": ("V", 1), "volts": ("V", 1), "millivolt": ("V", 1e-3), "millivolts": ("V", 1e-3),
    "microvolt": ("V", 1e-6), "microvolts": ("V", 1e-6), "nanovolts": ("V", 1e-9),
    "radian": ("rad", 1), "radians": ("rad", 1), "degree": ("rad", degree),
    "degrees": ("rad", degree), "radians/s": ("rad/s", 1), "degrees/s": ("rad/s", degree),
    "degrees/second": ("rad/s", degree),
    "meter": ("m", 1), "meters": ("m", 1), "metre": ("m", 1), "metres": ("m", 1),
    "millimeters": ("m", 1e-3), "centimeters": ("m", 1e-2),
    "newton": ("N", 1), "newtons": ("N", 1), "newton meter": ("N*m", 1),
    "newton meters": ("N*m", 1), "newton metres": ("N*m", 1), "newtonmeter": ("N*m", 1),
    "newtonmeters": ("N*m", 1), "second": ("s", 1), "seconds": ("s", 1),
    "milliseconds": ("s", 1e-3), "percent": ("1", 1e-2), "norm": ("1", 1), "normalized": ("1", 1),
    "normalised": ("1", 1), "dimensionless": ("1", 1), "none": ("1", 1), "count": ("count", 1),
    "counts": ("count", 1),
  ]
}

extension StringProtocol {
  /// The text without the characters at both ends for which `isPadding` holds.
  func trimming(while isPadding: (Character) -> Bool) -> String {
    guard let first = firstIndex(where: { !isPadding($0) }),
      let last = lastIndex(where: { !isPadding($0) })
    else { return "" }
    return String(self[first...last])
  }
}
