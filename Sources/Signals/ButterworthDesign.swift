import RealModule

/// The second-order sections of a Butterworth filter of any order, by the bilinear transform.
///
/// The analogue prototype of order N with unit cut-off has the poles
///
///     p_k = exp(i pi (2k + N + 1) / (2N)),   k = 0 ..< N
///
/// A cut-off f becomes the warped w = tan(pi f / rate), so that it stays where it was asked for, and
///
///     low-pass:   s = w p            high-pass:  s = w / p
///     band-pass:  s^2 - p (w2 - w1) s + w1 w2 = 0      (the true band transform: 2N poles)
///     z = (1 + s) / (1 - s)
///
/// with zeros at z = -1 (low-pass), 1 (high-pass) or N at each (band-pass), as scipy.signal.butter.
/// Sections stand in ascending order of pole radius, each with unit gain at the reference frequency:
/// zero, half the rate, or the band's centre 2 atan(sqrt(w1 w2)), where a Butterworth filter has
/// exactly unit gain. (Oppenheim and Schafer, 3rd ed., sections 7.2 and 7.4 and appendix B.1.)
enum ButterworthDesign {
  static func sections(
    _ band: FilterBand, order: Int, rate: Double
  ) -> [SecondOrderSection] {
    let one = ComplexNumber(real: 1)
    var sections: [SecondOrderSection] = []
    let reference: Double
    switch band {
    case .lowPass(let cutOff):
      reference = 0
      let warped = ComplexNumber(real: .tan(.pi * cutOff / rate))
      for pole in prototype(order) {
        sections.append(section(pole: warped * pole, zeros: -1))
      }
    case .highPass(let cutOff):
      reference = .pi
      let warped = ComplexNumber(real: .tan(.pi * cutOff / rate))
      for pole in prototype(order) {
        sections.append(section(pole: warped / pole, zeros: 1))
      }
    case .bandPass(let lower, let upper):
      let (low, high) = (Double.tan(.pi * lower / rate), Double.tan(.pi * upper / rate))
      reference = 2 * .atan(.sqrt(low * high))
      for pole in prototype(order) {
        let half = ComplexNumber(real: 0.5 * (high - low)) * pole
        let product = ComplexNumber(real: low * high)
        let root = (half * half - product).squareRoot
        // the larger root by the sum that does not cancel, the smaller from the product of the two
        let (sum, difference) = (half + root, half - root)
        let larger = sum.squaredMagnitude >= difference.squaredMagnitude ? sum : difference
        let smaller = product / larger
        if pole.imaginary == 0 {
          sections.append(section(larger, smaller))
        } else {
          sections.append(section(pole: smaller, zeros: 1))
          sections.append(section(pole: larger, zeros: -1))
        }
      }
    }
    sections.sort { $0.largestPoleMagnitude < $1.largestPoleMagnitude }
    let frequencies = comparisonFrequencies(band, rate: rate)
    sections = CoefficientRounding.polished(
      sections, reference: reference, frequencies: frequencies,
      exact: frequencies.map { exactGain(band, order: order, rate: rate, at: $0) })
    return sections.map { section in
      let response = section.frequencyResponse(atAngularFrequency: reference)
      return section.scaled(by: (one / response).magnitude)
    }
  }

  /// The poles of the prototype with an imaginary part that is not negative.
  private static func prototype(_ order: Int) -> [ComplexNumber] {
    (0..<(order + 1) / 2).map { k in
      let real = 2 * k + 1 == order
      // the sine form keeps the real part accurate where the angle nears a quarter turn
      let angle = Double.pi * Double(2 * k + 1) / Double(2 * order)
      return real
        ? ComplexNumber(real: -1) : ComplexNumber(real: -.sin(angle), imaginary: .cos(angle))
    }
  }

  /// Where roundings are compared, about each cut-off [rad a sample].
  private static func comparisonFrequencies(_ band: FilterBand, rate: Double) -> [Double] {
    let cutOffs: [Double] =
      switch band {
      case .lowPass(let cutOff), .highPass(let cutOff): [cutOff]
      case .bandPass(let lower, let upper): [lower, upper]
      }
    return cutOffs.flatMap { cutOff in
      [0.05, 0.4, 0.8, 1, 1.2, 1.6, 2.5].map { 2 * .pi * $0 * cutOff / rate }
    }.filter { $0 < 0.98 * .pi }
  }

  /// The gain of the design itself, from the prototype's poles, at w radians a sample.
  private static func exactGain(
    _ band: FilterBand, order: Int, rate: Double, at angularFrequency: Double
  ) -> ComplexNumber {
    let t = Double.tan(0.5 * angularFrequency)
    let p: ComplexNumber
    switch band {
    case .lowPass(let cutOff):
      p = ComplexNumber(real: 0, imaginary: t / .tan(.pi * cutOff / rate))
    case .highPass(let cutOff):
      p = ComplexNumber(real: 0, imaginary: -.tan(.pi * cutOff / rate) / t)
    case .bandPass(let lower, let upper):
      let (low, high) = (Double.tan(.pi * lower / rate), Double.tan(.pi * upper / rate))
      p = ComplexNumber(real: 0, imaginary: (t * t - low * high) / (t * (high - low)))
    }
    return prototype(order).reduce(ComplexNumber(real: 1)) { product, pole in
      let one = ComplexNumber(real: 1)
      let conjugate = ComplexNumber(real: pole.real, imaginary: -pole.imaginary)
      let factor = pole.imaginary == 0 ? p - pole : (p - pole) * (p - conjugate)
      return product * (one / factor)
    }
  }

  private static func bilinear(_ s: ComplexNumber) -> ComplexNumber {
    let one = ComplexNumber(real: 1)
    return (one + s) / (one - s)
  }

  /// The section of an analogue pole and its conjugate, or of one real pole, with zeros at 1 or -1.
  ///
  /// Near z = 1 the response hangs on 1 + a1 + a2 = |1 - z|^2 = 4 |s|^2 / |1 - s|^2, which is as small as
  /// the square of the cut-off over the rate. So a2 is what that exact number and the rounded a1 leave:
  /// one rounding error instead of two, where a narrow filter has no digits to spare.
  private static func section(pole: ComplexNumber, zeros: Double) -> SecondOrderSection {
    let z = bilinear(pole)
    guard pole.imaginary != 0 else {
      return SecondOrderSection(b0: 1, b1: -zeros, b2: 0, a1: -z.real, a2: 0)
    }
    let a1 = -2 * z.real
    let below = ComplexNumber(real: 1) - pole
    let sum = 4 * pole.squaredMagnitude / below.squaredMagnitude
    let a2 = a1 < -1 ? sum - (1 + a1) : z.squaredMagnitude
    return SecondOrderSection(b0: 1, b1: -2 * zeros, b2: 1, a1: a1, a2: a2)
  }

  /// The section of a band-pass's two poles from one real prototype pole, with zeros at 1 and -1.
  private static func section(
    _ first: ComplexNumber, _ second: ComplexNumber
  ) -> SecondOrderSection {
    let (left, right) = (bilinear(first), bilinear(second))
    return SecondOrderSection(
      b0: 1, b1: 0, b2: -1, a1: -(left.real + right.real), a2: (left * right).real)
  }
}
