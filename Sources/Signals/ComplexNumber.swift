import RealModule

/// A complex number: the gain and phase of a filter at one frequency, or a pole of its design.
public struct ComplexNumber: Hashable, Sendable {
  /// The real part, in phase with the input [1].
  public var real: Double
  /// The imaginary part, a quarter period ahead of the input [1].
  public var imaginary: Double

  /// The number `real + i imaginary`.
  public init(real: Double, imaginary: Double = 0) {
    self.real = real
    self.imaginary = imaginary
  }

  /// The number of this magnitude [1] and phase [rad].
  public init(magnitude: Double, phase: Double) {
    self.init(real: magnitude * .cos(phase), imaginary: magnitude * .sin(phase))
  }

  /// The distance from zero: a filter's gain [1].
  public var magnitude: Double { .hypot(real, imaginary) }

  /// The angle from the real axis, in (-pi, pi]: a filter's phase [rad].
  public var phase: Double { .atan2(y: imaginary, x: real) }

  /// The square of the magnitude: a filter's power gain [1].
  public var squaredMagnitude: Double { real * real + imaginary * imaginary }

  static func + (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
    ComplexNumber(real: left.real + right.real, imaginary: left.imaginary + right.imaginary)
  }

  static func - (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
    ComplexNumber(real: left.real - right.real, imaginary: left.imaginary - right.imaginary)
  }

  static func * (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
    ComplexNumber(
      real: left.real * right.real - left.imaginary * right.imaginary,
      imaginary: left.real * right.imaginary + left.imaginary * right.real)
  }

  static func / (left: ComplexNumber, right: ComplexNumber) -> ComplexNumber {
    let product = left * ComplexNumber(real: right.real, imaginary: -right.imaginary)
    let square = right.squaredMagnitude
    return ComplexNumber(real: product.real / square, imaginary: product.imaginary / square)
  }

  /// The square root with a real part that is not negative.
  var squareRoot: ComplexNumber {
    let size = magnitude
    guard size > 0 else { return ComplexNumber(real: 0) }
    // the half-angle formula that adds numbers of one sign, so that nothing cancels
    let major = Double.sqrt(0.5 * (size + real.magnitude))
    let minor = 0.5 * imaginary.magnitude / major
    return ComplexNumber(
      real: real >= 0 ? major : minor,
      imaginary: (imaginary < 0 ? -1 : 1) * (real >= 0 ? minor : major))
  }
}

extension ComplexNumber: Resumable {
  /// Both parts.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&real)
    archive.carry(&imaginary)
  }
}
