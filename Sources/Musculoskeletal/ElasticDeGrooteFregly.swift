internal import RealModule

extension ElasticMuscle {
  /// De Groote and others 2016, explicit: the state f is the tendon force over F0.
  ///
  /// n = f_T^-1(f), x = L - l_Ts n (positive as in `FiberGeometry`), l = sqrt(x^2 + h^2) / l0,
  /// v = f_V^-1((f / cos - f_PE(l)) / (a f_AL(l))), df/dt = (L' - v vmax l0 / cos) / l_Ts f_T'(n).
  /// Fiber damping takes no part, as in OpenSim's explicit mode. An activation below 0.01 is raised, see
  /// `raisedActivation`: a fiber that is not active at all would have no velocity.
  @inline(never)
  mutating func evaluateDeGrooteFregly(
    _ muscle: borrowing MuscleParameters, state: Double, length: Double,
    lengtheningSpeed: Double, activation: Double
  ) {
    let strength = muscle.maxIsometricForce
    let optimal = muscle.optimalFiberLength
    let slack = muscle.tendonSlackLength
    let height = optimal * muscle.pennationSine
    let heightByPennation = optimal * muscle.pennationCosine
    let f = FiberGeometry.held(state)

    // tendon, and the fiber that it leaves
    let steepness = MuscleCurves.tendonSteepness(
      strainAtOneNormForce: muscle.tendonStrainAtOneNormForce)
    let tendon = MuscleCurves.tendonForceLengthInverse(f, steepness: steepness)
    let fiber = FiberGeometry(
      along: FiberGeometry.held(length) - slack * tendon.value, height: height,
      optimalFiberLength: optimal)
    let (c, s) = (fiber.cosine, fiber.sine)
    let l = fiber.length / optimal

    // velocity of the fiber
    let narrowing = muscle.activeForceNarrowing
    let active = MuscleCurves.activeForceLength((l - 1) * narrowing + 1)
    let passive = muscle.passive.point(l)
    let weight = muscle.passiveWeight
    let level = Self.raisedActivation(activation)
    let isHeld = level.value * active.value < Self.smallestActiveForce
    let divisor = isHeld ? Self.smallestActiveForce : level.value * active.value
    let multiplier = (f / c - weight * passive.value) / divisor
    let v = MuscleCurves.forceVelocityInversePoint(multiplier)
    let scale = muscle.maxContractionVelocity * optimal / c
    let tendonSpeed = (FiberGeometry.held(lengtheningSpeed) - v.value * scale) / slack
    let stiffness = tendon.curveSlope
    force.value = strength * f
    force.byState = strength
    force.byLogMaxIsometricForce = force.value
    rate.value = tendonSpeed * stiffness
    normalizedFiberLength = l
    fiberVelocity = v.value * scale * c

    // how velocity and pennation follow x, h and l0; dc = s^2 / l dx - c s / l dh, dl = c dx + s dh
    let multiplierByActive = isHeld ? 0 : -multiplier / divisor
    func change(
      along: Double, height: Double, normalized: Double, force forceChange: Double
    ) -> Double {
      let cosine = (s * s * along - c * s * height) / fiber.length
      let length = (c * along + s * height) / optimal + normalized
      let multiplierChange =
        (forceChange / c - f / c * (cosine / c) - weight * passive.slope * length) / divisor
        + multiplierByActive * level.value * active.slope * narrowing * length
      // of -v vmax l0 / (c l_Ts)
      return -(scale / slack) * (v.slope * multiplierChange - v.value * (cosine / c))
    }
    let byRaw = fiber.alongByRaw
    let speed = change(along: byRaw, height: 0, normalized: 0, force: 0)
    rate.byState =
      stiffness
      * (change(along: -byRaw * slack * tendon.byForce, height: 0, normalized: 0, force: 1))
      + tendonSpeed * tendon.curveSlopeByForce
    rate.byLength = stiffness * speed
    rate.byLengtheningSpeed = stiffness / slack
    rate.byActivation =
      stiffness * -(scale / slack) * v.slope * multiplierByActive * active.value * level.slope
    // v vmax l0 grows with l0 and vmax themselves
    let fiberShare = -v.value * scale / slack
    rate.byLogMaxContractionVelocity = stiffness * fiberShare
    rate.byLogOptimalFiberLength =
      stiffness
      * (fiberShare
        + change(along: fiber.alongByLogOptimal, height: height, normalized: -l, force: 0))
    rate.byLogTendonSlackLength = stiffness * (-slack * tendon.value * speed - tendonSpeed)
    rate.byPennation =
      stiffness * change(along: 0, height: heightByPennation, normalized: 0, force: 0)
    // k_T is inverse to the strain: n - 1 follows it, the slope at given force goes against it
    rate.byLogTendonStrain = stiffness * (-slack * (tendon.value - 1) * speed - tendonSpeed)
    rate.byLogPassiveStrain =
      stiffness * (scale / slack) * v.slope * weight / divisor * passive.byLogStrain
  }

  /// The activation that an elastic fiber works with and its derivative: a itself from a0 = 0.01 on, below it
  /// a0 / (2 - a / a0), which meets it with its slope and stays above zero.
  static func raisedActivation(_ activation: Double) -> MuscleCurves.Point {
    let least = 0.01
    let a = FiberGeometry.held(activation)
    if a >= least { return (a, 1) }
    let gap = 2 - a / least
    return (least / gap, 1 / (gap * gap))
  }
}
