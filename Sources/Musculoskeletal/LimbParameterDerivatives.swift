/// The exact derivatives of a limb's rates by every number of its model.
extension LimbSystem {
  /// The derivative of y' by one parameter at the instant that `fillJacobian` left, without allocation.
  ///
  /// `derivative`: dy'/d parameter (dimension) [the rate's unit per unit of the parameter].
  public mutating func fillRates(
    by parameter: RateParameter, into derivative: inout [Double]
  ) {
    for index in derivative.indices { derivative[index] = 0 }
    let count = limb.coordinateCount
    switch parameter {
    case .muscle(let muscle, let number):
      let force =
        limb.isTendonRigid[muscle]
        ? state.force[muscle].partial(by: number)
        : state.elastic[muscle].force.partial(by: number)
      for row in 0..<count {
        derivative[count + row] = state.accelerationByForce[muscle * count + row] * force
      }
      addActivation(muscle, number, to: &derivative)
      if let place = tendonPlace(of: muscle) {
        derivative[place] = state.elastic[muscle].rate.partial(by: number)
      }
    case .inertia(let body, let number):
      differentiateByInertia(body, number, into: &derivative)
    case .joint(let joint, let number):
      let torque = jointTorque(joint, by: number)
      for row in 0..<count {
        derivative[count + row] = state.accelerationByTorque[row * count + joint] * torque
      }
    case .tilt:
      for row in 0..<count { derivative[count + row] = state.accelerationByTilt[row] }
    case .logPayloadMass:
      for row in 0..<count { derivative[count + row] = state.accelerationByLogPayloadMass[row] }
    case .logPayloadLocation:
      for row in 0..<count {
        derivative[count + row] = state.accelerationByLogPayloadLocation[row]
      }
    }
  }

  /// The torque that one unit of a joint's number gives [N·m per unit].
  private func jointTorque(_ index: Int, by number: RateParameter.Joint) -> Double {
    let joint = parameters.joints[index]
    switch number {
    case .damping: return -u[index]
    case .stiffness: return joint.restAngle - q[index]
    case .restAngle: return joint.stiffness
    case .limitTorque: return joint.limitShape(at: q[index]).value
    case .coulombFriction: return -joint.dryFrictionShape(at: u[index])
    }
  }
}
