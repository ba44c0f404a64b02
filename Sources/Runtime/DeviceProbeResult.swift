internal import Devices
internal import Foundation
internal import Signals
internal import USBTransport

/// What came from a device while it was probed.
public struct DeviceProbeResult: Sendable {
  /// What became of the device.
  var report: USBStreamReport

  private let device: DeviceDescription
  private var samples = 0
  private var firstNumber: Int64?
  private var lastNumber: Int64 = 0
  private var firstArrival: SampleTime?
  private var lastArrival = SampleTime(nanoseconds: 0)
  private var firstCount = 0
  private var channels: [ChannelLevel]

  init(_ device: DeviceDescription) {
    self.device = device
    report = USBStreamReport(name: device.name)
    channels = device.channels.map { ChannelLevel($0, rate: device.nominalRate) }
  }

  mutating func take(_ block: borrowing SampleBlock) {
    samples += block.sampleCount
    if firstArrival == nil {
      firstArrival = block.arrival
      firstNumber = block.firstSample
      firstCount = block.sampleCount
    }
    lastArrival = block.arrival
    lastNumber = block.firstSample + Int64(block.sampleCount) - 1
    for row in 0..<block.sampleCount {
      for channel in channels.indices { channels[channel].take(block[row, channel]) }
    }
  }

  /// Samples a second as they arrived; nil when too few came [Hz].
  var measuredRate: Double? {
    guard let firstArrival, samples > firstCount else { return nil }
    let duration = lastArrival.seconds(since: firstArrival)
    // lost samples took their time too
    return duration > 0 ? (Double(samples - firstCount) + Double(lost)) / duration : nil
  }

  /// Samples missing between the first and the last [samples].
  var lost: Int64 {
    guard let firstNumber else { return 0 }
    return lastNumber - firstNumber + 1 - Int64(samples)
  }

  /// The result for people, one string a line.
  public var lines: [String] {
    let rate = measuredRate.map { significant($0) + " Hz" } ?? "not measured"
    var deviation = ""
    if let measured = measuredRate {
      let percent = 100 * (measured / device.nominalRate - 1)
      deviation = ", \(fixed(percent, 2)) % off the nominal \(significant(device.nominalRate)) Hz"
    }
    return [
      report.line, "\(samples) samples, \(lost) lost; rate \(rate)\(deviation)",
    ]
      + table(
        [["channel", "mean", "rms", "lowest", "highest", "unit", "remarks"]]
          + channels.map(\.row), leftColumns: [0, 5, 6])
  }

  /// The result for programs.
  public var json: String {
    struct Channel: Encodable {
      var label: String
      var unit: String
      /// Mean and deviation from it [unit].
      var mean: Double
      /// Deviation from the mean [unit].
      var rms: Double
      /// The electrode's impedance, where the device sends a current through it [Ohm].
      var impedance: Double?
      var remarks: [String]
    }
    struct Result: Encodable {
      var name: String
      var state: String
      var serial: String?
      var samples: Int
      var lost: Int64
      /// Rates [Hz].
      var nominal_rate: Double
      /// As samples arrived [Hz].
      var measured_rate: Double?
      var counts: [String: Int]
      var channels: [Channel]
    }
    let decoding = report.decoding
    let result = Result(
      name: device.name, state: report.state.rawValue, serial: report.serial, samples: samples,
      lost: lost, nominal_rate: device.nominalRate, measured_rate: measuredRate,
      counts: [
        "packets": decoding.packets, "bad_checksums": decoding.badChecksums,
        "bad_contents": decoding.badContents, "skipped_bytes": decoding.skippedBytes,
        "duplicates": decoding.duplicates, "lost_in_device": decoding.lostInDevice,
        "counter_restarts": decoding.counterRestarts, "stalls": report.stalls,
        "errors": report.errors, "silences": report.silences,
        "reconnections": report.reconnections, "failed_set_ups": report.failedSetUps,
        "dropped_transfers": report.droppedTransfers,
        "oversized_transfers": report.oversizedTransfers, "malformed": report.malformed,
      ],
      channels: channels.map {
        Channel(
          label: $0.label, unit: $0.unit, mean: $0.mean, rms: $0.rms, impedance: $0.impedance,
          remarks: $0.remarks)
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let text = try? encoder.encode(result) else {
      preconditionFailure("every probe is JSON")
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Level and faults of one channel.
private struct ChannelLevel: Sendable {
  let label: String
  let unit: String
  /// SI units per native unit [unit per native unit].
  private let scale: Double
  /// SI value of native zero [unit].
  private let offset: Double
  private let ends: ClosedRange<Int64>?
  private let isEMG: Bool
  private var count = 0
  /// Running mean and sum of squared deviations [native units].
  private var average = 0.0
  /// Sum of squared deviations from the mean [native units squared].
  private var squares = 0.0
  /// Lowest and highest value [native units].
  private var lowest = Double.infinity
  /// Highest value [native units].
  private var highest = -Double.infinity
  private var saturated = 0
  private var mains: [Tone]
  /// The current through the electrode, and its tone in the channel.
  private var drive: (current: LeadOffDrive, tone: Tone)?

  init(_ field: ChannelField, rate: Double) {
    label = field.label
    unit = field.unit
    scale = field.scale
    offset = field.offset
    isEMG = field.kind == .emg
    ends =
      field.kind != .encoder && field.type.isWhole && field.column == nil
        && field.calibration == nil
      ? field.type.range : nil
    drive = field.drive.map { ($0, Tone(frequency: $0.frequency, rate: rate)) }
    mains = rate > 150 ? [50, 60].map { Tone(frequency: $0, rate: rate) } : []
  }

  mutating func take(_ value: Double) {
    guard value.isFinite else { return }
    count += 1
    let step = value - average
    average += step / Double(count)
    squares += step * (value - average)
    lowest = min(lowest, value)
    highest = max(highest, value)
    if let ends, value <= Double(ends.lowerBound) || value >= Double(ends.upperBound) {
      saturated += 1
    }
    for index in mains.indices { mains[index].take(value) }
    drive?.tone.take(value)
  }

  /// The electrode's impedance; nil where no current tells it [Ohm].
  var impedance: Double? {
    guard let drive, count > 1 else { return nil }
    return drive.current.impedance(amplitude: (2 * drive.tone.power).squareRoot() * abs(scale))
  }

  /// Mean [unit].
  var mean: Double { count > 0 ? average * scale + offset : 0 }

  /// Deviation from the mean [unit].
  var rms: Double { count > 1 ? (squares / Double(count)).squareRoot() * abs(scale) : 0 }

  /// What is striking.
  var remarks: [String] {
    guard count > 1 else { return ["no samples"] }
    var remarks: [String] = []
    if lowest == highest { remarks.append("flat line") }
    if let impedance { remarks.append("\(significant(impedance / 1000, digits: 3)) kOhm") }
    if saturated * 100 > count { remarks.append("saturated, \(100 * saturated / count) %") }
    let power = squares / Double(count)
    for tone in mains where isEMG && power > 0 {
      let share = tone.power / power
      if share > 0.25 { remarks.append("\(Int(tone.frequency)) Hz hum, \(Int(100 * share)) %") }
    }
    return remarks
  }

  var row: [String] {
    [
      label, significant(mean), significant(rms), significant(lowest * scale + offset),
      significant(highest * scale + offset), unit, remarks.joined(separator: "; "),
    ]
  }
}

/// The power of one tone, by correlation with it.
private struct Tone: Sendable {
  /// The tone [Hz].
  let frequency: Double
  /// Turn of the phase each sample [rad].
  private let turn: Double
  /// Cosine part of the sum [native units].
  private var real = 0.0
  /// Sine part of the sum [native units].
  private var imaginary = 0.0
  /// First value, so that a constant does not leak [native units].
  private var base: Double?
  private var count = 0

  init(frequency: Double, rate: Double) {
    self.frequency = frequency
    turn = 2 * .pi * frequency / rate
  }

  mutating func take(_ value: Double) {
    let from = base ?? value
    base = from
    real += (value - from) * cos(turn * Double(count))
    imaginary += (value - from) * sin(turn * Double(count))
    count += 1
  }

  /// Mean power of the tone [native units squared].
  var power: Double {
    let half = Double(max(count, 1)) / 2
    return (real * real + imaginary * imaginary) / (half * half) / 2
  }
}
