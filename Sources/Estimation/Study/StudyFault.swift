internal import Algebra
public import Identification
internal import Musculoskeletal
internal import RealModule
public import Signals

/// What is wrong with a session on purpose, so that its diagnosis can be tested.
///
/// A fault changes what was recorded of a motion, or what the session says about the limb, never the
/// motion itself.
public enum StudyFault: Sendable, Hashable {
  /// One electrode shows nothing but the amplifier's noise.
  case deadElectrode(channel: Int)
  /// Two channels are connected to each other's electrodes.
  case swappedElectrodes(Int, Int)
  /// A joint's sensor counts the other way, its rates too.
  case encoderSign(coordinate: Int)
  /// A joint's sensor shows `offset` at the model's zero [rad].
  case encoderZero(coordinate: Int, offset: Double)
  /// The payload of the `period`-th holding was put down, which was announced only after the fraction
  /// `delay` of the time until it was picked up again.
  case payloadPutDown(period: Int, delay: Double)
  /// The session says that joints are damped by `factor` times what they are.
  case wrongDamping(factor: Double)
  /// EMG is `time` later than angles by the session's clock [s].
  case misalignment(time: Double)

  /// What an amplifier without a signal shows of the EMG of a maximum voluntary contraction [1].
  static let baseline = 0.005

  /// What is recorded of `window`, a whole session.
  public func applied(to window: Window) -> Window {
    var result = window
    let channels = window.channelCount
    let coordinates = window.coordinateCount
    switch self {
    case .deadElectrode(let channel):
      // rectified and smoothed noise of an amplifier, a tenth of its mean
      var random = RandomSource(seed: 0xDEAD &+ UInt64(channel))
      let retention = Double.exp(-0.5 * window.step / 0.05)
      var noise = random.gaussian()
      for row in 0...window.halfStepCount {
        noise = retention * noise + (1 - retention * retention).squareRoot() * random.gaussian()
        result.envelopes[row * channels + channel] = Self.baseline * max(1 + 0.1 * noise, 0)
      }
    case .swappedElectrodes(let first, let second):
      for row in 0...window.halfStepCount {
        result.envelopes.swapAt(row * channels + first, row * channels + second)
      }
    case .encoderSign(let coordinate):
      for index in stride(from: coordinate, to: window.angles.count, by: coordinates) {
        result.angles[index] = -window.angles[index]
        if !window.rates.isEmpty { result.rates[index] = -window.rates[index] }
      }
    case .encoderZero(let coordinate, let offset):
      for index in stride(from: coordinate, to: window.angles.count, by: coordinates) {
        result.angles[index] += offset
      }
    case .payloadPutDown(let period, let delay):
      let held = Self.holdings(window)
      guard period < held.count else { break }
      let end = held[period].upperBound
      let next = period + 1 < held.count ? held[period + 1].lowerBound : window.stepCount
      let late = Int((Double(next - end) * delay).rounded())
      for step in end..<(end + late) { result.payload[step] = window.payload[end - 1] }
    case .misalignment(let time):
      let rows = Int((2 * time / window.step).rounded())
      for row in 0...window.halfStepCount {
        let from = min(max(row - rows, 0), window.halfStepCount)
        for channel in 0..<channels {
          result.envelopes[row * channels + channel] =
            window.envelopes[from * channels + channel]
        }
      }
    case .wrongDamping: break
    }
    return result
  }

  /// What the session says about the limb of which `system` is true.
  public func applied(to system: SystemParameters) -> SystemParameters {
    guard case .wrongDamping(let factor) = self else { return system }
    var result = system
    for index in result.limb.joints.indices { result.limb.joints[index].damping *= factor }
    return result
  }

  /// The steps of `window` in which a payload is held, one range a holding.
  static func holdings(_ window: Window) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var begin: Int?
    for step in 0...window.stepCount {
      let isHeld = step < window.stepCount && window.payload[step] > 0
      if isHeld, begin == nil { begin = step }
      if !isHeld, let first = begin {
        ranges.append(first..<step)
        begin = nil
      }
    }
    return ranges
  }
}
