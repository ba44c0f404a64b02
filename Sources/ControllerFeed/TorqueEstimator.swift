internal import Algebra
internal import Identification
internal import Musculoskeletal
internal import Signals

/// The muscles' torque on each joint, frame by frame, with its standard deviation.
///
///     tau_i = sum_m r_mi(q) F_m(q, u, a_m),      var tau_i = J_i C J_iT + sum_m (r_mi dF_m/da a_m s)^2 + s_tau^2
///
/// with moment arms r, tendon forces F, the parameters' covariance C and J = d tau/d theta, the noise s of
/// activations and s_tau of unknown torques. J holds what theta changes of the muscles and, through
/// activation dynamics, of gain, shape, delay and time constants; not what it changes of sensor offsets. The
/// rates are those of half the estimator's span ago. Allocates nothing, but in `use` where the distribution of a body's
/// mass is unknown.
struct TorqueEstimator: Sendable {
  /// What an unknown changes of a muscle's force.
  private struct Tangent: Sendable {
    /// The unknown (index into `active`).
    let column: Int
    /// The muscle (index).
    let muscle: Int
    /// How the unknown changes it.
    let cause: Cause
  }

  private enum Cause: Sendable {
    case muscle(Quantity.MuscleProperty)
    case channel(share: Int, Quantity.ChannelProperty)
  }

  /// Muscles' torque (coordinateCount) [N·m].
  private(set) var torque: [Double]
  /// Its standard deviation (coordinateCount) [N·m].
  private(set) var deviation: [Double]
  /// Angles without their sensors' offsets (coordinateCount) [rad].
  private(set) var angle: [Double]
  /// Rates (coordinateCount) [rad/s].
  private(set) var rate: [Double]
  /// Torque against gravity (coordinateCount) [N·m].
  private(set) var gravity: [Double]
  /// Activations (muscleCount) [1].
  private(set) var activations: [Double]
  /// Everything at the latest frame.
  private var state: LimbState
  /// True when the latest frame was whole and rates are known.
  private(set) var isReady = false

  private let model: LimbEstimationModel
  /// Frame to frame [s].
  private let spacing: Double
  private var system: SystemParameters
  /// The unknowns that `system` is made of (parameterCount) [1, or the quantity's unit].
  private var theta: [Double]
  /// The unknowns that move a muscle's force (indices into theta).
  private let active: [Int]
  private let tangents: [Tangent]
  /// Covariance of the active unknowns (active x active) [theta's units].
  private var covariance: [Double]
  /// d activation/d unknown of each tangent (tangents) [1 per unit of theta].
  private var activationChanges: [Double]
  /// d torque/d unknown (coordinateCount x active) [N·m per unit of theta].
  private var jacobian: [Double]
  /// Moment arms (muscleCount x coordinateCount) [m/rad].
  private var arms: [Double]
  private var estimators: [AngleRateEstimator]
  /// The latest envelopes, a ring of rows (historyRows x channelCount) [1].
  private var history: [Double]
  private let historyRows: Int
  /// Rows written since the last gap [1].
  private var rowCount = 0
  /// Excitations of the frame before (muscleCount) [1].
  private var excitations: [Double]
  /// d excitation/d unknown of each tangent in the frame before (tangents) [1 per unit of theta].
  private var excitationChanges: [Double]
  /// No external torque (coordinateCount) [N·m].
  private let noTorque: [Double]

  /// What delays may be worth, the nominal one not counted [s].
  private static let longestDelay = 0.2
  /// The age that rates are given, about [s].
  private static let rateDelay = 0.0125

  /// An estimator of frames `spacing` [s] apart, with what `model` begins with.
  init(_ model: LimbEstimationModel, spacing: Double) {
    self.model = model
    self.spacing = spacing
    let parameters = model.parameters
    var active: [Int] = []
    var tangents: [Tangent] = []
    for (index, free) in parameters.free.enumerated() {
      var own: [(muscle: Int, cause: Cause)] = []
      for target in free.targets {
        switch target {
        case .muscle(let muscle, let property): own.append((muscle, .muscle(property)))
        case .emg(let channel, let property):
          for (muscle, drive) in model.drives.enumerated() {
            for share in drive.shares.indices where drive.shares[share].channel == channel {
              own.append((muscle, .channel(share: share, property)))
            }
          }
        default: break
        }
      }
      guard !own.isEmpty else { continue }
      for (muscle, cause) in own {
        tangents.append(Tangent(column: active.count, muscle: muscle, cause: cause))
      }
      active.append(index)
    }
    self.active = active
    self.tangents = tangents
    let coordinates = model.limb.coordinateCount
    let muscles = model.limb.muscleCount
    func zeros(_ count: Int) -> [Double] { Array(repeating: 0, count: count) }
    torque = zeros(coordinates)
    deviation = zeros(coordinates)
    angle = zeros(coordinates)
    rate = zeros(coordinates)
    gravity = zeros(coordinates)
    noTorque = zeros(coordinates)
    activations = zeros(muscles)
    excitations = zeros(muscles)
    state = LimbState(model.limb)
    covariance = zeros(active.count * active.count)
    activationChanges = zeros(tangents.count)
    excitationChanges = zeros(tangents.count)
    jacobian = zeros(coordinates * active.count)
    arms = zeros(muscles * coordinates)
    let estimator = AngleRateEstimator(delay: Self.rateDelay, rate: 1 / spacing)
    estimators = Array(repeating: estimator, count: coordinates)
    historyRows = Int((Self.longestDelay / spacing).rounded(.up)) + 2
    let channels = parameters.base.channels.count
    history = zeros(historyRows * channels)
    theta = parameters.priorMean
    system = parameters.system(at: theta)
    for (row, index) in active.enumerated() {
      let sd = parameters.free[index].priorDeviation
      covariance[row * active.count + row] = sd * sd
    }
  }

  /// Goes over to another estimate, in the storage that is there; `covariance` is the whole one, lower triangle row by row.
  mutating func use(theta: [Double], covariance whole: [Double]) {
    self.theta.copy(theta)
    model.parameters.fill(&system, at: theta)
    for row in active.indices {
      for column in active.indices {
        let high = max(active[row], active[column])
        let low = min(active[row], active[column])
        covariance[row * active.count + column] = whole[high * (high + 1) / 2 + low]
      }
    }
  }

  /// An element of the mass matrix at the latest frame [kg·m^2].
  func inertia(_ row: Int, _ column: Int) -> Double { state.massMatrix[row, column] }

  /// The tendon force of a muscle at the latest frame [N].
  func force(_ muscle: Int) -> Double { state.force[muscle].force }

  /// Takes the next frame of the grid.
  mutating func advance(_ frame: Frame) {
    guard frame.isValid else {
      isReady = false
      rowCount = 0
      for index in estimators.indices { estimators[index].reset() }
      return
    }
    let channels = system.channels.count
    let row = rowCount % historyRows
    for channel in 0..<channels { history[row * channels + channel] = frame.envelopes[channel] }
    rowCount += 1
    isReady = true
    for index in angle.indices {
      angle[index] = frame.angles[index] - system.angleOffsets[index]
      if let value = estimators[index].advance(angle[index]) {
        rate[index] = value
      } else {
        rate[index] = 0
        isReady = false
      }
    }
    activate()
    model.limb.evaluate(
      q: angle, u: rate, activations: activations, torque: noTorque, payloadMass: frame.payload,
      parameters: system.limb, state: &state, forDerivatives: false)
    model.limb.fillMomentArms(state, into: &arms)
    sumTorque(frame)
    model.limb.replaceBiasByGravity(&state)
    for index in gravity.indices { gravity[index] = state.bias[index] }
  }

  /// Brings activations and their derivatives to the latest row of envelopes.
  private mutating func activate() {
    for muscle in activations.indices {
      let law = system.limb.muscles[muscle]
      let shares = model.drives[muscle].shares
      var excitation = 0.0
      // by index: an unspecialised iterator allocates
      for index in shares.indices {
        excitation += shares[index].weight * excite(shares[index].channel).value
      }
      let before = excitations[muscle]
      excitations[muscle] = excitation
      if model.drivesActivation || rowCount == 1 {
        let steady =
          model.drivesActivation ? (value: excitation, slope: 1) : law.steadyActivation(excitation)
        activations[muscle] = steady.value
        for index in tangents.indices where tangents[index].muscle == muscle {
          let change = excitationChange(index, shares)
          excitationChanges[index] = change
          activationChanges[index] = steady.slope * change
        }
        continue
      }
      let step = ActivationStep(
        law, activation: activations[muscle], from: before, to: excitation, step: spacing)
      for index in tangents.indices where tangents[index].muscle == muscle {
        let change = excitationChange(index, shares)
        let input: Double =
          switch tangents[index].cause {
          case .muscle(.activationTimeConstant): step.byLogActivationTimeConstant
          case .muscle(.deactivationTimeConstant): step.byLogDeactivationTimeConstant
          default: step.byStart * excitationChanges[index] + step.byEnd * change
          }
        activationChanges[index] = step.byActivation * activationChanges[index] + input
        excitationChanges[index] = change
      }
      activations[muscle] = step.activation
    }
  }

  /// The excitation of `channel` now, with its derivatives by ln gain, shape factor and delay.
  private func excite(
    _ channel: Int
  ) -> (value: Double, byLogGain: Double, byShape: Double, byDelay: Double) {
    let numbers = system.channels[channel]
    let back = min(max(numbers.delay, 0) / spacing, Double(min(rowCount, historyRows) - 1))
    let whole = Int(back)
    let share = back - Double(whole)
    let near = envelope(channel, back: whole)
    let far = envelope(channel, back: min(whole + 1, min(rowCount, historyRows) - 1))
    let envelope = near + share * (far - near)
    let driven = numbers.gain * envelope
    let curve = ExcitationShape.point(driven, shapeFactor: numbers.shapeFactor)
    return (
      curve.value, curve.byInput * driven, curve.byShapeFactor,
      curve.byInput * numbers.gain * (far - near) / spacing
    )
  }

  private func envelope(_ channel: Int, back: Int) -> Double {
    history[(rowCount - 1 - back) % historyRows * system.channels.count + channel]
  }

  private func excitationChange(_ tangent: Int, _ shares: [MuscleDrive.Share]) -> Double {
    guard case .channel(let share, let property) = tangents[tangent].cause else { return 0 }
    let parts = excite(shares[share].channel)
    let weight = shares[share].weight
    switch property {
    case .gain: return weight * parts.byLogGain
    case .shapeFactor: return weight * parts.byShape
    case .delay: return weight * parts.byDelay
    }
  }

  /// Torque and deviation of each coordinate.
  private mutating func sumTorque(_ frame: Frame) {
    let count = torque.count
    for index in jacobian.indices { jacobian[index] = 0 }
    for tangent in tangents.indices {
      let (muscle, column) = (tangents[tangent].muscle, tangents[tangent].column)
      let change = forceChange(tangent)
      for index in 0..<count {
        jacobian[index * active.count + column] += arms[muscle * count + index] * change
      }
    }
    for index in 0..<count {
      var sum = 0.0
      var variance = model.noise.torque * model.noise.torque
      for muscle in activations.indices {
        let arm = arms[muscle * count + index]
        let force = state.force[muscle]
        sum += arm * force.force
        let noise = max(model.noise.activation, model.drives[muscle].deviation)
        let part = arm * force.byActivation * activations[muscle] * noise
        variance += part * part
      }
      for row in 0..<active.count {
        let own = jacobian[index * active.count + row]
        guard own != 0 else { continue }
        var inner = 0.0
        for column in 0..<active.count {
          inner +=
            covariance[row * active.count + column] * jacobian[index * active.count + column]
        }
        variance += own * inner
      }
      torque[index] = sum
      // rounding may leave a little less than nothing
      deviation[index] = max(variance, 0).squareRoot()
    }
  }

  /// d force of its muscle/d unknown of a tangent [N per unit of theta].
  private func forceChange(_ tangent: Int) -> Double {
    let force = state.force[tangents[tangent].muscle]
    switch tangents[tangent].cause {
    case .channel: return force.byActivation * activationChanges[tangent]
    case .muscle(let property):
      switch property {
      case .maxIsometricForce: return force.byLogMaxIsometricForce
      case .optimalFiberLength: return force.byLogOptimalFiberLength
      case .tendonSlackLength: return force.byLogTendonSlackLength
      case .maxContractionVelocity: return force.byLogMaxContractionVelocity
      case .pennation: return force.byPennation
      case .fiberDamping:
        return force.byFiberDamping * system.limb.muscles[tangents[tangent].muscle].fiberDamping
      case .tendonStrain: return 0
      case .activationTimeConstant, .deactivationTimeConstant:
        return force.byActivation * activationChanges[tangent]
      }
    }
  }
}

extension TorqueEstimator: Resumable {
  /// The estimate in use, activations and rates; the limb's forces and masses are the next frame's.
  mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&torque)
    archive.carry(&deviation)
    archive.carry(&angle)
    archive.carry(&rate)
    archive.carry(&gravity)
    archive.carry(&activations)
    archive.carry(&isReady)
    archive.carry(&theta)
    if archive.isRestoring { system = model.parameters.system(at: theta) }
    archive.carry(&covariance)
    archive.carry(&activationChanges)
    archive.carry(&estimators)
    archive.carry(&history)
    archive.carry(&rowCount)
    archive.require(rowCount >= 0)
    archive.carry(&excitations)
    archive.carry(&excitationChanges)
  }
}
