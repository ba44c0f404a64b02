extension Window {
  /// A number of a window that is not finite.
  public struct Flaw: Sendable, Hashable {
    /// What kind of number it is.
    public enum Quantity: String, Sendable, Hashable {
      /// A linear envelope; the row is a half step, history included, the column a channel.
      case envelope
      /// A measured angle; the row is a measurement, the column a coordinate.
      case angle
      /// A measured angular rate; the row is a measurement, the column a coordinate.
      case rate = "angular rate"
      /// A payload; the row is a step.
      case payload
    }

    /// What it is.
    public var quantity: Quantity
    /// When: half step, measurement or step [1].
    public var row: Int
    /// Whose: channel or coordinate [1].
    public var column: Int

    /// A number in this place.
    public init(quantity: Quantity, row: Int, column: Int) {
      self.quantity = quantity
      self.row = row
      self.column = column
    }
  }

  /// The first number that is not finite; nil when all are.
  public var flaw: Flaw? {
    func first(in values: [Double], width: Int, _ quantity: Flaw.Quantity) -> Flaw? {
      guard let index = values.firstIndex(where: { !$0.isFinite }) else { return nil }
      return Flaw(quantity: quantity, row: index / width, column: index % width)
    }
    return first(in: angles, width: coordinateCount, .angle)
      ?? first(in: rates, width: coordinateCount, .rate)
      ?? first(in: envelopes, width: channelCount, .envelope)
      ?? first(in: payload, width: 1, .payload)
  }
}
