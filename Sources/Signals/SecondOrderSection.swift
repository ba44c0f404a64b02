import RealModule

/// The coefficients of one second-order recursive filter; its memory is a `State`.
///
///     y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]
///     H(z) = (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2)
///
/// computed in the transposed direct form II, which keeps two numbers:
///
///     y = b0 x + z1,   z1 <- b1 x - a1 y + z2,   z2 <- b2 x - a2 y
///
/// (Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., section 6.3.3.)
public struct SecondOrderSection: Hashable, Sendable {
  /// Weight of the present input [1].
  public let b0: Double
  /// Weight of the input one sample ago [1].
  public let b1: Double
  /// Weight of the input two samples ago [1].
  public let b2: Double
  /// Weight, negated, of the output one sample ago [1].
  public let a1: Double
  /// Weight, negated, of the output two samples ago [1].
  public let a2: Double

  /// The section with these coefficients, divided by a leading `a0` of one.
  public init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
    self.b0 = b0
    self.b1 = b1
    self.b2 = b2
    self.a1 = a1
    self.a2 = a2
  }

  /// What a section remembers between samples.
  public struct State: Hashable, Sendable {
    /// What the past adds to the next output [the signal's unit].
    public var first: Double
    /// What the past adds to the output after the next [the signal's unit].
    public var second: Double

    /// A memory with these contents, empty by default.
    public init(first: Double = 0, second: Double = 0) {
      self.first = first
      self.second = second
    }
  }

  /// Filters one sample.
  ///
  /// A memory below 1e-200 becomes zero: after a long silence it would otherwise linger among
  /// denormal numbers, where each operation costs a hundred times more.
  @inline(__always)
  public func advance(_ input: Double, _ state: inout State) -> Double {
    let output = b0 * input + state.first
    let first = b1 * input - a1 * output + state.second
    let second = b2 * input - a2 * output
    state.first = first.magnitude < 1e-200 ? 0 : first
    state.second = second.magnitude < 1e-200 ? 0 : second
    return output
  }

  /// The gain for a constant input [1].
  public var zeroFrequencyGain: Double { (b0 + b1 + b2) / (1 + a1 + a2) }

  /// The memory that a constant input leaves in the end, as scipy.signal.sosfilt_zi gives for 1.
  public func steadyState(at input: Double) -> State {
    let output = zeroFrequencyGain * input
    let second = b2 * input - a2 * output
    return State(first: b1 * input - a1 * output + second, second: second)
  }

  /// The response to exp(i w n), with `angularFrequency` w in radians a sample.
  public func frequencyResponse(atAngularFrequency angularFrequency: Double) -> ComplexNumber {
    let (numerator, _) = Self.polynomial(b0, b1, b2, angularFrequency)
    let (denominator, _) = Self.polynomial(1, a1, a2, angularFrequency)
    return numerator / denominator
  }

  /// The delay of a narrow band's envelope, -d(phase)/dw, at w radians a sample [samples].
  ///
  /// A polynomial P = sum c_k exp(-i w k) delays by Re(sum k c_k exp(-i w k) / P); the section's delay
  /// is the numerator's less the denominator's. Symmetric and antisymmetric numerators delay by half
  /// their degree at every frequency, also at their zeros, where the formula is 0/0.
  public func groupDelay(atAngularFrequency angularFrequency: Double) -> Double {
    numeratorDelay(angularFrequency) - Self.polynomialDelay(1, a1, a2, angularFrequency)
  }

  /// The distance of the pole nearest the unit circle from zero; below one in a stable section [1].
  public var largestPoleMagnitude: Double {
    let discriminant = a1 * a1 - 4 * a2
    return discriminant < 0 ? .sqrt(a2) : 0.5 * (a1.magnitude + .sqrt(discriminant))
  }

  /// The same section with its output multiplied.
  func scaled(by gain: Double) -> SecondOrderSection {
    SecondOrderSection(b0: gain * b0, b1: gain * b1, b2: gain * b2, a1: a1, a2: a2)
  }

  private func numeratorDelay(_ angularFrequency: Double) -> Double {
    if b2 == 0 && b0 == b1 || b2 == 0 && b0 == -b1 { return b0 == 0 ? 0 : 0.5 }
    if b2 == b0 || b2 == -b0 && b1 == 0 { return 1 }
    return Self.polynomialDelay(b0, b1, b2, angularFrequency)
  }

  private static func polynomialDelay(
    _ c0: Double, _ c1: Double, _ c2: Double, _ angularFrequency: Double
  ) -> Double {
    let (sum, weighted) = polynomial(c0, c1, c2, angularFrequency)
    return (weighted / sum).real
  }

  /// P = sum c_k exp(-i w k) and sum k c_k exp(-i w k).
  ///
  /// Written about the nearer of the points z = 1 and z = -1, where a narrow filter's terms cancel: with
  /// d = 1 - exp(-i w),
  ///
  ///     P = (c0 + c1 + c2) - (c1 + 2 c2) d + c2 d^2,   whose sums lose no digit of the coefficients
  private static func polynomial(
    _ c0: Double, _ c1: Double, _ c2: Double, _ angularFrequency: Double
  ) -> (sum: ComplexNumber, weighted: ComplexNumber) {
    let isUpper = Double.cos(angularFrequency) < 0
    let angle = isUpper ? angularFrequency - .pi : angularFrequency
    let middle = isUpper ? -c1 : c1
    let half = Double.sin(0.5 * angle)
    let d = ComplexNumber(real: 2 * half * half, imaginary: .sin(angle))
    let square = d * d
    func value(_ constant: Double, _ linear: Double, _ quadratic: Double) -> ComplexNumber {
      ComplexNumber(
        real: constant + (quadratic * square.real - linear * d.real),
        imaginary: quadratic * square.imaginary - linear * d.imaginary)
    }
    return (
      value(c0 + middle + c2, middle + 2 * c2, c2),
      value(middle + 2 * c2, middle + 4 * c2, 2 * c2)
    )
  }
}

extension SecondOrderSection.State: Resumable {
  /// Both memories.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&first)
    archive.carry(&second)
  }
}
