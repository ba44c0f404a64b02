import Foundation

/// The bytes of a C3D file and how its machine writes numbers.
struct C3DBytes {
  /// Whose numbers they are, as the parameter section says.
  enum Machine: UInt8 {
    case intel = 84
    case dec = 85
    case mips = 86
  }

  private let file: Data
  private let machine: Machine

  init(_ file: Data, machine: Machine) {
    self.file = file
    self.machine = machine
  }

  /// Size of the file [bytes].
  var count: Int { file.count }

  /// A byte; zero beyond the end.
  func byte(_ place: Int) -> UInt8 {
    place >= 0 && place < file.count ? file[file.startIndex + place] : 0
  }

  /// An unsigned integer of 16 bits.
  func unsigned(_ place: Int) -> Int {
    let (first, second) = (Int(byte(place)), Int(byte(place + 1)))
    return machine == .mips ? first << 8 | second : second << 8 | first
  }

  /// A signed integer of 16 bits.
  func signed(_ place: Int) -> Int {
    Int(Int16(truncatingIfNeeded: unsigned(place)))
  }

  /// A real number of 32 bits.
  func real(_ place: Int) -> Double {
    switch machine {
    case .intel, .mips:
      let (low, high) =
        machine == .intel
        ? (unsigned(place), unsigned(place + 2)) : (unsigned(place + 2), unsigned(place))
      return Double(Float(bitPattern: UInt32(high << 16 | low)))
    case .dec:
      // the halves change places, and the exponent is two larger
      let bits = UInt32(unsigned(place) << 16 | unsigned(place + 2))
      return bits == 0 ? 0 : Double(Float(bitPattern: bits)) / 4
    }
  }

  /// Text of `count` bytes without the blanks at its end.
  func text(_ place: Int, count: Int) -> String {
    String(decoding: (0..<count).map { byte(place + $0) }, as: UTF8.self)
      .trimming { $0.isWhitespace || $0 == "\0" }
  }
}

/// The parameters of a C3D file by group and name.
struct C3DParameters {
  private enum Value {
    case texts([String])
    case numbers([Double])
  }

  private var values: [String: Value] = [:]

  init(_ bytes: C3DBytes, start: Int, path: String) throws(FileFormatError) {
    var groups: [Int: String] = [:]
    var found: [(group: Int, name: String, value: Value)] = []
    var place = start + 4
    // every entry says where the next one begins, so a damaged one is noticed by going back
    while bytes.byte(place) != 0 {
      guard place + 4 < bytes.count else { throw Self.damaged(path, place) }
      // a negative length locks the entry
      let length = abs(Int(Int8(bitPattern: bytes.byte(place))))
      let group = Int(Int8(bitPattern: bytes.byte(place + 1)))
      let name = bytes.text(place + 2, count: length).uppercased()
      let offsetPlace = place + 2 + length
      let offset = bytes.signed(offsetPlace)
      guard offset == 0 || offset > 2 else { throw Self.damaged(path, offsetPlace) }
      if group < 0 {
        groups[-group] = name
      } else {
        guard let value = Self.value(bytes, at: offsetPlace + 2) else {
          throw Self.damaged(path, offsetPlace + 2)
        }
        found.append((group, name, value))
      }
      if offset == 0 { break }
      place = offsetPlace + offset
    }
    for entry in found {
      if let group = groups[entry.group] { values["\(group):\(entry.name)"] = entry.value }
    }
  }

  private static func value(_ bytes: C3DBytes, at place: Int) -> Value? {
    let size = Int(Int8(bitPattern: bytes.byte(place)))
    let rank = Int(bytes.byte(place + 1))
    guard [-1, 1, 2, 4].contains(size), rank <= 7 else { return nil }
    let dimensions = (0..<rank).map { Int(bytes.byte(place + 2 + $0)) }
    var count = 1
    for dimension in dimensions {
      count *= dimension
      // a parameter ends inside the file
      guard count <= bytes.count else { return nil }
    }
    let data = place + 2 + rank
    guard data + count * abs(size) <= bytes.count else { return nil }
    switch size {
    case -1:
      let width = dimensions.first ?? 1
      guard width > 0 else { return .texts([]) }
      return .texts(
        (0..<(count / width)).map { bytes.text(data + $0 * width, count: width) })
    case 1: return .numbers((0..<count).map { Double(bytes.byte(data + $0)) })
    case 2: return .numbers((0..<count).map { Double(bytes.unsigned(data + 2 * $0)) })
    default: return .numbers((0..<count).map { bytes.real(data + 4 * $0) })
    }
  }

  private static func damaged(_ path: String, _ place: Int) -> FileFormatError {
    FileFormatError(
      path: path, byteOffset: place, expected: "a parameter that leads to the next one",
      found: "something else", remedy: "the file is damaged: export it again")
  }

  /// Lists longer than 255 go on in `LABELS2`, `LABELS3` and so on.
  func texts(_ group: String, _ name: String) -> [String] {
    var all: [String] = []
    for number in 1...256 {
      guard case .texts(let texts)? = values["\(group):\(name)" + (number > 1 ? "\(number)" : "")]
      else { break }
      all += texts
    }
    return all
  }

  /// The numbers of a parameter; nil when it is not there.
  func numbers(_ group: String, _ name: String) -> [Double]? {
    guard case .numbers(let numbers)? = values["\(group):\(name)"] else { return nil }
    return numbers
  }
}
