internal import Musculoskeletal
internal import RealModule
internal import Signals

/// Activations of all muscles at the half steps of a window, with their derivatives by the channels' unknowns.
///
/// excitation = (exp(A g e(t - d)) - 1) / (exp(A) - 1) with envelope e, gain g, shape A, delay d, then
/// `ActivationDynamics` by RK4 over half steps with linear excitation between them. The derivatives are
/// those of the discrete solution.
struct ActivationTrack: Sendable {
  /// One derivative that a muscle's activation has.
  struct Tangent: Sendable {
    /// The unknown it belongs to (index into theta).
    let parameter: Int
    /// The muscle whose activation moves (muscle index).
    let muscle: Int
    /// The channel's property that the unknown moves.
    let property: Quantity.ChannelProperty
  }

  /// The channel that excites each muscle (muscleCount).
  let channels: [Int]
  /// The dynamics of each muscle (muscleCount).
  let dynamics: [ActivationDynamics]
  /// True when excitations are activations: no dynamics.
  let isDirect: Bool
  /// Every pair of an unknown and a muscle whose activation it moves.
  let tangents: [Tangent]
  /// Activations at the window's half steps, history left out ((2 stepCount + 1) x muscleCount) [1].
  private(set) var activations: [Double] = []
  /// Their derivatives ((2 stepCount + 1) x tangents.count) [1 per unit of theta].
  private(set) var activationChanges: [Double] = []

  /// The track of muscles excited by `channels`, with the tangents that `parameters` needs.
  init(
    channels: [Int], dynamics: [ActivationDynamics], parameters: ParameterSet,
    isDirect: Bool = false
  ) {
    self.isDirect = isDirect
    self.channels = channels
    self.dynamics = dynamics
    var tangents: [Tangent] = []
    for (index, parameter) in parameters.free.enumerated() {
      for target in parameter.targets {
        guard case .emg(let channel, let property) = target else { continue }
        for muscle in channels.indices where channels[muscle] == channel {
          tangents.append(Tangent(parameter: index, muscle: muscle, property: property))
        }
      }
    }
    self.tangents = tangents
  }

  /// Computes the activations of `window`.
  mutating func fill(_ window: Window, channelParameters: [ChannelParameters]) {
    let muscleCount = channels.count
    let rows = 2 * window.stepCount + 1
    if activations.count != rows * muscleCount {
      activations = Array(repeating: 0, count: rows * muscleCount)
      activationChanges = Array(repeating: 0, count: rows * tangents.count)
    }
    let first = 2 * window.historySteps
    let halfStep = 0.5 * window.step
    for muscle in 0..<muscleCount {
      let channel = channels[muscle]
      let parameters = channelParameters[channel]
      let law = dynamics[muscle]
      let own = tangents.indices.filter { tangents[$0].muscle == muscle }
      var excitation = Excitation(window, channel: channel, halfStep: 0, parameters: parameters)
      // at rest in the first envelope; the history forgets the difference
      var activation = excitation.value
      var changes = own.map { excitation.change(by: tangents[$0].property) }
      for row in 0...window.halfStepCount {
        if row >= first {
          activations[(row - first) * muscleCount + muscle] = activation
          for (slot, tangent) in own.enumerated() {
            activationChanges[(row - first) * tangents.count + tangent] = changes[slot]
          }
        }
        guard row < window.halfStepCount else { break }
        let next = Excitation(window, channel: channel, halfStep: row + 1, parameters: parameters)
        if isDirect {
          activation = next.value
          for (slot, tangent) in own.enumerated() {
            changes[slot] = next.change(by: tangents[tangent].property)
          }
        } else if own.isEmpty {
          activation = law.advance(
            activation: activation, from: excitation.value, to: next.value, step: halfStep)
        } else {
          let step = RungeKuttaTangent(
            law, activation: activation, from: excitation.value, to: next.value, step: halfStep)
          activation = step.activation
          for (slot, tangent) in own.enumerated() {
            let property = tangents[tangent].property
            changes[slot] =
              step.byActivation * changes[slot] + step.byStart * excitation.change(by: property)
              + step.byEnd * next.change(by: property)
          }
        }
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

/// One RK4 step of activation dynamics with its derivatives by the start and both excitations.
private struct RungeKuttaTangent {
  /// Activation after the step [1].
  let activation: Double
  /// By the activation before it [1].
  let byActivation: Double
  /// By the excitation at its start [1].
  let byStart: Double
  /// By the excitation at its end [1].
  let byEnd: Double

  init(
    _ law: ActivationDynamics, activation: Double, from start: Double, to end: Double, step: Double
  ) {
    let middle = 0.5 * (start + end)
    let half = 0.5 * step
    let k1 = law.rate(activation: activation, excitation: start)
    let k2 = law.rate(activation: activation + half * k1.value, excitation: middle)
    let k3 = law.rate(activation: activation + half * k2.value, excitation: middle)
    let k4 = law.rate(activation: activation + step * k3.value, excitation: end)
    self.activation =
      activation + step / 6 * (k1.value + 2 * k2.value + 2 * k3.value + k4.value)

    // each stage's derivative by (activation, start, end)
    let d1 = SIMD3(k1.byActivation, k1.byExcitation, 0)
    let unit = SIMD3(1.0, 0, 0)
    let between = SIMD3(0, 0.5, 0.5)
    let d2 = (unit + half * d1) * k2.byActivation + between * k2.byExcitation
    let d3 = (unit + half * d2) * k3.byActivation + between * k3.byExcitation
    let d4 = (unit + step * d3) * k4.byActivation + SIMD3(0, 0, 1) * k4.byExcitation
    let sum = d1 + 2 * d2 + 2 * d3 + d4
    let total = unit + sum * (step / 6)
    byActivation = total.x
    byStart = total.y
    byEnd = total.z
  }
}
