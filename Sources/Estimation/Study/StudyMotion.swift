internal import Algebra
internal import CrossCheck
internal import Musculoskeletal
internal import Simulation

/// A true motion: what a virtual subject did, by an integrator that is not the estimator's.
///
/// The subject wants something of its muscles at each knot of a cubic B-spline, two knots before it
/// comes into force; so activations are twice continuously differentiable and stand on no grid of the
/// estimator's. The limb is integrated between knots, measurements and changes of payload by GSL's
/// eighth-order method at a tolerance of 1e-10. No inverse crime: the fit knows none of this.
struct StudyMotion: Sendable {
  /// The subject's own numbers.
  let truth: LimbParameters
  /// True activations by time (muscleCount) [1].
  let activations: UniformCubicBSpline
  /// Angles and rates at each measurement ((measurements + 1) x 2 coordinateCount) [rad, rad/s].
  private(set) var states: [Double]
  /// Payload held between measurements, as announced (measurements) [kg].
  private(set) var payload: [Double]

  /// Distance of two knots; no multiple of any step [s].
  static let knotInterval = 1.0 / 59
  /// Tolerance of the integration [1].
  static let tolerance = 1e-10

  /// The motion of a subject for `duration` [s], measured every `interval` [s].
  init(
    _ limb: LimbModel, subject configuration: VirtualSubjectConfiguration, duration: Double,
    interval: Double
  ) throws(CrossCheckFailure) {
    var subject = VirtualSubject(limb, configuration: configuration)
    truth = subject.truth
    let count = limb.coordinateCount
    let measurements = Int((duration / interval).rounded())
    var spline = UniformCubicBSpline(
      start: 0, spacing: Self.knotInterval, channelCount: limb.muscleCount)
    // the first posture has been held for a while
    for _ in 0..<3 { spline.append(subject.excitations) }

    var integrator: GSLIntegrator?
    states = subject.q + subject.u
    payload = []
    var q = subject.q
    var u = subject.u
    var reached = 0
    var knot = 0
    while reached < measurements {
      let begin = Double(knot) * Self.knotInterval
      spline.append(subject.decide(q: q, u: u, at: begin))
      let cubic = spline.cubic(ofInterval: knot)
      if integrator == nil {
        integrator = try GSLIntegrator(
          LimbSystem(limb, parameters: truth, excitations: cubic), from: q + u,
          method: .princeDormand, tolerance: Self.tolerance)
      }
      integrator?.drive(by: cubic)
      let end = begin + Self.knotInterval
      while reached < measurements, Double(reached + 1) * interval <= end {
        let held = configuration.payload(at: (Double(reached) + 0.5) * interval)
        try integrator?.advance(to: Double(reached + 1) * interval, payloadMass: held)
        states += integrator?.y ?? []
        payload.append(held)
        reached += 1
      }
      let held = configuration.payload(at: (Double(reached) + 0.5) * interval)
      try integrator?.advance(to: end, payloadMass: held)
      for index in 0..<count {
        q[index] = integrator?.y[index] ?? 0
        u[index] = integrator?.y[count + index] ?? 0
      }
      knot += 1
    }
    activations = spline
  }
}
