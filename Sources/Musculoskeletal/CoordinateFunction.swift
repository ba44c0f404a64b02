/// A function of one coordinate that moves a joint axis, a path point or another coordinate.
///
/// The kinds of OpenSim's `Function` that models use for motion, each with three continuous or
/// piecewise continuous derivatives.
public indirect enum CoordinateFunction: Hashable, Sendable {
  /// The same everywhere.
  case constant(Double)
  /// slope x + intercept.
  case linear(slope: Double, intercept: Double)
  /// Horner's scheme over the coefficients, highest power first.
  case polynomial([Double])
  /// A cubic spline.
  case spline(SimmSpline)
  /// A function times a number (`MultiplierFunction`).
  case multiplied(CoordinateFunction, by: Double)
  /// The first function of the second, which is how a coupled coordinate moves an axis.
  case composed(CoordinateFunction, of: CoordinateFunction)

  /// The argument itself.
  public static let identity = CoordinateFunction.linear(slope: 1, intercept: 0)

  /// Value and derivatives at `x`.
  public func evaluate(at x: Double) -> Jet {
    switch self {
    case .constant(let value): return Jet(value: value)
    case .linear(let slope, let intercept):
      return Jet(value: slope * x + intercept, first: slope)
    case .polynomial(let coefficients):
      var jet = Jet(value: 0)
      for coefficient in coefficients {
        jet.third = jet.third * x + 3 * jet.second
        jet.second = jet.second * x + 2 * jet.first
        jet.first = jet.first * x + jet.value
        jet.value = jet.value * x + coefficient
      }
      return jet
    case .spline(let spline): return spline.evaluate(at: x)
    case .multiplied(let function, let factor):
      let jet = function.evaluate(at: x)
      return Jet(
        value: factor * jet.value, first: factor * jet.first, second: factor * jet.second,
        third: factor * jet.third)
    case .composed(let outer, let inner):
      let g = inner.evaluate(at: x)
      let f = outer.evaluate(at: g.value)
      return Jet(
        value: f.value, first: f.first * g.first,
        second: f.second * g.first * g.first + f.first * g.second,
        third: f.third * g.first * g.first * g.first + 3 * f.second * g.first * g.second
          + f.first * g.third)
    }
  }

  /// True when it is the argument itself.
  public var isIdentity: Bool { self == .identity }
}

/// A value with its first three derivatives by one argument.
public struct Jet: Hashable, Sendable {
  /// The value [the function's unit].
  public var value: Double
  /// First derivative [the function's unit per unit of the argument].
  public var first = 0.0
  /// Second derivative [the function's unit per squared unit of the argument].
  public var second = 0.0
  /// Third derivative [the function's unit per cubed unit of the argument].
  public var third = 0.0

  /// A value and its derivatives.
  public init(value: Double, first: Double = 0, second: Double = 0, third: Double = 0) {
    self.value = value
    self.first = first
    self.second = second
    self.third = third
  }
}
