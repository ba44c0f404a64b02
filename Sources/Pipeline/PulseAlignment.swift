internal import Signals

/// A pulse as a stream saw it.
struct SyncPulse: Sendable, Hashable {
  /// When, by the stream's own line, no delay taken off [ns on the session timeline].
  var time: SampleTime
  /// Variance of that: sampling, and what is known of the clock [s^2].
  var variance: Double
  /// The part of it that comes of sampling [s^2].
  var samplingVariance: Double
}

/// How much later a stream's samples come than the reference's, by pulses that both saw.
///
/// A pulse of one side belongs to that of the other which lies less than `reach` from where the delay known so far
/// puts it; what has no partner once the other side has got so far was missed. The delay is the mean of the last
/// `memory` differences, each weighted by its variance,
///
///     delay = sum w d / sum w,   w = 1 / (variance of stream + variance of reference)
///
/// and its deviation 1/sqrt(sum w), enlarged where the differences scatter more than they should. Where they
/// scatter less than sampling makes them, the pulses keep step with the samples, and many of them tell no more than one.
struct PulseAlignment: Sendable, Hashable {
  /// How far apart pulses may be that are one; generators give them twice as far apart or more [s].
  static let reach = 0.25
  /// Differences that are remembered [1].
  static let memory = 32
  /// Differences from which there is a delay [1].
  static let least = 3
  /// Disagreeing pulses in a row that make a new delay [1].
  static let evidence = 4

  /// One pulse seen by both.
  fileprivate struct Difference: Sendable, Hashable {
    /// The stream's moment less the reference's [s].
    var value: Double
    /// Variance of that [s^2].
    var variance: Double
    /// The part of it that comes of sampling [s^2].
    var samplingVariance: Double
  }

  /// What is known.
  private(set) var figures = SyncFigures()
  /// The latest differences, oldest first (at most memory).
  private var differences: [Difference] = []
  /// Pulses of the stream whose partner has not come (any number).
  private var own: [SyncPulse] = []
  /// Pulses of the reference whose partner has not come (any number).
  private var reference: [SyncPulse] = []
  /// Disagreeing pulses in a row [1].
  private var strikes = 0

  /// An alignment that has seen nothing.
  init() {
    differences.reserveCapacity(Self.memory + 1)
    own.reserveCapacity(8)
    reference.reserveCapacity(8)
  }

  /// Takes a pulse of the stream.
  mutating func addOwn(_ pulse: SyncPulse) { own.append(pulse) }

  /// Takes a pulse of the reference.
  mutating func addReference(_ pulse: SyncPulse) { reference.append(pulse) }

  /// Pairs what can be paired; both sides have delivered up to these moments, no delay taken off.
  mutating func settle(own ownEnd: SampleTime, reference referenceEnd: SampleTime) {
    while true {
      switch (own.first, reference.first) {
      case (let mine?, let other?):
        let difference = mine.time.seconds(since: other.time)
        if (difference - figures.delay).magnitude <= Self.reach {
          own.removeFirst()
          reference.removeFirst()
          take(
            Difference(
              value: difference, variance: mine.variance + other.variance,
              samplingVariance: mine.samplingVariance + other.samplingVariance))
        } else if difference < figures.delay {
          dropOwn()
        } else {
          dropReference()
        }
      case (let mine?, nil):
        guard
          referenceEnd.seconds(since: mine.time) > Self.reach - figures.delay
        else { return }
        dropOwn()
      case (nil, let other?):
        guard ownEnd.seconds(since: other.time) > Self.reach + figures.delay else { return }
        dropReference()
      case (nil, nil): return
      }
    }
  }

  private mutating func dropOwn() {
    own.removeFirst()
    figures.unexpected += 1
    figures.state = .missing
  }

  private mutating func dropReference() {
    reference.removeFirst()
    figures.missing += 1
    figures.state = .missing
  }

  /// Takes a pulse that both saw.
  private mutating func take(_ difference: Difference) {
    // a clock that is not known yet tells nothing
    guard difference.variance.isFinite else { return }
    figures.pulses += 1
    if differences.count >= Self.least {
      let allowed =
        5 * (difference.variance + figures.delayDeviation * figures.delayDeviation).squareRoot()
      if (difference.value - figures.delay).magnitude > allowed {
        figures.disagreeing += 1
        figures.state = .disagreeing
        strikes += 1
        guard strikes >= Self.evidence else { return }
        // not a stray pulse: the delay is another one
        differences.removeAll(keepingCapacity: true)
      }
    }
    strikes = 0
    if differences.count == Self.memory { differences.removeFirst() }
    differences.append(difference)
    guard differences.count >= Self.least else {
      figures.state = .waiting
      return
    }
    estimate()
    figures.state = .aligned
  }

  private mutating func estimate() {
    var (weights, sum) = (0.0, 0.0)
    for difference in differences {
      weights += 1 / difference.variance
      sum += difference.value / difference.variance
    }
    let delay = sum / weights
    var (square, scatter, sampling) = (0.0, 0.0, 0.0)
    for difference in differences {
      let residual = difference.value - delay
      square += residual * residual / difference.variance
      scatter += residual * residual
      sampling += difference.samplingVariance
    }
    let excess = max(1, square / Double(differences.count - 1))
    var variance = excess / weights
    if scatter < 0.1 * sampling {
      variance = max(variance, sampling / Double(differences.count))
    }
    figures.delay = delay
    figures.delayDeviation = variance.squareRoot()
  }
}

extension SyncPulse: Resumable {
  /// Its moment and variances.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&time)
    archive.carry(&variance)
    archive.carry(&samplingVariance)
  }
}

extension PulseAlignment.Difference: Resumable {
  /// It and its variances.
  fileprivate mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&value)
    archive.carry(&variance)
    archive.carry(&samplingVariance)
  }
}

extension PulseAlignment: Resumable {
  /// What is known, and what it was taken from.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&figures)
    archive.carry(
      growing: &differences, blank: Difference(value: 0, variance: 1, samplingVariance: 1))
    let none = SyncPulse(time: SampleTime(nanoseconds: 0), variance: 1, samplingVariance: 1)
    archive.carry(growing: &own, blank: none)
    archive.carry(growing: &reference, blank: none)
    archive.carry(&strikes)
    archive.require(differences.count <= Self.memory)
  }
}
