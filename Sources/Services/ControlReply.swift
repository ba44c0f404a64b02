internal import Foundation

/// What the daemon answers to a request: one line of JSON.
public struct ControlReply: Hashable, Sendable, Codable {
  /// Whether it was done.
  public var isDone: Bool
  /// When it took effect, on the session's timeline; nil for what has no moment [s].
  public var time: Double?
  /// What was done, or why it was not, in a sentence.
  public var message: String?
  /// How the session is getting on, where that was asked.
  public var status: DaemonStatus?
  /// What became of the session file that was read anew, where that was asked.
  public var reload: Reload?
  /// Every mistake of the session file, where that is why it was not done.
  public var problems: [String]?

  /// What became of a session file that was read anew, a sentence for each key.
  public struct Reload: Hashable, Sendable, Codable {
    /// What holds from now on.
    public var taken: [String]
    /// What waits until the feed is disarmed, and another reload.
    public var waiting: [String]
    /// What holds after a restart.
    public var needsRestart: [String]

    /// An outcome; see the properties.
    public init(taken: [String], waiting: [String], needsRestart: [String]) {
      self.taken = taken
      self.waiting = waiting
      self.needsRestart = needsRestart
    }

    /// One object on one line, keys in snake case.
    public var json: String {
      String(decoding: ControlLine.encode(self).dropLast(), as: UTF8.self)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case isDone = "ok"
    case time, message, status, reload, problems
  }

  /// It was done, at `time` [s].
  public static func done(_ message: String, at time: Double? = nil) -> ControlReply {
    ControlReply(isDone: true, time: time, message: message)
  }

  /// It was not done.
  public static func refused(_ reason: String) -> ControlReply {
    ControlReply(isDone: false, message: reason)
  }

  /// The session file has mistakes, and nothing was changed.
  public static func misread(_ problems: [String]) -> ControlReply {
    ControlReply(
      isDone: false, message: "the session file has mistakes; nothing was changed",
      problems: problems)
  }

  /// How the session is getting on.
  public static func status(_ status: DaemonStatus) -> ControlReply {
    ControlReply(isDone: true, status: status)
  }
}

/// Lines of JSON as the control socket carries them: keys in snake case and sorted.
enum ControlLine {
  static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return Array(try encoder.encode(value)) + [0x0A]
    } catch {
      preconditionFailure("requests, replies and states are JSON: \(error)")
    }
  }

  /// The value that `line` says; nil when it says none.
  static func decode<Value: Decodable>(_ type: Value.Type, _ line: some Sequence<UInt8>) -> Value? {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try? decoder.decode(type, from: Data(line))
  }
}
