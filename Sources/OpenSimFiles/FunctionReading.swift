internal import Musculoskeletal

extension CoordinateFunction {
  /// The tags that are read as functions of one coordinate.
  static let supportedTags = [
    "Constant", "LinearFunction", "PolynomialFunction", "SimmSpline", "MultiplierFunction",
  ]

  /// The function that `element` states; `owner` is what messages call its place.
  init(_ element: OpenSimElement, of owner: String) throws(OpenSimError) {
    switch element.tag {
    case "Constant":
      self = .constant(try element.number("value", unit: "rad or m", fallback: 0))
    case "LinearFunction":
      let coefficients =
        try element.property("coefficients") == nil
        ? [1, 0] : try element.numberList("coefficients", unit: "1")
      guard coefficients.count == 2 else {
        throw element.place(of: "coefficients").error(
          "the LinearFunction of \(owner) has \(coefficients.count) coefficients",
          remedy: "write two, slope and intercept")
      }
      self = .linear(slope: coefficients[0], intercept: coefficients[1])
    case "PolynomialFunction":
      let coefficients = try element.numberList("coefficients", unit: "1, highest power first")
      guard (1...32).contains(coefficients.count) else {
        throw element.place(of: "coefficients").error(
          "the PolynomialFunction of \(owner) has \(coefficients.count) coefficients",
          remedy: "write 1 to 32, highest power first")
      }
      self = .polynomial(coefficients)
    case "SimmSpline":
      self = .spline(try SimmSpline(element, of: owner))
    case "MultiplierFunction":
      let inner = try element.requiredProperty("function", holding: "one function")
      guard inner.children.count == 1 else {
        throw inner.error(
          "the MultiplierFunction of \(owner) has \(inner.children.count) functions",
          remedy: "give it one function")
      }
      let function = try CoordinateFunction(inner.children[0], of: owner)
      let factor = try element.number("scale", unit: "1", fallback: 1)
      switch function {
      case .constant(let value): self = .constant(value * factor)
      default: self = factor == 1 ? function : .multiplied(function, by: factor)
      }
    default:
      throw element.error(
        "\(owner) follows a \(element.tag), which is not supported",
        remedy: "replace it by one of: \(Self.supportedTags.joined(separator: ", "))")
    }
  }
}

extension SimmSpline {
  /// The spline that `element` states.
  init(_ element: OpenSimElement, of owner: String) throws(OpenSimError) {
    let x = try element.numberList("x", unit: "the coordinate's unit")
    let y = try element.numberList("y", unit: "rad or m")
    guard x.count == y.count, x.count >= 2 else {
      throw element.error(
        "the SimmSpline of \(owner) has \(x.count) x and \(y.count) y",
        remedy: "give as many x as y, two at least")
    }
    guard zip(x, x.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw element.place(of: "x").error(
        "the x of the SimmSpline of \(owner) do not ascend", remedy: "sort them, each once")
    }
    self.init(x: x, y: y)
  }
}
