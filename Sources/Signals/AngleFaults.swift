/// What is wrong with a joint's angle or with what it is made of.
public struct AngleFaults: OptionSet, Hashable, Sendable, Codable {
  /// One bit a fault [1].
  public let rawValue: UInt8

  /// The faults of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A voltage that no whole sensor gives: a broken wire or a short.
  public static let outOfRange = AngleFaults(rawValue: 1)
  /// An encoder whose index pulse has not come yet.
  public static let unreferenced = AngleFaults(rawValue: 2)
  /// An index pulse has shown that counts were lost or made up; the angle was put right.
  public static let countsLost = AngleFaults(rawValue: 4)
  /// The magnetic field at an inertial unit is not the one of the start.
  public static let fieldDisturbed = AngleFaults(rawValue: 8)
  /// Two inertial units are turned against each other as no hinge allows.
  public static let noHinge = AngleFaults(rawValue: 16)
  /// Inertial units that have not been seen in the static pose, or whose heading is not known yet.
  public static let unaligned = AngleFaults(rawValue: 32)
  /// An inertial unit whose orientation is none.
  public static let noOrientation = AngleFaults(rawValue: 64)
  /// A hinge that has stood so upright for so long that nothing tells its units' heading, which drifts into the angle.
  public static let headingUntold = AngleFaults(rawValue: 128)

  /// Faults with which there is no angle at all.
  public static let fatal: AngleFaults = [.outOfRange, .unreferenced, .unaligned, .noOrientation]
  /// Faults with which an angle is shown and not measured: the estimator does not hear of it.
  public static let unusable: AngleFaults = [.noHinge]

  /// Their names, for messages.
  public var names: [String] {
    let all: [(AngleFaults, String)] = [
      (.outOfRange, "out of range"), (.unreferenced, "no index pulse yet"),
      (.countsLost, "counts lost"), (.fieldDisturbed, "magnetic field disturbed"),
      (.noHinge, "no hinge motion"), (.unaligned, "not aligned"),
      (.noOrientation, "no orientation"), (.headingUntold, "heading drifts"),
    ]
    return all.filter { contains($0.0) }.map(\.1)
  }
}
