/// What is done with a file that contradicts itself.
public enum XDFSalvage: Hashable, Sendable, CaseIterable {
  /// It is refused.
  case nothing
  /// What precedes the first contradiction is used.
  case beforeDamage
  /// What follows the next boundary chunk is used as well.
  case aroundDamage
}

/// A stretch of a file that was passed over.
public struct XDFDamage: Hashable, Sendable {
  /// What is wrong where it begins.
  public let error: XDFError
  /// Where it begins [bytes].
  public let byteOffset: Int
  /// How long it is [bytes].
  public let byteCount: Int

  /// The stretch and the reason in words.
  public var sentence: String {
    "\(byteCount) bytes from byte \(byteOffset) on are damaged (expected \(error.expected), found "
      + "\(error.found)) and are left out"
  }
}

extension XDFReader {
  /// What of the file is not used, a sentence each; empty when all is.
  public var omissions: [String] {
    var sentences = damages.map(\.sentence)
    if damageCount > damages.count {
      sentences.append("\(damageCount - damages.count) more places are damaged")
    }
    if untimedSampleCount > 0 {
      sentences.append(
        "\(untimedSampleCount) samples after them have no time stamp to tell when they were and are "
          + "left out")
    }
    if cutByteCount > 0 {
      sentences.append(
        "the file was cut short: its last \(cutByteCount) bytes are no whole chunk and are left out"
      )
    }
    return sentences
  }
}
