import Algebra
import Foundation
import Musculoskeletal

/// The muscle equations once more over dual numbers, written from the papers: the oracle of every partial.
///
/// One number of the muscle carries slope one; force and rate then carry their derivatives by it.
/// Where a model solves for something (a Bezier parameter, a damped fiber's velocity), a Newton step in
/// dual arithmetic at the solution gives the solution its derivative.
struct DualMuscle {
  var kind: MuscleModelKind
  var maxIsometricForce, optimalFiberLength, tendonSlackLength, maxContractionVelocity: Dual
  var pennation, tendonStrain, passiveStrain, damping: Dual
  var state, length, speed, activation: Dual
  var description: MuscleDescription

  /// The muscle with slope one in the quantity of this place in `RandomMuscle.quantities`.
  init(_ muscle: RandomMuscle, by index: Int) {
    let d = muscle.description
    kind = d.model.kind
    description = d
    var strains = (d.tendonStrainAtOneNormForce, d.passiveFiberStrainAtOneNormForce)
    if case .millard2012(let shape) = d.model {
      strains = (shape.tendonStrainAtOneNormForce, shape.passiveStrainAtOneNormForce)
    }
    // logarithmic quantities x move by x
    func dual(_ value: Double, _ place: Int, logarithmic: Bool = false) -> Dual {
      Dual(value, slope: place == index ? (logarithmic ? value : 1) : 0)
    }
    state = dual(muscle.state, 0)
    length = dual(muscle.length, 1)
    speed = dual(muscle.speed, 2)
    activation = dual(muscle.activation, 3)
    maxIsometricForce = dual(d.maxIsometricForce, 4, logarithmic: true)
    optimalFiberLength = dual(d.optimalFiberLength, 5, logarithmic: true)
    tendonSlackLength = dual(d.tendonSlackLength, 6, logarithmic: true)
    maxContractionVelocity = dual(d.maxContractionVelocity, 7, logarithmic: true)
    pennation = dual(d.pennationAngleAtOptimal, 8)
    tendonStrain = dual(strains.0, 9, logarithmic: true)
    passiveStrain = dual(strains.1, 10, logarithmic: true)
    damping = dual(d.fiberDamping, 11)
  }

  /// Tendon force of the rigid muscle, where it is not slack and pulls.
  var rigidForce: Dual {
    let along = length - tendonSlackLength
    let height = optimalFiberLength * .sin(pennation)
    let fiber = (along * along + height * height).squareRoot()
    let cosine = along / fiber
    let l = fiber / optimalFiberLength
    let v = speed * cosine / (maxContractionVelocity * optimalFiberLength)
    let velocity = forceVelocity(v)
    var force = activation * active(l) * velocity + passive(l)
    if kind != .thelen2003 { force = force + damping * v }
    return maxIsometricForce * force * cosine
  }

  /// Tendon force and state rate of the elastic muscle.
  var elastic: (force: Dual, rate: Dual) {
    let height = optimalFiberLength * .sin(pennation)
    let scale = maxContractionVelocity * optimalFiberLength
    if kind == .deGrooteFregly2016 {
      let steepness = Dual.log(6) / tendonStrain
      let n = Dual.log((state + Dual(0.2)) / Dual(0.2)) / steepness + 1
      let along = length - tendonSlackLength * n
      let fiber = (along * along + height * height).squareRoot()
      let cosine = along / fiber
      let l = fiber / optimalFiberLength
      let multiplier = (state / cosine - passive(l)) / (activation * active(l))
      let inner = (multiplier - Dual(0.8825327733249912)) / Dual(-0.3211346127989808)
      let v = (.sinh(inner) + Dual(0.374)) / Dual(-8.149)
      let slope = Dual(0.2) * steepness * .exp(steepness * (n - 1))
      return (
        maxIsometricForce * state, (speed - v * scale / cosine) / tendonSlackLength * slope
      )
    }
    let sine = height / state
    let cosine = (1 - sine * sine).squareRoot()
    let pull = tendon((length - state * cosine) / tendonSlackLength)
    let l = state / optimalFiberLength
    let left = pull / cosine - passive(l)
    return (maxIsometricForce * pull, velocity(carrying: left, active: active(l)) * scale)
  }

  /// The fiber velocity at which a f_AL f_V + beta v is `force`, by bisection and a step in dual numbers.
  private func velocity(carrying force: Dual, active: Dual) -> Dual {
    if isUndamped {
      return curve(
        force / (activation * active), millardVelocity.map { (x: $0.y, y: $0.x) }, 1 / slopes.0,
        1 / slopes.1)
    }
    func error(_ v: Dual) -> Dual {
      activation * active * forceVelocity(v) + (kind == .millard2012 ? damping * v : 0) - force
    }
    var (low, high) = (-1000.0, 1000.0)
    for _ in 0..<200 {
      let middle = 0.5 * (low + high)
      if error(Dual(middle)).value < 0 { low = middle } else { high = middle }
    }
    return newton(at: high, error)
  }

  /// A root found before, with its derivative: v - f(v) / f'(v) with f's own duals.
  private func newton(at root: Double, _ function: (Dual) -> Dual) -> Dual {
    // the derivative by v alone, every other slope taken out
    let along = function(Dual(root, slope: 1)).slope - function(Dual(root)).slope
    return Dual(root, slope: -function(Dual(root)).slope / along)
  }

  private var thelenShape: ThelenShape {
    if case .thelen2003(let shape) = description.model { shape } else { ThelenShape() }
  }

  private var millardShape: MillardShape {
    if case .millard2012(let shape) = description.model { shape } else { MillardShape() }
  }

  private var isUndamped: Bool {
    kind == .millard2012 && !description.isTendonRigid && description.fiberDamping < 0.001
  }
}

extension DualMuscle {
  private func active(_ l: Dual) -> Dual {
    switch kind {
    case .deGrooteFregly2016:
      let x = (l - 1) / Dual(description.activeForceWidthScale) + 1
      func bell(_ b1: Double, _ b2: Double, _ b3: Double, _ b4: Double) -> Dual {
        let ratio = (x - Dual(b2)) / (Dual(b3) + Dual(b4) * x)
        return Dual(b1) * .exp(Dual(-0.5) * ratio * ratio)
      }
      return bell(0.8150671134243542, 1.055033428970575, 0.162384573599574, 0.063303448465465)
        + bell(0.433004984392647, 0.716775413397760, -0.029947116970696, 0.200356847296188)
        + bell(0.1, 1, 0.353553390593274, 0)
    case .thelen2003:
      return .exp(-(l - 1) * (l - 1) / Dual(thelenShape.activeForceLengthShape))
    case .millard2012:
      let shape = millardShape
      let low = isUndamped ? max(shape.minimumActiveForce, 0.1) : 0
      let (x0, x1, x3) = (
        shape.minActiveFiberLength, shape.transitionFiberLength, shape.maxActiveFiberLength
      )
      let rise = shape.shallowAscendingSlope
      let y1 = 1 - rise * (0.95 - x1)
      let joints: [(Double, Double, Double)] = [
        (x0, low, 0), ((x0 + x1) / 2, y1 / 2, 1.25 * y1 / (x1 - x0)),
        ((x1 + 0.95) / 2, (y1 + 1) / 2, rise), (1, 1, 0),
        ((1.05 + x3) / 2, 0.5, -1 / (x3 - 1.1)), (x3, low, 0),
      ]
      let duals = joints.map { (Dual($0.0), Dual($0.1), Dual($0.2)) }
      return curve(l, Self.corners(duals, [1, 1, 1, 1, 1]), 0, 0)
    }
  }

  private func passive(_ l: Dual) -> Dual {
    switch kind {
    case .deGrooteFregly2016:
      let offset = Dual.exp(Dual(-3.2) / passiveStrain)
      return (.exp(4 * (l - 1) / passiveStrain) - offset) / (.exp(4) - offset)
    case .thelen2003:
      if l.value <= 1 { return 0 }
      let shape = Dual(thelenShape.passiveForceLengthShape)
      return (.exp(shape * (l - 1) / passiveStrain) - 1) / (.exp(shape) - 1)
    case .millard2012:
      let shape = millardShape
      let zero = Dual(shape.passiveStrainAtZeroForce)
      let low = Dual(shape.passiveStiffnessAtLowForce ?? 0.2)
      let width = passiveStrain - zero
      let stiffness = shape.passiveStiffnessAtOneNormForce.map { Dual($0) } ?? 2 / width
      let (a, b) = (Dual(0.1) / stiffness, Dual(0.1) * width)
      let toe = a < b ? a : b
      let c = shape.passiveCurviness ?? 0.75
      let corners = Self.corners(
        [
          (1 + zero, 0, 0), (1 + zero + toe, low * toe / 2, low),
          (1 + passiveStrain, 1, stiffness),
        ], [c, c])
      return curve(l, corners, 0, stiffness)
    }
  }

  private func tendon(_ n: Dual) -> Dual {
    if kind == .thelen2003 {
      let e3 = exp(3.0)
      let toe = Dual(99 * e3 / (166 * e3 - 67)) * tendonStrain
      let stretch = n - 1
      if stretch.value <= 0 { return 0 }
      return stretch < toe
        ? Dual(0.33 / (e3 - 1)) * (.exp(3 * stretch / toe) - 1)
        : Dual(0.33) + Dual(0.67) / (tendonStrain - toe) * (stretch - toe)
    }
    let shape = millardShape
    let stiffness =
      shape.tendonStiffnessAtOneNormForce.map { Dual($0) } ?? Dual(1.375) / tendonStrain
    let toe = Dual(shape.tendonNormForceAtToeEnd ?? 2.0 / 3)
    let end = 1 + tendonStrain - (1 - toe) / stiffness
    let foot = 1 + (end - 1) / 10
    let middle = 1 + tendonStrain - (1 - toe / 2) / stiffness
    let slope = toe / 2 / (middle - foot)
    let c = shape.tendonCurviness ?? 0.5
    let corners = Self.corners(
      [(1, 0, 0), ((foot + middle) / 2, toe / 4, slope), (end, toe, stiffness)], [c, c])
    return curve(n, corners, 0, stiffness)
  }

  private func forceVelocity(_ v: Dual) -> Dual {
    switch kind {
    case .deGrooteFregly2016:
      return Dual(-0.3211346127989808) * .asinh(Dual(-8.149) * v - Dual(0.374))
        + Dual(0.8825327733249912)
    case .thelen2003:
      let shape = thelenShape
      let w = v / (Dual(0.25) + Dual(0.75) * activation)
      let curl = Dual(shape.forceVelocityShape)
      let flen = Dual(shape.maxLengtheningForce)
      let k = (2 + 2 / curl) / (flen - 1)
      let straight = Dual(shape.extrapolationThreshold) * flen
      let edge = (straight - 1) / (k * (flen - straight))
      if w.value <= -1 { return (w + 1) / (1 + 1 / curl) }
      if w.value <= 0 { return (1 + w) / (1 - w / curl) }
      if w < edge { return (1 + k * flen * w) / (1 + k * w) }
      let below = flen - straight
      return straight + (w - edge) * k * below * below / (flen - 1)
    case .millard2012: return curve(v, millardVelocity, 0, 0)
    }
  }

  /// Slopes of the force-velocity curve's ends where it is inverted.
  private var slopes: (Dual, Dual) {
    (
      Dual(0.5 * millardShape.concentricSlopeNearVmax),
      Dual(0.5 * millardShape.eccentricSlopeNearVmax)
    )
  }

  private var millardVelocity: [(x: [Dual], y: [Dual])] {
    let shape = millardShape
    let (c, e) = isUndamped ? slopes : (0, 0)
    let (nearC, nearE) = (
      Dual(shape.concentricSlopeNearVmax), Dual(shape.eccentricSlopeNearVmax)
    )
    let highest = Dual(shape.maxEccentricForce)
    let (cC, cE) = (shape.concentricCurviness, shape.eccentricCurviness)
    return Self.corners(
      [
        (-1, 0, c), (Dual(-0.9), Dual(0.05) * (nearC + c), nearC),
        (0, 1, Dual(shape.isometricSlope)),
        (Dual(0.9), highest - Dual(0.05) * (nearE + e), nearE), (1, highest, e),
      ], [cC, cC, cE, cE])
  }

  /// Control points of quintic corners between joints (x, y, slope).
  private static func corners(
    _ joints: [(Dual, Dual, Dual)], _ curviness: [Double]
  ) -> [(x: [Dual], y: [Dual])] {
    (1..<joints.count).map { index in
      let ((x0, y0, s0), (x1, y1, s1)) = (joints[index - 1], joints[index])
      let c = Dual(0.1 + 0.8 * curviness[index - 1])
      let x = (y1 - y0 - x1 * s1 + x0 * s0) / (s0 - s1)
      let y = y1 + (x - x1) * s1
      let (xa, ya) = (x0 + c * (x - x0), y0 + c * (y - y0))
      let (xb, yb) = (x1 + c * (x - x1), y1 + c * (y - y1))
      return (x: [x0, xa, xa, xb, xb, x1], y: [y0, ya, ya, yb, yb, y1])
    }
  }

  /// A chain of corners at `place`, straight outside; de Casteljau's algorithm throughout.
  private func curve(
    _ place: Dual, _ corners: [(x: [Dual], y: [Dual])], _ first: Dual, _ last: Dual
  ) -> Dual {
    func casteljau(_ points: [Dual], _ u: Dual) -> Dual {
      var points = points
      while points.count > 1 {
        points = (1..<points.count).map { (1 - u) * points[$0 - 1] + u * points[$0] }
      }
      return points[0]
    }
    if place < corners[0].x[0] { return corners[0].y[0] + first * (place - corners[0].x[0]) }
    let end = corners[corners.count - 1]
    if end.x[5] < place { return end.y[5] + last * (place - end.x[5]) }
    let corner = corners.first { !($0.x[5] < place) } ?? end
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      if casteljau(corner.x, Dual(middle)) < place { low = middle } else { high = middle }
    }
    return casteljau(corner.y, newton(at: 0.5 * (low + high)) { casteljau(corner.x, $0) - place })
  }
}

extension DualMuscle {
  /// True where the muscle's force is what the equations say: neither slack nor pushing.
  var pulls: Bool {
    rigidForce.value > 1e-3 * maxIsometricForce.value
      && (length - tendonSlackLength).value > 0.051 * optimalFiberLength.value
  }
}
