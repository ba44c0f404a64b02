public import Signals

/// A straight line through what a device's clock and the session's say of each other, recursively.
///
///     time(n) = nominal time(n) + offset + drift (nominal time(n) - origin)
///
/// Every half second's worth of samples gives one point:
///
/// - of arrivals the earliest, because transport only ever delays: its error is about the mean delay
///   over the number of blocks, however long bursts and their jitter are;
/// - of device time stamps the mean, because they err to both sides, each held within four deviations.
///
/// The points go through a Kalman filter of (offset, drift) whose drift wanders by 1 ppm in 10 s. A point
/// more than four deviations late (a host that stalled) counts less the further it is off, unless four in a row say the
/// same, which is a new offset; an arrival that is too early cannot be an error of transport and counts
/// fully. Without errors the line stays exactly nominal.
public struct ClockRegression: Hashable, Sendable {
  /// Time from one point to the next [s].
  public static let pointSpacing = 0.5
  /// Standard deviation of a crystal's rate [1].
  private static let crystalDeviation = 1e-4
  /// Random walk of the drift, squared, 1 ppm in 10 s [1/s].
  private static let driftWalk = 1e-13
  /// The largest drift that is believed [1].
  private static let driftLimit = 0.5
  /// The smallest deviation a point is believed to have [s].
  private static let leastDeviation = 2e-6

  /// Correction of the nominal time at the last point [s].
  public private(set) var offset = 0.0
  /// By how much the device's second is longer than the session's nominal one [1].
  public private(set) var drift = 0.0
  /// Mean lateness of arrivals behind the line, or mean absolute error of device times [s].
  public private(set) var jitter = 0.0
  /// Points so far [1].
  public private(set) var points = 0
  /// Where the last point lies on the nominal time [s].
  private var place = 0.0
  /// Variance of the offset [s^2].
  private var offsetVariance = 1.0
  /// Covariance of offset and drift [s].
  private var covariance = 0.0
  /// Variance of the drift [1].
  private var driftVariance = Self.crystalDeviation * Self.crystalDeviation
  /// Variance of a point about the line, learnt [s^2].
  private var pointVariance = 0.0
  /// Points in a row that were far off to the same side [1].
  private var strikes = 0

  /// Observations in the present point [1].
  private var count = 0
  /// Their sum [s].
  private var sum = 0.0
  /// The earliest of them [s].
  private var earliest = Double.infinity
  /// Where it lies on the nominal time [s].
  private var earliestPlace = 0.0
  /// Sum of the places [s].
  private var placeSum = 0.0
  /// Where the present point begins [s].
  private var pointStart = 0.0

  /// A regression that knows nothing but how good crystals are.
  public init() {}

  /// The correction at a nominal time [s].
  public func correction(at place: Double) -> Double {
    offset + drift * (place - self.place)
  }

  /// Standard deviation of the correction at a nominal time [s].
  public func deviation(at place: Double) -> Double {
    let ahead = place - self.place
    return max(
      offsetVariance + 2 * ahead * covariance + ahead * ahead * driftVariance, 0
    ).squareRoot()
  }

  /// Takes one difference between session time and nominal time [s]; true when the line has moved.
  ///
  /// - Parameters:
  ///   - difference: session time less nominal time of the same sample [s].
  ///   - place: the sample's nominal time [s].
  ///   - isArrival: transport delays it, never the other way.
  public mutating func observe(_ difference: Double, at place: Double, isArrival: Bool) -> Bool {
    // arithmetic on nanoseconds rounds; a clock without errors keeps its nominal line to the bit
    let seen = difference.magnitude < 2e-9 ? 0 : difference
    if count == 0 { pointStart = place }
    let line = correction(at: place)
    var held = seen
    if !isArrival, points > 1 {
      let limit = 4 * max(jitter, Self.leastDeviation)
      held = min(max(seen, line - limit), line + limit)
    }
    count += 1
    sum += held
    placeSum += place
    if seen < earliest { (earliest, earliestPlace) = (seen, place) }
    guard place - pointStart >= Self.pointSpacing else { return false }
    let number = Double(count)
    let mean = sum / number
    if isArrival {
      // the earliest of many delays of some mean lies that mean over their number above the least
      let spread = mean - earliest
      take(earliest, at: earliestPlace, deviation: spread / number, isArrival: true)
      jitter += (mean - correction(at: placeSum / number) - jitter) / Double(min(points, 20))
    } else {
      let middle = placeSum / number
      let error = (mean - correction(at: middle)).magnitude
      take(mean, at: middle, deviation: max(jitter, error) / number.squareRoot(), isArrival: false)
      jitter += ((seen - line).magnitude - jitter) / Double(min(points, 20))
    }
    (count, sum, placeSum, earliest) = (0, 0, 0, .infinity)
    return true
  }

  /// Forgets the offset and keeps the drift: the device has started anew.
  public mutating func restart(at place: Double) {
    offset = 0
    self.place = place
    (offsetVariance, covariance) = (1, 0)
    (count, sum, placeSum, earliest, strikes) = (0, 0, 0, .infinity, 0)
  }

  /// The filter's step.
  private mutating func take(
    _ value: Double, at place: Double, deviation: Double, isArrival: Bool
  ) {
    // from the last point to this one
    let ahead = place - self.place
    let elapsed = max(ahead, 0)
    offset += drift * ahead
    offsetVariance += 2 * ahead * covariance + ahead * ahead * driftVariance
    covariance += ahead * driftVariance
    driftVariance += Self.driftWalk * elapsed
    self.place = place

    let innovation = value - offset
    let floor = Self.leastDeviation * Self.leastDeviation
    var noise = max(pointVariance, deviation * deviation, floor)
    let limit = 4 * (offsetVariance + noise).squareRoot()
    let isFar = points > 2 && innovation.magnitude > limit
    if isFar, !(isArrival && innovation < 0) {
      strikes += 1
      if strikes >= 4 {
        // not a stall: the line itself has moved
        (offsetVariance, covariance, strikes) = (1, 0, 0)
      } else {
        let times = innovation / limit
        noise *= times * times * times * times
      }
    } else {
      strikes = 0
      if points > 2 {
        let square = min(innovation * innovation, limit * limit)
        pointVariance += (square - pointVariance) / Double(min(points, 40))
      }
    }
    points += 1
    let total = offsetVariance + noise
    let (offsetGain, driftGain) = (offsetVariance / total, covariance / total)
    offset += offsetGain * innovation
    // beyond that it is no clock, and time must not turn back
    drift = min(max(drift + driftGain * innovation, -Self.driftLimit), Self.driftLimit)
    driftVariance -= driftGain * covariance
    covariance -= offsetGain * covariance
    offsetVariance -= offsetGain * offsetVariance
  }
}

extension ClockRegression: Resumable {
  /// The line, its variances and the present point.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&offset)
    archive.carry(&drift)
    archive.carry(&jitter)
    archive.carry(&points)
    archive.carry(&place)
    archive.carry(&offsetVariance)
    archive.carry(&covariance)
    archive.carry(&driftVariance)
    archive.carry(&pointVariance)
    archive.carry(&strikes)
    archive.carry(&count)
    archive.carry(&sum)
    archive.carry(&earliest)
    archive.carry(&earliestPlace)
    archive.carry(&placeSum)
    archive.carry(&pointStart)
  }
}
