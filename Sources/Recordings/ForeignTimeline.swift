import Devices
import Foundation
import Signals

/// The story that a recording without a journal tells: blocks in time order, markers and ticks.
///
/// Stamps go through the stream's clock and, for regular streams, through a linear fit over each
/// undisturbed stretch, as pyxdf does it; unlike there, a lost packet leaves a gap in the counters.
struct ForeignTimeline: Sendable {
  /// A block to be cut from a stream.
  struct Block: Sendable {
    /// Index among the numeric streams [1].
    let stream: Int
    /// How many samples it takes [samples].
    let sampleCount: Int
    /// Counter of its first sample [samples].
    let firstSample: Int64
    /// Stamp of its first sample [ns on the session timeline].
    let deviceTime: SampleTime
  }

  /// One thing that happens.
  enum Entry: Sendable {
    case block(Block)
    case marker(String)
  }

  /// What happens when, in order (count).
  private(set) var entries: [(time: SampleTime, entry: Entry)] = []
  /// The streams of numbers, in file order (count).
  private(set) var streams: [XDFStream] = []

  /// Blocks of regular streams last this long at most [s].
  static let blockDuration = 0.01
  /// A new stretch begins where stamps jump by more than this and 500 periods [s].
  static let breakDuration = 1.0

  init(_ reader: XDFReader) throws(XDFError) {
    for stream in reader.streams {
      let stamps = stream.clock.corrected(reader.stamps(of: stream))
      // The correction may multiply what the reader has bounded.
      guard stamps.allSatisfy({ abs($0) < 8e9 }) else {
        throw XDFError(
          .wrongSamples, path: reader.path, expected: "clock offsets that lead to sane stamps",
          found: "stamps beyond 8e9 s in stream '\(stream.header.name)'",
          remedy: "the clock offsets are damaged: record again")
      }
      if stream.header.format == .string {
        let values = reader.strings(of: stream)
        let width = stream.header.channelCount
        for (sample, stamp) in stamps.enumerated() {
          let text = values[(sample * width)..<((sample + 1) * width)].joined(separator: " ")
          entries.append((SampleTime(seconds: stamp), .marker(text)))
        }
      } else {
        add(stream, stamps)
        streams.append(stream)
      }
    }
    // Stable, so that streams of equal stamps keep their order in the file.
    let order = entries.indices.sorted {
      (entries[$0].time, $0) < (entries[$1].time, $1)
    }
    entries = order.map { entries[$0] }
  }

  /// Cuts a stream into blocks.
  private mutating func add(_ stream: XDFStream, _ stamps: [Double]) {
    let position = streams.count
    let rate = stream.header.nominalRate
    if rate == 0 {
      for (sample, stamp) in stamps.enumerated() {
        let time = SampleTime(seconds: stamp)
        let block = Block(
          stream: position, sampleCount: 1, firstSample: Int64(sample), deviceTime: time)
        entries.append((time, .block(block)))
      }
      return
    }
    let counters = Self.counters(of: stamps, rate: rate)
    let times = Self.straightened(stamps, counters: counters, rate: rate)
    let longest = max(1, Int((Self.blockDuration * rate).rounded()))
    var start = 0
    while start < stamps.count {
      var end = start + 1
      while end < stamps.count, end - start < longest, counters[end] == counters[end - 1] + 1 {
        end += 1
      }
      let block = Block(
        stream: position, sampleCount: end - start, firstSample: counters[start],
        deviceTime: SampleTime(seconds: times[start]))
      entries.append((SampleTime(seconds: times[end - 1]), .block(block)))
      start = end
    }
  }

  /// Counters of samples in which lost ones are counted too (count of stamps) [samples].
  ///
  /// A gap is a jump of more than 1.5 periods to a lateness that the tenth of a second before never
  /// had and the tenth of a second after does not catch up with: stamps that merely came late or in
  /// bunches leave none. Its length is the step between the least lateness before and after.
  static func counters(of stamps: [Double], rate: Double) -> [Int64] {
    let period = Self.period(of: stamps, rate: rate)
    let horizon = min(max(8, Int(rate * 0.1)), 2000)
    func lateness(_ sample: Int) -> Double { stamps[sample] - Double(sample) * period }
    var counters: [Int64] = []
    counters.reserveCapacity(stamps.count)
    var counter: Int64 = 0
    var stretchStart = 0
    for sample in stamps.indices {
      if sample > 0 {
        counter += 1
        let step = stamps[sample] - stamps[sample - 1]
        if step < -Self.breakDuration { stretchStart = sample }
        if step > 1.5 * period {
          let before = (max(stretchStart, sample - horizon)..<sample).map(lateness)
          var leastAfter = lateness(sample)
          for ahead in sample..<min(sample + horizon, stamps.count) {
            // A step back in time begins another stretch.
            if ahead > sample, stamps[ahead] < stamps[ahead - 1] - Self.breakDuration { break }
            leastAfter = min(leastAfter, lateness(ahead))
          }
          let lost = leastAfter - (before.min() ?? 0)
          if lateness(sample) - (before.max() ?? 0) > 0.5 * period, lost > 0.5 * period {
            // Few enough that a lifetime of such gaps fits 64 bits.
            counter += Int64(min(max((lost / period).rounded(), 1), 1e11))
            stretchStart = sample
          }
        }
      }
      counters.append(counter)
    }
    return counters
  }

  /// The step between stamps: their median where they are clean, else as the nominal rate has it [s].
  private static func period(of stamps: [Double], rate: Double) -> Double {
    let nominal = 1 / rate
    guard stamps.count > 8 else { return nominal }
    let steps = zip(stamps.dropFirst(), stamps).map { $0 - $1 }
    let median = steps.sorted()[steps.count / 2]
    let spread = steps.map { abs($0 - median) }.sorted()[steps.count / 2]
    return spread < 0.1 * nominal && abs(median - nominal) < 0.2 * nominal ? median : nominal
  }

  /// Stamps without jitter: a line over each stretch between breaks (count of stamps) [s].
  static func straightened(_ stamps: [Double], counters: [Int64], rate: Double) -> [Double] {
    var times = stamps
    let breakStep = max(Self.breakDuration, 500 / rate)
    var start = 0
    for end in 1..<max(stamps.count + 1, 1) {
      guard end == stamps.count || abs(stamps[end] - stamps[end - 1]) > breakStep else { continue }
      let stretch = start..<end
      start = end
      if stretch.count < 3 { continue }
      // Means first: stamps of 1e9 s would cost digits.
      let firstStamp = stamps[stretch.lowerBound]
      let firstCounter = counters[stretch.lowerBound]
      var meanTime = 0.0
      var meanCount = 0.0
      for sample in stretch {
        meanTime += stamps[sample] - firstStamp
        meanCount += Double(counters[sample] - firstCounter)
      }
      meanTime /= Double(stretch.count)
      meanCount /= Double(stretch.count)
      var covariance = 0.0
      var variance = 0.0
      for sample in stretch {
        let count = Double(counters[sample] - firstCounter) - meanCount
        covariance += count * (stamps[sample] - firstStamp - meanTime)
        variance += count * count
      }
      let period = covariance / variance
      // Stamps that belie the nominal rate by a tenth are kept as they are.
      guard abs(period * rate - 1) < 0.1 else { continue }
      for sample in stretch {
        let count = Double(counters[sample] - firstCounter) - meanCount
        times[sample] = firstStamp + (meanTime + count * period)
      }
    }
    return times
  }
}

extension XDFStream {
  /// The session's view of a stream that any program wrote: SI units, unique labels.
  func description(name: String) -> StreamDescription {
    var labels: Set<String> = []
    let channels = (0..<header.channelCount).map { index in
      let channel = header.channels.isEmpty ? nil : header.channels[index]
      var label = channel?.label ?? ""
      if label.isEmpty { label = "channel\(index + 1)" }
      label = label.distinct(from: labels)
      labels.insert(label)
      let scale = channel?.scale ?? 1
      let offset = channel?.offset ?? 0
      // Our own recordings name the unit after scaling, which is SI; others name the stored one.
      if let unit = channel?.scaledUnit {
        return ChannelDescription(label: label, unit: unit, scale: scale, offset: offset)
      }
      let written = channel?.unit ?? ""
      guard let unit = PhysicalUnit(written) else {
        return ChannelDescription(
          label: label, unit: written.isEmpty ? "1" : written, scale: scale, offset: offset)
      }
      return ChannelDescription(
        label: label, unit: unit.siUnit, scale: scale * unit.factor, offset: offset * unit.factor)
    }
    return StreamDescription(
      name: name, type: header.type, nominalRate: header.nominalRate, channels: channels,
      isInteger: header.format.fitsInt32, counterRange: header.counterRange)
  }
}

extension String {
  /// This name, or this name with the first number that makes it new.
  func distinct(from taken: Set<String>) -> String {
    if !taken.contains(self) { return self }
    var number = 2
    while taken.contains("\(self)-\(number)") { number += 1 }
    return "\(self)-\(number)"
  }
}
