public import Algebra
internal import CGSL
public import Musculoskeletal

/// GSL's adaptive integrators over a limb's equations: an opinion that shares no code with the product's.
///
/// Owns the C driver and what the driver points to: GSL keeps the addresses of its system and of the
/// equations, so both live on the heap until the driver is freed. One thread at a time.
@safe public struct GSLIntegrator: ~Copyable {
  /// GSL's stepping method.
  public enum Method: String, Sendable, CaseIterable {
    /// Prince-Dormand 8(7), explicit.
    case princeDormand = "gsl-rk8pd"
    /// Linear multistep backward differentiation, for stiff systems.
    case backwardDifferentiation = "gsl-msbdf"
  }

  private let driver: UnsafeMutablePointer<gsl_odeiv2_driver>
  private let system: UnsafeMutablePointer<gsl_odeiv2_system>
  private let equations: UnsafeMutablePointer<GSLEquations>
  /// The state at `time` (dimension) [the system's units].
  public private(set) var y: [Double]
  /// Where the integration stands [s].
  public private(set) var time: Double

  /// An integrator at `start`, with the same absolute and relative `tolerance` a step [1].
  ///
  /// - `firstStep`: the first step to try [s].
  /// - `stepLimit`: steps in one `advance` at most [1].
  public init(
    _ limb: LimbSystem, from start: [Double], at time: Double = 0, method: Method,
    tolerance: Double, firstStep: Double = 1e-3, stepLimit: UInt = 1_000_000
  ) throws(CrossCheckFailure) {
    precondition(start.count == limb.dimension, "a number for every unknown")
    _ = errorHandlerIsOff
    // both pointers are freed in deinit, or below when there is no driver
    let context = UnsafeMutablePointer<GSLEquations>.allocate(capacity: 1)
    unsafe context.initialize(to: GSLEquations(limb))
    let system = UnsafeMutablePointer<gsl_odeiv2_system>.allocate(capacity: 1)
    unsafe system.initialize(
      to: gsl_odeiv2_system(
        function: limbRates, jacobian: limbJacobian, dimension: limb.dimension, params: context))
    let type = unsafe method == .princeDormand ? diffmsm_rk8pd() : diffmsm_msbdf()
    guard
      let driver = unsafe gsl_odeiv2_driver_alloc_y_new(
        system, type, firstStep, tolerance, tolerance)
    else {
      unsafe context.deinitialize(count: 1)
      unsafe context.deallocate()
      unsafe system.deallocate()
      throw .noMemory
    }
    unsafe gsl_odeiv2_driver_set_nmax(driver, stepLimit)
    unsafe self.driver = driver
    unsafe self.system = system
    unsafe self.equations = context
    self.time = time
    y = start
  }

  deinit {
    unsafe gsl_odeiv2_driver_free(driver)
    unsafe equations.deinitialize(count: 1)
    unsafe equations.deallocate()
    unsafe system.deallocate()
  }

  /// Drives the muscles by `excitations` from here on, which go on smoothly where the last ones ended.
  public mutating func drive(by excitations: CubicSpline) {
    // nobody else has this address, and GSL calls back on this thread only
    unsafe equations.pointee.limb.excitations = excitations
  }

  /// Integrates up to `end` [s] with this payload [kg] and external torque, empty being none [N·m]; a change of
  /// either restarts the step control.
  public mutating func advance(
    to end: Double, payloadMass: Double = 0, torque: [Double] = []
  ) throws(CrossCheckFailure) {
    // nobody else has this address, and GSL calls back on this thread only
    if unsafe equations.pointee.limb.payloadMass != payloadMass {
      unsafe equations.pointee.limb.payloadMass = payloadMass
      unsafe gsl_odeiv2_driver_reset(driver)
    }
    if !torque.isEmpty, unsafe equations.pointee.limb.torque != torque {
      unsafe equations.pointee.limb.torque = torque
      unsafe gsl_odeiv2_driver_reset(driver)
    }
    // the driver reads and writes `dimension` numbers, which is what `y` holds
    let code = unsafe y.withUnsafeMutableBufferPointer { buffer in
      unsafe gsl_odeiv2_driver_apply(driver, &time, end, buffer.baseAddress)
    }
    switch Int(code) {
    case Int(GSL_SUCCESS): break
    case Int(GSL_EBADFUNC): throw .notFinite(after: time)
    case Int(GSL_EMAXITER), Int(GSL_ENOPROG): throw .stepLimit(after: time)
    default: throw .integrator(code: code, after: time)
    }
  }
}

/// A limb's equations with room for what passes between them and GSL.
struct GSLEquations {
  /// The equations.
  var limb: LimbSystem
  /// State (dimension) [the system's units].
  var y: [Double]
  /// Rates (dimension) [the system's units per s].
  var rates: [Double]
  /// Jacobian (dimension x dimension) [1/s].
  var jacobian: Matrix

  init(_ limb: LimbSystem) {
    self.limb = limb
    y = Array(repeating: 0, count: limb.dimension)
    rates = y
    jacobian = Matrix(rows: y.count, columns: y.count)
  }
}

/// GSL's default error handler aborts the process; touched once before the first call, from any thread.
private let errorHandlerIsOff: Bool = {
  _ = unsafe gsl_set_error_handler_off()
  return true
}()

/// The right-hand side that GSL calls: `context` is the integrator's `equations`.
private func limbRates(
  _ time: Double, _ y: UnsafePointer<Double>?, _ rates: UnsafeMutablePointer<Double>?,
  _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let y = unsafe y, let rates = unsafe rates, let context = unsafe context else {
    return Int32(GSL_EFAULT)
  }
  // the integrator put its own equations there, and GSL passes buffers of their dimension
  let equations = unsafe context.assumingMemoryBound(to: GSLEquations.self)
  let count = unsafe equations.pointee.y.count
  for index in 0..<count { unsafe equations.pointee.y[index] = y[index] }
  let isFinite = unsafe equations.pointee.limb.fillRates(
    at: time, equations.pointee.y, into: &equations.pointee.rates)
  for index in 0..<count { unsafe rates[index] = equations.pointee.rates[index] }
  return Int32(isFinite ? GSL_SUCCESS : GSL_EBADFUNC)
}

/// The Jacobian that GSL calls for: df/dy by rows; df/dt is left zero, which its method does not read.
private func limbJacobian(
  _ time: Double, _ y: UnsafePointer<Double>?, _ byState: UnsafeMutablePointer<Double>?,
  _ byTime: UnsafeMutablePointer<Double>?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let y = unsafe y, let byState = unsafe byState, let byTime = unsafe byTime,
    let context = unsafe context
  else { return Int32(GSL_EFAULT) }
  // the same buffers as above, and one of dimension squared
  let equations = unsafe context.assumingMemoryBound(to: GSLEquations.self)
  let count = unsafe equations.pointee.y.count
  for index in 0..<count { unsafe equations.pointee.y[index] = y[index] }
  let isFinite = unsafe equations.pointee.limb.fillJacobian(
    at: time, equations.pointee.y, into: &equations.pointee.jacobian)
  for index in 0..<(count * count) {
    unsafe byState[index] = equations.pointee.jacobian.elements[index]
  }
  for index in 0..<count { unsafe byTime[index] = 0 }
  return Int32(isFinite ? GSL_SUCCESS : GSL_EBADFUNC)
}
