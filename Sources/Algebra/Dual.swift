import RealModule

/// A number a + b epsilon with epsilon^2 = 0: a value and its derivative by one chosen variable.
///
/// f(a + b epsilon) = f(a) + b f'(a) epsilon carries the exact derivative through any arithmetic
/// (Griewank and Walther, Evaluating Derivatives, 2008, chapter 3). It builds curves whose control
/// points depend on a parameter and is the oracle of derivative tests; hot code states its partials.
public struct Dual: Hashable, Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// The value a [the owner's unit].
  public var value: Double
  /// The derivative b by the chosen variable [the owner's unit per unit of the variable].
  public var slope: Double

  /// A constant, or the variable itself with slope one.
  public init(_ value: Double, slope: Double = 0) {
    self.value = value
    self.slope = slope
  }

  /// A constant.
  public init(floatLiteral value: Double) { self.init(value) }

  /// A constant.
  public init(integerLiteral value: Int) { self.init(Double(value)) }

  /// The sum.
  public static func + (left: Dual, right: Dual) -> Dual {
    Dual(left.value + right.value, slope: left.slope + right.slope)
  }

  /// The difference.
  public static func - (left: Dual, right: Dual) -> Dual {
    Dual(left.value - right.value, slope: left.slope - right.slope)
  }

  /// The opposite.
  public static prefix func - (number: Dual) -> Dual {
    Dual(-number.value, slope: -number.slope)
  }

  /// The product.
  public static func * (left: Dual, right: Dual) -> Dual {
    Dual(
      left.value * right.value, slope: left.slope * right.value + left.value * right.slope)
  }

  /// The quotient.
  public static func / (left: Dual, right: Dual) -> Dual {
    let value = left.value / right.value
    return Dual(value, slope: (left.slope - value * right.slope) / right.value)
  }

  /// True when the value is smaller; slopes take no part in comparisons.
  public static func < (left: Dual, right: Dual) -> Bool { left.value < right.value }

  /// Any smooth function, from its value and derivative at this value.
  public func applying(_ value: Double, _ derivative: Double) -> Dual {
    Dual(value, slope: derivative * slope)
  }

  /// The square root.
  public func squareRoot() -> Dual {
    let root = value.squareRoot()
    return applying(root, 0.5 / root)
  }

  /// The exponential.
  public static func exp(_ x: Dual) -> Dual {
    let value = Double.exp(x.value)
    return x.applying(value, value)
  }

  /// The natural logarithm.
  public static func log(_ x: Dual) -> Dual { x.applying(.log(x.value), 1 / x.value) }

  /// The sine.
  public static func sin(_ x: Dual) -> Dual { x.applying(.sin(x.value), .cos(x.value)) }

  /// The cosine.
  public static func cos(_ x: Dual) -> Dual { x.applying(.cos(x.value), -.sin(x.value)) }

  /// The hyperbolic sine.
  public static func sinh(_ x: Dual) -> Dual { x.applying(.sinh(x.value), .cosh(x.value)) }

  /// The hyperbolic tangent.
  public static func tanh(_ x: Dual) -> Dual {
    let value = Double.tanh(x.value)
    return x.applying(value, 1 - value * value)
  }

  /// The inverse hyperbolic sine.
  public static func asinh(_ x: Dual) -> Dual {
    x.applying(.asinh(x.value), 1 / (x.value * x.value + 1).squareRoot())
  }
}
