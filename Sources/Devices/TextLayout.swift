/// A packet that is a line of text: numbers in columns, ended by a line feed.
public struct TextLayout: Hashable, Sendable {
  /// What stands between two columns: `,`, `;`, a tab or a space.
  public var separator: UInt8
  /// How many columns a line has [1].
  public var columns: Int
  /// True when lines end in `*` and two hexadecimal digits, all bytes before `*` exclusive-ored (as NMEA 0183).
  public var isChecked: Bool

  /// A layout of lines.
  public init(separator: UInt8 = 0x2C, columns: Int, isChecked: Bool = false) {
    self.separator = separator
    self.columns = columns
    self.isChecked = isChecked
  }

  /// The numbers of a line without its line feed, into `values`; false when it is no such line.
  func parse(_ line: [UInt8], count: Int, into values: inout [Double]) -> Bool {
    var end = count
    while end > 0, line[end - 1] == 0x0D || line[end - 1] == 0x20 { end -= 1 }
    if isChecked {
      guard end >= 3, line[end - 3] == 0x2A, let high = digit(line[end - 2]),
        let low = digit(line[end - 1])
      else { return false }
      end -= 3
      var parity: UInt8 = 0
      for index in 0..<end { parity ^= line[index] }
      guard parity == high << 4 | low else { return false }
    }
    var position = 0
    for column in 0..<columns {
      guard let value = number(line, at: &position, end: end) else { return false }
      values[column] = value
      if column + 1 < columns {
        guard position < end, line[position] == separator else { return false }
        position += 1
      }
    }
    return position == end
  }

  private func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  /// A decimal number with optional sign, fraction and exponent; at most 18 digits count.
  private func number(_ line: [UInt8], at position: inout Int, end: Int) -> Double? {
    while separator != 0x20, position < end, line[position] == 0x20 { position += 1 }
    var isNegative = false
    if position < end, line[position] == 0x2D || line[position] == 0x2B {
      isNegative = line[position] == 0x2D
      position += 1
    }
    var mantissa: Int64 = 0
    var digits = 0
    var exponent = 0
    var isFraction = false
    while position < end {
      let byte = line[position]
      if byte == 0x2E, !isFraction {
        isFraction = true
      } else if byte >= 0x30, byte <= 0x39 {
        digits += 1
        if mantissa < 100_000_000_000_000_000 {
          mantissa = mantissa * 10 + Int64(byte - 0x30)
          if isFraction { exponent -= 1 }
        } else if !isFraction {
          exponent += 1
        }
      } else {
        break
      }
      position += 1
    }
    guard digits > 0 else { return nil }
    if position < end, line[position] | 0x20 == 0x65 {
      position += 1
      var isDown = false
      if position < end, line[position] == 0x2D || line[position] == 0x2B {
        isDown = line[position] == 0x2D
        position += 1
      }
      var power = 0
      var powerDigits = 0
      while position < end, line[position] >= 0x30, line[position] <= 0x39 {
        power = min(power * 10 + Int(line[position] - 0x30), 400)
        powerDigits += 1
        position += 1
      }
      guard powerDigits > 0 else { return nil }
      exponent += isDown ? -power : power
    }
    // whole numbers below 2^53 times or over a power of ten up to 22 round once
    var value = Double(mantissa)
    while exponent > 0 {
      let step = min(exponent, 22)
      value *= powerOfTen(step)
      exponent -= step
    }
    while exponent < 0 {
      let step = min(-exponent, 22)
      value /= powerOfTen(step)
      exponent += step
    }
    guard value.isFinite else { return nil }
    return isNegative ? -value : value
  }

  private func powerOfTen(_ exponent: Int) -> Double {
    var power = 1.0
    for _ in 0..<exponent { power *= 10 }
    return power
  }
}
