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

  /// The surface's scale for a point at `size` of it: whole outside, gone well inside, and in between
  /// always small enough that the point is outside what is left.
  static func shrinking(_ size: Double) -> Fade { Fade(size, from: 0.95, to: 1.005) }
}

/// How much a cylinder of finite length acts on a path that leaves it over an end.
///
/// 1 - fade(|z|), at the height z = (rs' zs + rs zs') / (rs + rs') where the path comes nearest to the
/// axis, with the radii rs and rs' of the two points: one up to the end, zero a fifth of the half length
/// beyond. OpenSim drops the whole wrap at the end.
struct SlidingWeight: Sendable {
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

  /// The weight of the path from `start` to `end`.
  init(from start: Vector3, to end: Vector3, halfLength: Double) {
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
  mutating func fade(_ weight: SlidingWeight, from straight: WrappedStretch) {
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

  /// Adds what follows from the surface's `scale` depending on the two points.
  ///
  /// L(p, s, k) is homogeneous of degree one in points and scale (Euler), so that
  ///
  ///     k L_k = L - p·L_p - s·L_s,  k L_kp = -(L_pp p + L_ps s),  k L_kk = -(p·L_kp + s·L_ks)
  ///
  /// and k = f(|p|) f(|s|) with the sizes |p| = sqrt(p^T F p).
  mutating func shrink(
    by scale: Double, start: Vector3, end: Vector3, startScale: Fade, endScale: Fade,
    startForm: Vector3, endForm: Vector3, form: Block
  ) {
    let byScale = (length - dot(start, byStart) - dot(end, byEnd)) / scale
    let scaleStart = (startStart.apply(start) + startEnd.apply(end)) / -scale
    let scaleEnd = (startEnd.applyTransposed(start) + endEnd.apply(end)) / -scale
    let scaleScale = (dot(start, scaleStart) + dot(end, scaleEnd)) / -scale
    let startSize = Double.sqrt(dot(start, startForm))
    let endSize = Double.sqrt(dot(end, endForm))
    let u = startForm / startSize
    let v = endForm / endSize
    let kStart = u * (startScale.first * endScale.value)
    let kEnd = v * (startScale.value * endScale.first)
    byStart += kStart * byScale
    byEnd += kEnd * byScale
    startStart.add(1, scaleStart, kStart)
    startStart.add(1, kStart, scaleStart)
    startStart.add(scaleScale, kStart, kStart)
    startEnd.add(1, scaleStart, kEnd)
    startEnd.add(1, kStart, scaleEnd)
    startEnd.add(scaleScale, kStart, kEnd)
    endEnd.add(1, scaleEnd, kEnd)
    endEnd.add(1, kEnd, scaleEnd)
    endEnd.add(scaleScale, kEnd, kEnd)
    let startBend = startScale.first / startSize
    let endBend = endScale.first / endSize
    startStart.add(byScale * endScale.value * (startScale.second - startBend), u, u)
    startStart.add(byScale * endScale.value * startBend, form)
    startEnd.add(byScale * startScale.first * endScale.first, u, v)
    endEnd.add(byScale * startScale.value * (endScale.second - endBend), v, v)
    endEnd.add(byScale * startScale.value * endBend, form)
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
