/// A duration as people write it: `250ms`, `30 s`, `2min`.
public struct SessionDuration: Hashable, Sendable {
  /// How long it is; more than zero [s].
  public let seconds: Double

  /// The duration that `text` says; nil when it is none, has no unit or is not positive.
  public init?(_ text: String) {
    guard let quantity = try? PhysicalQuantity(text), quantity.hasUnit,
      quantity.dimension == ExpectedQuantity.duration.dimension, quantity.value > 0
    else { return nil }
    seconds = quantity.value
  }
}
