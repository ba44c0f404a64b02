import RealModule

/// One inertial unit, whichever way it tells how it is turned: its own orientation, or rates and forces.
///
/// Where the unit gives an orientation, that is taken, and the gyroscope's bias is the slow mean of what
/// its rates exceed the orientation's own turning by:
///
///     bias <- bias + (rate - 2 log(q before* q) / T - bias) T / biasTime
///
/// Otherwise `OrientationFilter` makes the orientation and knows the bias.
public struct InertialUnit: Hashable, Sendable {
  /// How a unit is turned and turns.
  public struct State: Hashable, Sendable {
    /// From the unit's axes to the world's, z up.
    public var orientation: Orientation
    /// Angular rate in the unit's axes, bias taken off (3); nil without a gyroscope [rad/s].
    public var rate: SIMD3<Double>?
    /// True while the magnetic field is not that of the start.
    public var isFieldDisturbed: Bool

    /// A unit that stands so.
    public init(
      orientation: Orientation, rate: SIMD3<Double>? = nil, isFieldDisturbed: Bool = false
    ) {
      self.orientation = orientation
      self.rate = rate
      self.isFieldDisturbed = isFieldDisturbed
    }
  }

  /// In what time the bias of a unit with its own orientation is learnt [s].
  static let biasTime = 20.0

  /// The sampling rate [Hz].
  public let rate: Double
  private var filter: OrientationFilter
  /// The last orientation that the unit gave.
  private var last: Orientation?
  /// The rate of the reading before (3) [rad/s].
  private var lastRate = SIMD3<Double>.zero
  /// The gyroscope's bias beside the unit's own orientation (3) [rad/s].
  private var bias = SIMD3<Double>.zero
  /// How long the bias has been learnt [s].
  private var learnt = 0.0

  /// A unit sampled at `rate` [Hz].
  public init(rate: Double) {
    self.rate = rate
    filter = OrientationFilter(rate: rate)
  }

  /// Takes rates, forces and, where there is one, the field.
  public mutating func advance(_ sample: InertialSample) -> State {
    let orientation = filter.advance(sample)
    return State(
      orientation: orientation, rate: sample.rate - filter.bias,
      isFieldDisturbed: filter.isFieldDisturbed)
  }

  /// Takes the unit's own orientation as w, x, y, z [1] and its rates [rad/s]; nil when it is none.
  public mutating func advance(
    quaternion: SIMD4<Double>, rate measured: SIMD3<Double>?
  ) -> State? {
    guard let orientation = Orientation(quaternion: quaternion) else {
      last = nil
      return nil
    }
    defer { last = orientation }
    guard let measured else { return State(orientation: orientation) }
    if let last {
      let turning = (last.inverse * orientation).vector * rate
      let excess = 0.5 * (measured + lastRate) - turning
      learnt = min(learnt + 1 / rate, Self.biasTime)
      bias += (excess - bias) / (learnt * rate)
    }
    lastRate = measured
    return State(orientation: orientation, rate: measured - bias)
  }

  /// Forgets how it stood, as after a gap; the bias is kept.
  public mutating func restart() {
    last = nil
    filter.restart()
  }
}

extension InertialUnit: Resumable {
  /// The filter's state and the bias.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&filter)
    archive.carry(&last, blank: .identity)
    archive.carry(&lastRate)
    archive.carry(&bias)
    archive.carry(&learnt)
  }
}

extension InertialUnit.State: Resumable {
  /// How it stands and turns.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&orientation)
    archive.carry(&rate, blank: .zero)
    archive.carry(&isFieldDisturbed)
  }
}
