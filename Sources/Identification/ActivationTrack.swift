internal import Musculoskeletal
internal import RealModule
internal import Signals

/// Activations of all muscles at the half steps of a window, with their derivatives by the unknowns.
///
/// Each channel's excitation is (exp(A g e(t - d)) - 1) / (exp(A) - 1) with envelope e, gain g, shape A
/// and delay d; a muscle's is the weighted sum of its channels'. Then the muscle's activation dynamics by
/// RK4 over half steps with linear excitation between them. The derivatives, by the channels' numbers and
/// by both time constants, are those of the discrete solution.
struct ActivationTrack: Sendable {
  /// What an unknown moves of a muscle's activation.
  enum Cause: Hashable, Sendable {
    /// A property of the channel of one of the muscle's shares (index into its drive's shares).
    case channel(share: Int, Quantity.ChannelProperty)
    /// The activation time constant.
    case activationTimeConstant
    /// The deactivation time constant.
    case deactivationTimeConstant
  }

  /// One derivative that a muscle's activation has.
  struct Tangent: Sendable {
    /// The unknown it belongs to (index into theta).
    let parameter: Int
    /// The muscle whose activation moves (muscle index).
    let muscle: Int
    /// How the unknown moves it.
    let cause: Cause
  }

  /// What excites each muscle (muscleCount).
  let drives: [MuscleDrive]
  /// True when excitations are activations: no dynamics.
  let isDirect: Bool
  /// Every pair of an unknown and a muscle whose activation it moves.
  let tangents: [Tangent]
  /// Activations at the window's half steps, history left out ((2 stepCount + 1) x muscleCount) [1].
  private(set) var activations: [Double] = []
  /// Their derivatives ((2 stepCount + 1) x tangents.count) [1 per unit of theta].
  private(set) var activationChanges: [Double] = []

  /// The track of muscles excited by `drives`, with the tangents that `parameters` needs.
  init(drives: [MuscleDrive], parameters: ParameterSet, isDirect: Bool = false) {
    self.isDirect = isDirect
    self.drives = drives
    tangents = parameters.moves.flatMap { move in
      switch move.quantity {
      case .emg(let channel, let property):
        drives.indices.flatMap { muscle in
          drives[muscle].shares.indices.compactMap { share in
            drives[muscle].shares[share].channel == channel
              ? Tangent(
                parameter: move.parameter, muscle: muscle,
                cause: .channel(share: share, property)) : nil
          }
        }
      case .muscle(let muscle, .activationTimeConstant) where !isDirect:
        [Tangent(parameter: move.parameter, muscle: muscle, cause: .activationTimeConstant)]
      case .muscle(let muscle, .deactivationTimeConstant) where !isDirect:
        [Tangent(parameter: move.parameter, muscle: muscle, cause: .deactivationTimeConstant)]
      default: [Tangent]()
      }
    }
  }

  /// Computes the activations of `window`.
  ///
  /// - Parameter muscles: whose activation dynamics are followed (muscleCount).
  mutating func fill(
    _ window: Window, channelParameters: [ChannelParameters], muscles: [MuscleParameters]
  ) {
    let muscleCount = drives.count
    let rows = 2 * window.stepCount + 1
    if activations.count != rows * muscleCount {
      activations = Array(repeating: 0, count: rows * muscleCount)
      activationChanges = Array(repeating: 0, count: rows * tangents.count)
    }
    let first = 2 * window.historySteps
    let halfStep = 0.5 * window.step
    for muscle in 0..<muscleCount {
      let drive = drives[muscle]
      let law = muscles[muscle]
      let own = tangents.indices.filter { tangents[$0].muscle == muscle }
      /// The excitation at half step `row`, its parts left in `parts` (shares).
      func excite(_ row: Int, _ parts: inout [Excitation]) -> Double {
        var sum = 0.0
        for index in drive.shares.indices {
          let share = drive.shares[index]
          parts[index] = Excitation(
            window, channel: share.channel, halfStep: row,
            parameters: channelParameters[share.channel])
          sum += share.weight * parts[index].value
        }
        return sum
      }
      func change(_ parts: [Excitation], _ tangent: Int) -> Double {
        guard case .channel(let share, let property) = tangents[tangent].cause else { return 0 }
        return drive.shares[share].weight * parts[share].change(by: property)
      }
      var parts = Array(repeating: Excitation(), count: drive.shares.count)
      var nextParts = parts
      var excitation = excite(0, &parts)
      // at rest in the first envelope; the history forgets the difference
      let arrived =
        isDirect ? (value: excitation, slope: 1.0) : law.steadyActivation(excitation)
      var activation = arrived.value
      var changes = own.map { arrived.slope * change(parts, $0) }
      for row in 0...window.halfStepCount {
        if row >= first {
          activations[(row - first) * muscleCount + muscle] = activation
          for (slot, tangent) in own.enumerated() {
            activationChanges[(row - first) * tangents.count + tangent] = changes[slot]
          }
        }
        guard row < window.halfStepCount else { break }
        let next = excite(row + 1, &nextParts)
        if isDirect {
          activation = next
          for (slot, tangent) in own.enumerated() { changes[slot] = change(nextParts, tangent) }
        } else if own.isEmpty {
          activation = law.advanceActivation(activation, from: excitation, to: next, step: halfStep)
        } else {
          let step = ActivationStep(
            law, activation: activation, from: excitation, to: next, step: halfStep)
          activation = step.activation
          for (slot, tangent) in own.enumerated() {
            let input =
              switch tangents[tangent].cause {
              case .channel:
                step.byStart * change(parts, tangent) + step.byEnd * change(nextParts, tangent)
              case .activationTimeConstant: step.byLogActivationTimeConstant
              case .deactivationTimeConstant: step.byLogDeactivationTimeConstant
              }
            changes[slot] = step.byActivation * changes[slot] + input
          }
        }
        swap(&parts, &nextParts)
        excitation = next
      }
    }
  }
}

/// The excitation at one half step with its derivatives by gain, shape and delay.
private struct Excitation {
  /// Excitation [1].
  let value: Double
  /// By the logarithm of the gain [1].
  let byLogGain: Double
  /// By the shape factor [1].
  let byShape: Double
  /// By the delay [1/s].
  let byDelay: Double

  /// No excitation.
  init() {
    value = 0
    byLogGain = 0
    byShape = 0
    byDelay = 0
  }

  /// The excitation at `halfStep` of `window`, its history counted.
  init(_ window: Window, channel: Int, halfStep: Int, parameters: ChannelParameters) {
    let (envelope, slope) = Self.envelope(
      window, channel: channel, halfStep: halfStep, delay: parameters.delay)
    let driven = parameters.gain * envelope
    let shape = parameters.shapeFactor
    let curve = ExcitationShape.point(driven, shapeFactor: shape)
    value = curve.value
    byShape = curve.byShapeFactor
    let byDriven = curve.byInput
    byLogGain = byDriven * driven
    byDelay = -byDriven * parameters.gain * slope
  }

  /// The derivative by one of the channel's numbers [1 per unit of theta].
  func change(by property: Quantity.ChannelProperty) -> Double {
    switch property {
    case .gain: byLogGain
    case .shapeFactor: byShape
    case .delay: byDelay
    }
  }

  /// The envelope `delay` earlier, by cubic (Catmull-Rom) interpolation, and its slope [1/s].
  private static func envelope(
    _ window: Window, channel: Int, halfStep: Int, delay: Double
  ) -> (value: Double, slope: Double) {
    let last = window.halfStepCount
    func at(_ index: Int) -> Double {
      window.envelopes[min(max(index, 0), last) * window.channelCount + channel]
    }
    let spacing = 0.5 * window.step
    let position = Double(halfStep) - delay / spacing
    let base = Int(position.rounded(.down))
    let t = position - Double(base)
    let p0 = at(base - 1)
    let p1 = at(base)
    let p2 = at(base + 1)
    let p3 = at(base + 2)
    let c1 = 0.5 * (p2 - p0)
    let c2 = p0 - 2.5 * p1 + 2 * p2 - 0.5 * p3
    let c3 = 0.5 * (p3 - p0) + 1.5 * (p1 - p2)
    let value = p1 + t * (c1 + t * (c2 + t * c3))
    let slope = (c1 + t * (2 * c2 + t * 3 * c3)) / spacing
    return (value, slope)
  }
}
