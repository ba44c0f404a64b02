internal import RealModule

/// A smooth change from zero to one with its two derivatives.
struct Fade: Sendable {
  /// The share, 0 to 1 [1].
  var value: Double
  /// Its derivative [per unit of the argument].
  var first: Double
  /// Its second derivative [per squared unit of the argument].
  var second: Double

  /// x^3 (10 - 15 x + 6 x^2) from zero at `start` to one at `end`: two continuous derivatives.
  init(_ argument: Double, from start: Double, to end: Double) {
    let width = end - start
    let x = (argument - start) / width
    if x >= 1 {
      value = 1
      first = 0
      second = 0
    } else if x > 0 {
      let rest = 1 - x
      value = x * x * x * (10 - x * (15 - 6 * x))
      first = 30 * x * x * rest * rest / width
      second = 60 * x * rest * (rest - x) / (width * width)
    } else {
      value = 0
      first = 0
      second = 0
    }
  }

  /// The surface's scale for a point at `size` of it: whole for a point outside, nothing for one well
  /// inside, and always so small that the point is outside what is left.
  static func shrinking(_ size: Double) -> Fade { Fade(size, from: 0.93, to: 1.006) }
}

/// A number that depends on both ends of a stretch, with its derivatives: a share or a scale.
struct PairWeight: Sendable {
  /// The weight [1].
  var value = 1.0
  /// By the start [1/m].
  var byStart = Vector3.zero
  /// By the end [1/m].
  var byEnd = Vector3.zero
  /// By the start twice [1/m^2].
  var startStart = Block()
  /// By the start (rows) and the end (columns) [1/m^2].
  var startEnd = Block()
  /// By the end twice [1/m^2].
  var endEnd = Block()

  /// Full weight.
  init() {}

  /// The product of a function of the start's size and one of the end's: w = f(|p|) g(|s|).
  ///
  /// The sizes are |p| = sqrt(p^T F p), with the gradient F p / |p| = u and Hessian (F - u u^T) / |p|.
  init(
    of start: Fade, _ end: Fade, startForm: Vector3, endForm: Vector3, startSize: Double,
    endSize: Double, form: Block
  ) {
    let u = startForm / startSize
    let v = endForm / endSize
    value = start.value * end.value
    byStart = u * (start.first * end.value)
    byEnd = v * (start.value * end.first)
    let startBend = start.first / startSize
    let endBend = end.first / endSize
    startStart.add(end.value * (start.second - startBend), u, u)
    startStart.add(end.value * startBend, form)
    startEnd.add(start.first * end.first, u, v)
    endEnd.add(start.value * (end.second - endBend), v, v)
    endEnd.add(start.value * endBend, form)
  }

  /// How much a cylinder of finite length acts on a path that leaves it over an end.
  ///
  /// 1 - fade(|z|), at the height z = (rs' zs + rs zs') / (rs + rs') where the path comes nearest to the
  /// axis, with the radii rs and rs' of the two points: one up to the end, zero a fifth of the half
  /// length beyond. OpenSim drops the whole wrap at the end.
  init(sliding start: Vector3, _ end: Vector3, halfLength: Double) {
    let p = Double.sqrt(start.x * start.x + start.y * start.y)
    let s = Double.sqrt(end.x * end.x + end.y * end.y)
    let sum = p + s
    guard p > 0, s > 0, halfLength > 0, sum < .infinity else {
      value = 0
      return
    }
    let height = (s * start.z + p * end.z) / sum
    let fade = Fade(abs(height), from: halfLength, to: 1.2 * halfLength)
    value = 1 - fade.value
    guard fade.first != 0 || fade.second != 0 else { return }

    // the height's derivatives by the radii and heights of the two points
    let byP = (end.z - height) / sum
    let byS = (start.z - height) / sum
    let startOut = Vector3(start.x, start.y, 0) / p
    let endOut = Vector3(end.x, end.y, 0) / s
    let up = Vector3(0, 0, 1)
    let heightByStart = startOut * byP + up * (s / sum)
    let heightByEnd = endOut * byS + up * (p / sum)
    let slope = height < 0 ? fade.first : -fade.first
    byStart = heightByStart * slope
    byEnd = heightByEnd * slope
    startStart.add(-fade.second, heightByStart, heightByStart)
    startEnd.add(-fade.second, heightByStart, heightByEnd)
    endEnd.add(-fade.second, heightByEnd, heightByEnd)
    let startAround = cross(up, startOut)
    let endAround = cross(up, endOut)
    let square = sum * sum
    startStart.add(-2 * slope * byP / sum, startOut, startOut)
    startStart.add(slope * byP / p, startAround, startAround)
    startStart.add(-slope * s / square, startOut, up)
    startStart.add(-slope * s / square, up, startOut)
    endEnd.add(-2 * slope * byS / sum, endOut, endOut)
    endEnd.add(slope * byS / s, endAround, endAround)
    endEnd.add(-slope * p / square, endOut, up)
    endEnd.add(-slope * p / square, up, endOut)
    startEnd.add(-slope * (byP + byS) / sum, startOut, endOut)
    startEnd.add(slope * s / square, startOut, up)
    startEnd.add(slope * p / square, up, endOut)
  }
}

extension WrappedStretch {
  /// Lets `weight` decide between this and `straight`: L = L0 + w (L - L0).
  mutating func fade(_ weight: PairWeight, from straight: WrappedStretch) {
    let excess = length - straight.length
    let excessByStart = byStart - straight.byStart
    let excessByEnd = byEnd - straight.byEnd
    let away = 1 - weight.value
    startStart.blend(away, towards: straight.startStart)
    startEnd.blend(away, towards: straight.startEnd)
    endEnd.blend(away, towards: straight.endEnd)
    startStart.add(1, weight.byStart, excessByStart)
    startStart.add(1, excessByStart, weight.byStart)
    startEnd.add(1, weight.byStart, excessByEnd)
    startEnd.add(1, excessByStart, weight.byEnd)
    endEnd.add(1, weight.byEnd, excessByEnd)
    endEnd.add(1, excessByEnd, weight.byEnd)
    startStart.add(excess, weight.startStart)
    startEnd.add(excess, weight.startEnd)
    endEnd.add(excess, weight.endEnd)
    length = straight.length + weight.value * excess
    byStart = straight.byStart + excessByStart * weight.value + weight.byStart * excess
    byEnd = straight.byEnd + excessByEnd * weight.value + weight.byEnd * excess
  }

  /// Adds what follows from the surface's `scale` k depending on the two points.
  ///
  /// L(p, s, k) is homogeneous of degree one in points and scale (Euler), so that
  ///
  ///     k L_k = L - p·L_p - s·L_s,  k L_kp = -(L_pp p + L_ps s),  k L_kk = -(p·L_kp + s·L_ks)
  mutating func shrink(by scale: PairWeight, start: Vector3, end: Vector3) {
    let factor = 1 / scale.value
    let byScale = (length - dot(start, byStart) - dot(end, byEnd)) * factor
    let scaleStart = (startStart.apply(start) + startEnd.apply(end)) * -factor
    let scaleEnd = (startEnd.applyTransposed(start) + endEnd.apply(end)) * -factor
    let scaleScale = (dot(start, scaleStart) + dot(end, scaleEnd)) * -factor
    byStart += scale.byStart * byScale
    byEnd += scale.byEnd * byScale
    startStart.add(1, scaleStart, scale.byStart)
    startStart.add(1, scale.byStart, scaleStart)
    startStart.add(scaleScale, scale.byStart, scale.byStart)
    startStart.add(byScale, scale.startStart)
    startEnd.add(1, scaleStart, scale.byEnd)
    startEnd.add(1, scale.byStart, scaleEnd)
    startEnd.add(scaleScale, scale.byStart, scale.byEnd)
    startEnd.add(byScale, scale.startEnd)
    endEnd.add(1, scaleEnd, scale.byEnd)
    endEnd.add(1, scale.byEnd, scaleEnd)
    endEnd.add(scaleScale, scale.byEnd, scale.byEnd)
    endEnd.add(byScale, scale.endEnd)
  }
}

extension Block {
  /// Adds `other` times `factor`.
  @inline(__always)
  mutating func add(_ factor: Double, _ other: Block) {
    x += other.x * factor
    y += other.y * factor
    z += other.z * factor
  }
}
