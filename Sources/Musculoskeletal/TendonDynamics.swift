/// Stub.
public struct TendonDynamics: Sendable {
  var force = MuscleForce()
  var rate = 0.0
  var rateByState = 0.0
  var rateByLength = 0.0
  var rateByLengtheningSpeed = 0.0
  var rateByActivation = 0.0
  var forceByState = 0.0
  init() {}
  init(_ m: MuscleParameters, state: Double, length: Double, lengtheningSpeed: Double, activation: Double) {}
  static func equilibrium(_ m: MuscleParameters, length: Double, lengtheningSpeed: Double, activation: Double) -> Double? { 0 }
}
extension MuscleParameters {
  var isTendonRigid: Bool { true }
  var activationDynamics: ActivationDynamics { ActivationDynamics(activationTimeConstant: 0.015, deactivationTimeConstant: 0.06) }
}
extension ActivationDynamics { func clamp(_ x: Double) -> Double { x } }
extension MuscleModel { public enum Kind: Sendable { case deGrooteFregly2016, thelen2003, millard2012 } }
extension MuscleDescription { public var tendonStateName: String? { nil } }
extension ModelDescription { public func replacingMuscles(by: MuscleModel.Kind) -> ModelDescription { self } }
