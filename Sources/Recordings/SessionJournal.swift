import Foundation
import Devices
import Signals

/// The names and shapes by which a DiffMSM recording is known.
enum SessionJournal {
  /// Streams of this prefix are the recorder's own.
  static let prefix = "diffmsm."
  static let journalName = "diffmsm.journal"
  static let eventsName = "diffmsm.events"
  static let estimatesName = "diffmsm.estimates"
  static let covarianceName = "diffmsm.covariance"
  static let stateName = "diffmsm.state"

  /// The journal's channels, in order.
  static let channels = [
    "kind", "stream", "first_sample", "sample_count", "arrival_ns", "device_time_ns", "argument",
  ]

  /// Room for a row (7).
  static let emptyRow = Array(repeating: Int64(0), count: channels.count)

  /// A line of the event stream that the recorder itself writes.
  enum Line: Codable {
    case recording(RecordingPreamble)
    case command(SessionCommand)

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      if let preamble = try container.decodeIfPresent(RecordingPreamble.self, forKey: .recording) {
        self = .recording(preamble)
      } else {
        self = .command(try container.decode(SessionCommand.self, forKey: .command))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      switch self {
      case .recording(let preamble): try container.encode(preamble, forKey: .recording)
      case .command(let command): try container.encode(command, forKey: .command)
      }
    }

    private enum Key: String, CodingKey {
      case recording, command
    }

    /// One line of JSON with sorted keys.
    var json: String {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
      do {
        return String(decoding: try encoder.encode(self), as: UTF8.self)
      } catch {
        preconditionFailure("every preamble and command is JSON: \(error)")
      }
    }

    /// The line that `json` holds; nil when it is another's.
    init?(json: String) {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
      guard let line = try? decoder.decode(Line.self, from: Data(json.utf8)) else { return nil }
      self = line
    }
  }
}

/// One row of the journal: one thing that entered the pipeline.
struct JournalRow: Equatable {
  enum Kind: Int64 {
    case block = 0
    case tick = 1
    case command = 2
    case adoption = 3
    case skipped = 4
    /// From `moment` to `deviceTime` as many steps as `argument` says were not recorded.
    case lost = 5
  }

  var kind: Kind
  /// Index of the block's stream among the device streams [1].
  var stream: Int64 = 0
  /// Unwrapped counter of the block's first sample [samples].
  var firstSample: Int64 = 0
  /// The block's length [samples].
  var sampleCount: Int64 = 0
  /// Arrival of a block, moment of anything else [ns on the session timeline].
  var moment: Int64 = 0
  /// Device time of the block's first sample; `Int64.min` for none [ns on the session timeline].
  var deviceTime: Int64 = .min
  /// Line of a command in the events, number of a window [1].
  var argument: Int64 = 0

  init(_ kind: Kind) {
    self.kind = kind
  }

  /// The row that seven integers hold; nil when the kind is unknown.
  init?(_ values: [Int64]) {
    guard values.count == SessionJournal.channels.count, let kind = Kind(rawValue: values[0]) else {
      return nil
    }
    self.kind = kind
    stream = values[1]
    firstSample = values[2]
    sampleCount = values[3]
    moment = values[4]
    deviceTime = values[5]
    argument = values[6]
  }

  /// The row as the journal stores it (7).
  var values: [Int64] {
    [kind.rawValue, stream, firstSample, sampleCount, moment, deviceTime, argument]
  }
}
