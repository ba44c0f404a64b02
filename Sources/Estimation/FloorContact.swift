/// Where a limb rests on something that the model does not have, the floor under a standing foot.
///
/// Below `angle` contact is taken for granted; what moves there is no test of muscles, and no material
/// for their fit. A contact is told by what is measured, also after a prediction's start: it decides
/// which windows count, never what is predicted in them.
public struct FloorContact: Sendable, Hashable {
  /// The coordinate whose angle tells (free-coordinate index).
  public var coordinate: Int
  /// The reading at and below which there is contact [rad].
  public var angle: Double

  /// Contact at and below `angle` of `coordinate`.
  public init(coordinate: Int, angle: Double) {
    self.coordinate = coordinate
    self.angle = angle
  }

  /// True when some measurement in `range` of `stretch` shows contact.
  func occurs(in range: ClosedRange<Int>, of stretch: MotionStretch) -> Bool {
    range.contains { measurement in
      guard let reading = stretch.angle(coordinate, at: measurement) else { return false }
      return reading <= angle
    }
  }
}
