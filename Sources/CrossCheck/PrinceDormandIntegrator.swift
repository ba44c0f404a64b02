internal import CGSL

/// GSL's adaptive Prince-Dormand 8(7) integrator (`rk8pd`) over a limb's equations.
///
/// Owns the C driver and what the driver points to: GSL keeps the addresses of its system and of the
/// equations, so both live on the heap until the driver is freed. One thread at a time.
@safe struct PrinceDormandIntegrator: ~Copyable {
  private let driver: UnsafeMutablePointer<gsl_odeiv2_driver>
  private let system: UnsafeMutablePointer<gsl_odeiv2_system>
  private let equations: UnsafeMutablePointer<LimbEquations>
  /// Angles and rates at `time` (dimension) [rad, rad/s].
  private(set) var y: [Double]
  /// Time since the start [s].
  private(set) var time = 0.0

  /// An integrator at `start`, with the same absolute and relative `tolerance` a step [1].
  ///
  /// - Parameters:
  ///   - firstStep: the first step to try [s].
  ///   - stepLimit: steps in one `advance` at most [1].
  init(
    _ equations: LimbEquations, from start: [Double], tolerance: Double, firstStep: Double,
    stepLimit: UInt
  ) throws(CrossCheckFailure) {
    precondition(start.count == equations.dimension, "angles and rates of every coordinate")
    _ = errorHandlerIsOff
    // both pointers are freed in deinit, or below when there is no driver
    let context = UnsafeMutablePointer<LimbEquations>.allocate(capacity: 1)
    unsafe context.initialize(to: equations)
    let system = UnsafeMutablePointer<gsl_odeiv2_system>.allocate(capacity: 1)
    unsafe system.initialize(
      to: gsl_odeiv2_system(
        function: limbRates, jacobian: nil, dimension: equations.dimension, params: context))
    guard
      let driver = unsafe gsl_odeiv2_driver_alloc_y_new(
        system, diffmsm_rk8pd(), firstStep, tolerance, tolerance)
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
    y = start
  }

  deinit {
    unsafe gsl_odeiv2_driver_free(driver)
    unsafe equations.deinitialize(count: 1)
    unsafe equations.deallocate()
    unsafe system.deallocate()
  }

  /// Integrates up to `end` [s] with this payload [kg]; a change of payload restarts the step control.
  mutating func advance(to end: Double, payloadMass: Double) throws(CrossCheckFailure) {
    // nobody else has this address, and GSL calls back on this thread only
    if unsafe equations.pointee.payloadMass != payloadMass {
      unsafe equations.pointee.payloadMass = payloadMass
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
  let equations = unsafe context.assumingMemoryBound(to: LimbEquations.self)
  let count = unsafe equations.pointee.dimension
  let isFinite = unsafe equations.pointee.evaluate(
    at: time, UnsafeBufferPointer(start: y, count: count),
    into: UnsafeMutableBufferPointer(start: rates, count: count))
  return Int32(isFinite ? GSL_SUCCESS : GSL_EBADFUNC)
}
