/// What the slots of a session's messages hold: names and units in order.
public struct FeedSchema: Sendable, Hashable {
  /// A slot.
  public struct Slot: Sendable, Hashable {
    /// The name, as in `muscle/BIClong/max_isometric_force` or `r_elbow_flex`.
    public var name: String
    /// The SI unit of its value.
    public var unit: String

    /// A slot of this name.
    public init(name: String, unit: String) {
      self.name = name
      self.unit = unit
    }
  }

  /// Parameters, in the order of their slots.
  public var parameters: [Slot]
  /// Coordinates, in the order of their slots.
  public var coordinates: [Slot]
  /// Muscles, in the order of their slots; with unit `N` the slots hold forces, with `1` activations.
  public var muscles: [Slot]

  /// A schema of these slots, no more than a message has.
  public init(parameters: [Slot], coordinates: [Slot], muscles: [Slot]) {
    precondition(parameters.count <= FeedContract.parameterSlots, "parameters fit their message")
    precondition(coordinates.count <= FeedContract.coordinateSlots, "coordinates fit their message")
    precondition(muscles.count <= FeedContract.muscleSlots, "muscles fit their message")
    self.parameters = parameters
    self.coordinates = coordinates
    self.muscles = muscles
  }

  /// The text that is hashed: a line a slot, `kind<TAB>name<TAB>unit<LF>`, after the contract's version.
  public var canonicalText: String {
    var text = "diffmsm-feed \(FeedContract.version)\n"
    for (kind, slots) in [
      ("parameter", parameters), ("coordinate", coordinates), ("muscle", muscles),
    ] {
      for slot in slots { text += "\(kind)\t\(slot.name)\t\(slot.unit)\n" }
    }
    return text
  }

  /// The 64-bit FNV-1a hash of the canonical text.
  public var hash: UInt64 {
    canonicalText.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
