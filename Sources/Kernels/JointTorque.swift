internal import RealModule

/// A joint's own torque; see `Musculoskeletal.JointParameters`, which states the equations.
struct JointTorque: Sendable {
  /// Viscous damping of the limb [N·m·s/rad].
  var damping = 0.0
  /// Viscous friction of a worn device [N·m·s/rad].
  var deviceDamping = 0.0
  /// Dry friction of a worn device [N·m].
  var coulombFriction = 0.0
  /// The rate of dry friction [rad/s].
  var coulombSpeed = 1.0
  /// Passive stiffness [N·m/rad].
  var stiffness = 0.0
  /// The angle without spring torque [rad].
  var restAngle = 0.0
  /// Torque at either end of the range [N·m].
  var limitTorque = 0.0
  /// Angle over which it grows by e [rad].
  var limitWidth = 1.0
  /// Smallest angle of the range [rad].
  var rangeMinimum = 0.0
  /// Largest angle of the range [rad].
  var rangeMaximum = 0.0

  /// Torque and its derivatives by angle and rate: [N·m], [N·m/rad], [N·m·s/rad].
  @inline(__always)
  func evaluate(q: Double, u: Double) -> (value: Double, byAngle: Double, byRate: Double) {
    var byRate = -(damping + deviceDamping)
    var value = byRate * u - stiffness * (q - restAngle)
    var byAngle = -stiffness
    if limitTorque != 0 {
      let limit = limitShape(at: q)
      value += limitTorque * limit.value
      byAngle += limitTorque * limit.byAngle
    }
    if coulombFriction != 0 {
      let shape = Double.tanh(u / coulombSpeed)
      value -= coulombFriction * shape
      byRate -= coulombFriction / coulombSpeed * (1 - shape * shape)
    }
    return (value, byAngle, byRate)
  }

  /// The limit torque of one newton metre and its derivative: [1], [1/rad].
  @inline(__always)
  func limitShape(at q: Double) -> (value: Double, byAngle: Double) {
    let lower = Self.exponential((rangeMinimum - q) / limitWidth)
    let upper = Self.exponential((q - rangeMaximum) / limitWidth)
    return (lower.value - upper.value, -(lower.slope + upper.slope) / limitWidth)
  }

  /// exp(x) up to 5, its tangent beyond.
  @inline(__always)
  private static func exponential(_ x: Double) -> (value: Double, slope: Double) {
    let edge = Double.exp(min(x, 5))
    return x <= 5 ? (edge, edge) : (edge * (1 + x - 5), edge)
  }
}

extension JointTorque {
  /// d torque by one unit of a number (`StepColumns.JointColumn`) [N·m per unit].
  @inline(__always)
  func change(by number: Int, q: Double, u: Double) -> Double {
    switch number {
    case 0: -damping * u
    case 1: -stiffness * (q - restAngle)
    case 2: stiffness
    case 3: limitTorque * limitShape(at: q).value
    default: limitTorque * Self.exponential((q - rangeMaximum) / limitWidth).slope / limitWidth
    }
  }
}
