import RealModule

/// What is wrong with an EMG channel.
public struct QualityFlags: OptionSet, Hashable, Sendable, Codable {
  /// One bit a fault.
  public let rawValue: UInt8

  /// The faults of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Samples stand at the end of the converter's or amplifier's range.
  public static let saturated = QualityFlags(rawValue: 1)
  /// The reading does not change at all.
  public static let flat = QualityFlags(rawValue: 2)
  /// Nothing but a constant or mains hum: no skin under the electrode.
  public static let electrodeOff = QualityFlags(rawValue: 4)
  /// Mains hum is a large part of the EMG band.
  public static let mainsHum = QualityFlags(rawValue: 8)
  /// Most power lies below 20 Hz: cable or skin moves.
  public static let motionArtefact = QualityFlags(rawValue: 16)

  /// Faults that leave no EMG to speak of.
  public static let unusable: QualityFlags = [.saturated, .flat, .electrodeOff]

  /// The names of the faults, in the order of their bits.
  public var names: [String] {
    [
      (QualityFlags.saturated, "saturated"), (.flat, "flat"), (.electrodeOff, "electrode off"),
      (.mainsHum, "mains hum"), (.motionArtefact, "motion artefact"),
    ].compactMap { contains($0.0) ? $0.1 : nil }
  }

  /// How far activations of such a channel are to be believed: the least relative sd of their error [1].
  public var activationDoubt: Double {
    isDisjoint(with: .unusable) ? (isEmpty ? 0 : 0.3) : 1
  }
}

/// When a channel is accused; powers are those of the last second.
public struct QualityConfiguration: Hashable, Sendable, Codable {
  /// Part of 1 Hz to the band's end below 15 Hz from which it is a motion artefact [1].
  public var artefactShare = 0.6
  /// Part of the EMG band at the mains' frequency and two harmonics from which it is hum [1].
  public var mainsShare = 0.3
  /// Part from which, above `offLevel`, hum is all that there is [1].
  public var offShare = 0.8
  /// Root mean square of hum from which the electrode may be off [V].
  public var offLevel = 100e-6
  /// Root mean square below which hum and artefacts harm nobody [V].
  public var floor = 5e-6
  /// Unchanged reading from which the line is flat [s].
  public var flatDuration = 0.1
  /// Times a second that samples stay at their extreme from which they are clipped [1].
  public var clippedRuns = 3

  /// The documented defaults.
  public init() {}
}

/// Watches one EMG channel all the time and says what is wrong with it.
///
/// Every quarter of a second the last whole second is judged:
///
///     motion artefact   P(1-15 Hz) / (P(1-15 Hz) + P(band)),   Butterworth band-pass of order 2
///     mains hum         sum over f, 2f, 3f of 2 |C(f)|^2 / N^2 over P(band), f = 50 or 60 Hz, the worse,
///                       C(f) = sum of x[n] exp(-2 pi i f n / rate)
///     saturated         at least three times three or more equal samples at the largest or smallest
///                       value so far, reached by a step of more than four of the smallest steps seen
///     flat              no change for a tenth of a second
///     electrode off     half of all samples at their extreme, flat for the second, or loud hum alone
///
/// The end of the range need not be known, and a quiet channel that is coarsely quantised is neither flat
/// nor clipped. `advance` allocates nothing.
public struct ChannelQuality: Hashable, Sendable {
  /// Hops that are judged together, a second in all [1].
  static let hops = 4
  /// Verdicts that are remembered [1].
  static let memory = 32

  /// When it accuses.
  public let configuration: QualityConfiguration
  /// The sampling rate [Hz].
  public let rate: Double
  /// Samples from one verdict to the next [samples].
  public let hopSamples: Int
  /// The latest verdict.
  public private(set) var flags: QualityFlags = []
  /// Part of the power below 15 Hz in the last judged second [1].
  public private(set) var artefactShare = 0.0
  /// Part of the band's power at the mains' frequency and harmonics in the last judged second [1].
  public private(set) var mainsShare = 0.0
  /// The smallest root mean square of any judged second; infinite before the first [V].
  public private(set) var noiseFloor = Double.infinity

  /// Sums over one hop.
  fileprivate struct Sums: Hashable, Sendable {
    /// Sum of the band's squares [V^2].
    var band = 0.0
    /// Sum of the squares below 15 Hz [V^2].
    var low = 0.0
    /// Runs of samples at an extreme [1].
    var clippedRuns = 0
    /// Samples in them [samples].
    var clippedSamples = 0
    /// Whether the line was flat.
    var isFlat = false
  }

  private var low: ButterworthFilter
  /// Hums that are looked for, three harmonics of 50 Hz, then of 60 Hz, at one sample (6) [1].
  private var rotations: [ComplexNumber]
  /// Phasors at the present sample (6) [1].
  private var phasors: [ComplexNumber]
  /// Sums of samples times phasors over each hop (hops x 6) [V].
  private var correlations: [ComplexNumber]
  /// The last hops (hops).
  private var sums: [Sums]
  /// Verdicts, each at its hop modulo the memory (memory).
  private var verdicts: [QualityFlags]
  /// Samples since the start or the last gap [samples].
  private var sampleCount: Int64 = 0
  /// Samples in the present hop [samples].
  private var inHop = 0
  /// The present hop [1].
  private var hop = 0
  /// Mean of the last hop, taken off before the hum is looked for [V].
  private var offset = 0.0
  /// Sum of the present hop [V].
  private var total = 0.0
  /// Largest reading so far [V].
  private var highest = -Double.infinity
  /// Smallest reading so far [V].
  private var lowest = Double.infinity
  /// Smallest change so far [V].
  private var smallestStep = Double.infinity
  /// The reading before [V].
  private var previous = Double.nan
  /// Equal readings in a row [samples].
  private var run = 0
  /// The change before them [V].
  private var entryStep = 0.0

  /// A watch on a channel sampled at `rate` [Hz].
  public init(_ configuration: QualityConfiguration = QualityConfiguration(), rate: Double) {
    precondition(rate > 40, "a band below 20 Hz can only be told from EMG above 40 Hz")
    self.configuration = configuration
    self.rate = rate
    hopSamples = max(1, Int((rate / Double(Self.hops)).rounded()))
    low = ButterworthFilter(.bandPass(lower: 1, upper: 15), order: 2, rate: rate)
    rotations = [50.0, 100, 150, 60, 120, 180].map { frequency in
      frequency < 0.49 * rate
        ? ComplexNumber(magnitude: 1, phase: -2 * .pi * frequency / rate) : ComplexNumber(real: 0)
    }
    phasors = rotations
    correlations = Array(repeating: ComplexNumber(real: 0), count: Self.hops * rotations.count)
    sums = Array(repeating: Sums(), count: Self.hops)
    verdicts = Array(repeating: [], count: Self.memory)
    reset()
  }

  /// Takes the next reading [V] and what the band-pass makes of it [V].
  public mutating func advance(_ volts: Double, band: Double) {
    if sampleCount == 0 {
      low.settle(at: volts)
      offset = volts
    }
    let slot = hop % Self.hops
    let below = low.advance(volts)
    sums[slot].band += band * band
    sums[slot].low += below * below
    total += volts
    let centred = volts - offset
    let first = slot * rotations.count
    for index in rotations.indices {
      correlations[first + index].real += centred * phasors[index].real
      correlations[first + index].imaginary += centred * phasors[index].imaginary
      phasors[index] = phasors[index] * rotations[index]
    }
    watchRuns(volts, slot: slot)
    sampleCount += 1
    inHop += 1
    if inHop == hopSamples { closeHop() }
  }

  /// The verdict that was known when the sample with this number since the start or gap was taken.
  ///
  /// It is that of the hop before the sample's own, so that it does not depend on later samples; nothing
  /// is known of samples that are too old.
  public func flags(atSample number: Int64) -> QualityFlags {
    let wanted = Int(number / Int64(hopSamples)) - 1
    guard wanted >= 0, wanted < hop, wanted > hop - Self.memory else { return [] }
    return verdicts[wanted % Self.memory]
  }

  /// Forgets everything, as after a gap.
  public mutating func reset() {
    low.reset()
    for index in correlations.indices { correlations[index] = ComplexNumber(real: 0) }
    for index in sums.indices { sums[index] = Sums() }
    for index in phasors.indices {
      phasors[index] = ComplexNumber(real: rotations[index].squaredMagnitude > 0 ? 1 : 0)
    }
    (sampleCount, inHop, hop, total) = (0, 0, 0, 0)
    (highest, lowest, smallestStep) = (-.infinity, .infinity, .infinity)
    (previous, run, entryStep) = (.nan, 0, 0)
    flags = []
    (artefactShare, mainsShare, noiseFloor) = (0, 0, .infinity)
  }

  /// Equal readings in a row: flat when they last, clipped when they stand at an extreme.
  private mutating func watchRuns(_ volts: Double, slot: Int) {
    if volts == previous {
      run += 1
    } else {
      let step = (volts - previous).magnitude
      if step > 0 { smallestStep = min(smallestStep, step) }
      (run, entryStep) = (1, step)
    }
    previous = volts
    highest = max(highest, volts)
    lowest = min(lowest, volts)
    if Double(run) >= configuration.flatDuration * rate { sums[slot].isFlat = true }
    guard run >= 3, volts == highest || volts == lowest, entryStep > 4 * smallestStep else {
      return
    }
    if run == 3 { sums[slot].clippedRuns += 1 }
    sums[slot].clippedSamples += run == 3 ? 3 : 1
  }

  /// Judges the last second.
  private mutating func closeHop() {
    let count = min(hop + 1, Self.hops)
    let samples = Double(count * hopSamples)
    var second = Sums()
    for index in sums.indices {
      second.band += sums[index].band / samples
      second.low += sums[index].low / samples
      second.clippedRuns += sums[index].clippedRuns
      second.clippedSamples += sums[index].clippedSamples
      second.isFlat = second.isFlat || sums[index].isFlat
    }
    let hum = max(humPower(0..<3, samples: samples), humPower(3..<6, samples: samples))
    let isWhole = count == Self.hops
    let square = configuration.floor * configuration.floor
    mainsShare = hum > 0 ? hum / max(second.band, hum) : 0
    artefactShare = second.low > 0 ? second.low / (second.low + second.band) : 0
    if isWhole { noiseFloor = min(noiseFloor, second.band.squareRoot()) }

    var found = QualityFlags(rawValue: 0)
    if second.isFlat { found.insert(.flat) }
    if second.clippedRuns >= configuration.clippedRuns { found.insert(.saturated) }
    let isLoud = hum > configuration.offLevel * configuration.offLevel
    if Double(second.clippedSamples) > 0.5 * samples || Double(run) >= rate
      || isWhole && mainsShare > configuration.offShare && isLoud
    {
      found.insert(.electrodeOff)
    }
    if isWhole, mainsShare > configuration.mainsShare, hum > square { found.insert(.mainsHum) }
    if isWhole, artefactShare > configuration.artefactShare, second.low > square {
      found.insert(.motionArtefact)
    }
    flags = found
    verdicts[hop % Self.memory] = found

    offset = total / Double(hopSamples)
    hop += 1
    (inHop, total) = (0, 0)
    let slot = hop % Self.hops
    sums[slot] = Sums()
    for index in rotations.indices {
      correlations[slot * rotations.count + index] = ComplexNumber(real: 0)
      // products of rotations drift away from the circle by rounding
      if phasors[index].squaredMagnitude > 0 {
        phasors[index] = ComplexNumber(magnitude: 1, phase: phasors[index].phase)
      }
    }
  }

  /// The power of three harmonics over the last second [V^2].
  private func humPower(_ harmonics: Range<Int>, samples: Double) -> Double {
    var power = 0.0
    for index in harmonics {
      var sum = ComplexNumber(real: 0)
      for slot in 0..<Self.hops { sum = sum + correlations[slot * rotations.count + index] }
      power += 2 * sum.squaredMagnitude / (samples * samples)
    }
    return power
  }
}

extension ChannelQuality: Resumable {
  /// Sums, verdicts and what was seen so far.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&flags)
    archive.carry(&artefactShare)
    archive.carry(&mainsShare)
    archive.carry(&noiseFloor)
    archive.carry(&low)
    archive.carry(&phasors)
    archive.carry(&correlations)
    archive.carry(&sums)
    archive.carry(&verdicts)
    archive.carry(&sampleCount)
    archive.carry(&inHop, in: 0..<hopSamples)
    archive.carry(&hop)
    archive.require(hop >= 0)
    archive.carry(&offset)
    archive.carry(&total)
    archive.carry(&highest)
    archive.carry(&lowest)
    archive.carry(&smallestStep)
    archive.carry(&previous)
    archive.carry(&run)
    archive.carry(&entryStep)
  }
}

extension ChannelQuality.Sums: Resumable {
  /// The sums.
  fileprivate mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&band)
    archive.carry(&low)
    archive.carry(&clippedRuns)
    archive.carry(&clippedSamples)
    archive.carry(&isFlat)
  }
}
