/// A mass as people write it: `2 kg`, `500g`.
public struct SessionMass: Hashable, Sendable {
  /// How heavy it is; more than zero [kg].
  public let kilograms: Double

  /// The mass that `text` says; nil when it is none, has no unit or is not positive.
  public init?(_ text: String) {
    guard let quantity = try? PhysicalQuantity(text), quantity.hasUnit,
      quantity.dimension == ExpectedQuantity.mass.dimension, quantity.value > 0
    else { return nil }
    kilograms = quantity.value
  }
}
