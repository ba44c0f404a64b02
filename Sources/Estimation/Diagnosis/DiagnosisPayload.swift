internal import Identification
internal import Musculoskeletal
internal import Signals

extension Diagnosis {
  /// The payload event that explains most: found window by window, then refitted, a few times in turn.
  func fitPayload(
    _ stretches: [Window], _ windows: DiagnosisWindows, plain: DiagnosisFit
  ) -> DiagnosisFit? {
    let heaviest = stretches.flatMap(\.payload).max() ?? 0
    guard heaviest > 0, model.limb.carriesPayload else { return nil }
    let isPoor = plain.meanSquaredResidual > configuration.residualGate
    let bluntness = isPoor ? configuration.bluntness : 1
    var theta = plain.theta
    var found: (hypothesis: DiagnosisHypothesis, theta: [Double])?
    for _ in 0..<configuration.payloadRounds {
      guard
        let interval = payloadInterval(
          stretches, windows, theta: theta, heaviest: heaviest, bluntness: bluntness)
      else { break }
      let hypothesis = DiagnosisHypothesis.payload(interval)
      if hypothesis == found?.hypothesis { break }
      // with all windows: a few of them would hardly see an event of a few seconds
      guard
        let fit = fit(
          hypothesis, stretches, windows, from: theta,
          stages: [stage(bluntness, configuration.screeningEvaluations)])
      else { break }
      theta = fit.theta
      found = (hypothesis, theta)
    }
    guard let found else { return nil }
    return fit(
      found.hypothesis, stretches, windows, from: found.theta,
      stages: isPoor ? thorough : [stage(0, configuration.evaluations)])
  }

  /// Where, at `theta`, toggling the payload lowers the cost most; nil when it does nowhere.
  private func payloadInterval(
    _ stretches: [Window], _ windows: DiagnosisWindows, theta: [Double], heaviest: Double,
    bluntness: Double
  ) -> DiagnosisHypothesis.PayloadInterval? {
    let model = model.blunted(by: bluntness)
    var residual = WindowResidual(model)
    var best: (gain: Double, interval: DiagnosisHypothesis.PayloadInterval)?
    // the best run of windows that were announced alike, by Kadane's recursion
    var sum = 0.0
    var runStart = 0
    var last: (stretch: Int, announced: Double)?
    for (stretch, range) in windows.places {
      let window = stretches[stretch].part(range, index: 0, followsPrevious: false)
      let announced = window.payload[0]
      guard window.payload.allSatisfy({ $0 == announced }) else { continue }
      let held = announced > 0 ? 0 : heaviest
      var other = window
      for step in other.payload.indices { other.payload[step] = held }
      let start = model.freshStart(window, theta: theta)
      let as0 = residual.evaluate(window, theta: theta, start: start)
      let as1 = residual.evaluate(other, theta: theta, start: start)
      guard as0.isFinite, as1.isFinite else { continue }
      let gain = as0.cost + as0.logDeviation - as1.cost - as1.logDeviation
      let first = range.lowerBound * window.measurementStride
      if sum <= 0 || last?.stretch != stretch || last?.announced != announced {
        sum = 0
        runStart = first
      }
      last = (stretch, announced)
      sum += gain
      guard sum > best?.gain ?? 0 else { continue }
      best = (
        sum,
        DiagnosisHypothesis.PayloadInterval(
          stretch: stretch, steps: runStart..<(range.upperBound * window.measurementStride),
          start: window.start, end: window.end, announced: announced, held: held)
      )
    }
    return best.map { extended($0.interval, in: stretches[$0.interval.stretch], windows) }
  }

  /// The interval, up to the announced event if what lies between was not looked at.
  private func extended(
    _ interval: DiagnosisHypothesis.PayloadInterval, in stretch: Window,
    _ windows: DiagnosisWindows
  ) -> DiagnosisHypothesis.PayloadInterval {
    var result = interval
    let places = windows.places.filter { $0.stretch == interval.stretch }
    func isUnseen(_ steps: Range<Int>) -> Bool {
      !places.contains {
        $0.range.lowerBound * stretch.measurementStride >= steps.lowerBound
          && $0.range.upperBound * stretch.measurementStride <= steps.upperBound
      }
    }
    var end = interval.steps.upperBound
    while end < stretch.stepCount, stretch.payload[end] == interval.announced { end += 1 }
    var start = interval.steps.lowerBound
    while start > 0, stretch.payload[start - 1] == interval.announced { start -= 1 }
    if isUnseen(interval.steps.upperBound..<end) {
      result.steps = result.steps.lowerBound..<end
    }
    if isUnseen(start..<interval.steps.lowerBound) {
      result.steps = start..<result.steps.upperBound
    }
    result.start = stretch.start.advanced(seconds: Double(result.steps.lowerBound) * stretch.step)
    result.end = stretch.start.advanced(seconds: Double(result.steps.upperBound) * stretch.step)
    return result
  }
}
