public import Devices

/// What a USB device is doing.
public enum USBDeviceState: String, Hashable, Sendable, CaseIterable {
  /// It is not plugged in, or not the one that is wanted.
  case absent
  /// It is being opened.
  case opening
  /// Its set-up is under way.
  case configuring
  /// Samples come.
  case streaming
  /// It is there and nothing comes.
  case stalled
  /// It was there and is gone.
  case lost
}

/// What has become of one USB device so far.
public struct USBStreamReport: Hashable, Sendable {
  /// The device's name.
  public var name: String
  /// What it is doing.
  public var state = USBDeviceState.absent
  /// Its serial number, once known.
  public var serial: String?
  /// Where it is plugged in, once known.
  public var port: String?
  /// What its decoder saw.
  public var decoding = DecodingStatistics()
  /// Transfers that brought bytes [1].
  public var transfers = 0
  /// Transfers that found no room on the way to the decoder [1].
  public var droppedTransfers = 0
  /// Transfers in which more came than fits [1].
  public var oversizedTransfers = 0
  /// Overruns that the device's own USB chip reported [1].
  public var overruns = 0
  /// Packets that are not what the wrapper says [1].
  public var malformed = 0
  /// Halts of the endpoint [1].
  public var stalls = 0
  /// Errors of transfers [1].
  public var errors = 0
  /// Times without data [1].
  public var silences = 0
  /// Times it was opened again [1].
  public var reconnections = 0
  /// Times its set-up failed [1].
  public var failedSetUps = 0

  /// Nothing seen of the device called so.
  public init(name: String) {
    self.name = name
  }

  /// One line for people.
  public var line: String {
    var parts = ["\(name): \(state.rawValue)"]
    if let serial { parts.append("serial \(serial)") }
    if let port { parts.append("port \(port)") }
    parts.append("\(decoding.packets) packets")
    let counts: [(String, Int)] = [
      ("lost samples", decoding.lostSamples), ("lost in the device", decoding.lostInDevice),
      ("bad checksums", decoding.badChecksums), ("bad contents", decoding.badContents),
      ("skipped bytes", decoding.skippedBytes), ("duplicates", decoding.duplicates),
      ("counter restarts", decoding.counterRestarts), ("stalls", stalls), ("errors", errors),
      ("silences", silences), ("reconnections", reconnections),
      ("failed set-ups", failedSetUps), ("dropped transfers", droppedTransfers),
      ("oversized transfers", oversizedTransfers), ("overruns", overruns),
      ("malformed", malformed),
    ]
    for (words, count) in counts where count > 0 { parts.append("\(words) \(count)") }
    return parts.joined(separator: ", ")
  }
}
