internal import Identification

/// How predictions are started, how far they go and where they begin.
public struct PredictionPlan: Sendable, Hashable {
  /// Measured motion before a prediction, from which its start state is estimated [s].
  public var lead: Double
  /// How far ahead is predicted [s].
  public var duration: Double
  /// From the start of one prediction to that of the next [s].
  public var interval: Double

  /// Contact whose windows are left out; nil where there is none.
  public var contact: FloorContact?

  /// A plan; the defaults are predictions of 1 s that begin every quarter of a second.
  public init(
    lead: Double = 0.3, duration: Double = 1, interval: Double = 0.25,
    contact: FloorContact? = nil
  ) {
    self.lead = lead
    self.duration = duration
    self.interval = interval
    self.contact = contact
  }

  /// The starts of predictions in measurements `range` of `stretch`, first at the lower bound.
  ///
  /// Each has its lead inside the stretch, before the range where need be, and its end in the range.
  /// Predictions with contact between start and end are left out; the lead may have it.
  public func starts(in range: ClosedRange<Int>, of stretch: MotionStretch) -> [Int] {
    let all = allStarts(in: range, of: stretch)
    guard let contact else { return all }
    let length = stretch.measurements(in: duration)
    return all.filter { !contact.occurs(in: $0...($0 + length), of: stretch) }
  }

  /// How many predictions `starts` leaves out for contact [1].
  public func contactCount(in range: ClosedRange<Int>, of stretch: MotionStretch) -> Int {
    contact == nil
      ? 0 : allStarts(in: range, of: stretch).count - starts(in: range, of: stretch).count
  }

  /// The same whatever the limb touches.
  private func allStarts(in range: ClosedRange<Int>, of stretch: MotionStretch) -> [Int] {
    let length = stretch.measurements(in: duration)
    let first = max(range.lowerBound, stretch.measurements(in: lead))
    guard first + length <= range.upperBound else { return [] }
    var starts: [Int] = []
    while true {
      // the interval need not be a whole number of measurements
      let offset = Double(starts.count) * interval / stretch.measurementInterval
      let start = first + Int(offset.rounded())
      if start + length > range.upperBound { return starts }
      starts.append(start)
    }
  }
}

/// The part of the objective that asks for predictions rather than for one-step errors.
public struct PredictionObjective: Sendable, Hashable {
  /// Where predictions are asked for.
  public var plan: PredictionPlan
  /// Standard deviation of a predicted angle (coordinateCount) [rad].
  public var error: [Double]
  /// Time over which the errors of one prediction are correlated [s].
  public var correlationTime: Double

  /// An objective that weighs predictions over `plan` by their usual error.
  public init(plan: PredictionPlan, error: [Double], correlationTime: Double = 0.25) {
    self.plan = plan
    self.error = error
    self.correlationTime = correlationTime
  }

  /// The horizon of windows that begin with the plan's lead.
  func horizon(_ stretch: MotionStretch) -> PredictionHorizon {
    PredictionHorizon(
      leadMeasurements: stretch.measurements(in: plan.lead), error: error,
      correlationTime: correlationTime, duration: plan.duration, interval: plan.interval,
      measurementInterval: stretch.measurementInterval)
  }
}
