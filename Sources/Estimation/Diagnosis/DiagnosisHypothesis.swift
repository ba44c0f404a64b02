internal import Identification
internal import Musculoskeletal
public import Signals

/// One thing that may be wrong with a session.
public enum DiagnosisHypothesis: Sendable, Hashable {
  /// Nothing is.
  case asRecorded
  /// A channel carries no EMG of its muscle.
  case deadChannel(Int)
  /// Two channels are exchanged.
  case swappedChannels(Int, Int)
  /// A coordinate's sensor counts the other way.
  case angleSign(Int)
  /// A coordinate's sensor does not show the model's zero.
  case angleZero(Int)
  /// The payload is not what was announced.
  case payload(PayloadInterval)
  /// The joints' damping is not what the session says.
  case damping
  /// EMG and angles do not have the delay that the session says.
  case misalignment

  /// A time in which the payload was another than announced.
  public struct PayloadInterval: Sendable, Hashable {
    /// The stretch (index).
    public var stretch: Int
    /// Steps of the stretch.
    public var steps: Range<Int>
    /// When it begins [ns on the session timeline].
    public var start: SampleTime
    /// When it ends [ns on the session timeline].
    public var end: SampleTime
    /// What was announced [kg].
    public var announced: Double
    /// What was held, as the motion says [kg].
    public var held: Double
  }

  /// Standard deviation of a sensor's zero that is looked for [rad].
  static let zeroDeviation = 0.5
  /// Standard deviation of a damping's logarithm that is looked for [1].
  static let dampingDeviation = 1.0
  /// Standard deviation of a delay that is looked for [s].
  static let delayDeviation = 0.1

  /// The stretch with number `index` as it would be without the fault.
  ///
  /// - Parameter proxies: the channels whose mean stands for each channel that is dead (channelCount).
  func repaired(_ window: Window, index: Int, proxies: [[Int]]) -> Window {
    var result = window
    let channels = window.channelCount
    switch self {
    case .asRecorded, .angleZero, .damping, .misalignment: break
    case .deadChannel(let channel):
      let proxy = proxies[channel]
      for row in 0...window.halfStepCount {
        var sum = 0.0
        for other in proxy { sum += window.envelopes[row * channels + other] }
        result.envelopes[row * channels + channel] = proxy.isEmpty ? 0 : sum / Double(proxy.count)
      }
    case .swappedChannels(let first, let second):
      for row in 0...window.halfStepCount {
        result.envelopes.swapAt(row * channels + first, row * channels + second)
      }
    case .angleSign(let coordinate):
      for place in stride(from: coordinate, to: window.angles.count, by: window.coordinateCount) {
        result.angles[place].negate()
        if !window.rates.isEmpty { result.rates[place].negate() }
      }
    case .payload(let interval):
      guard interval.stretch == index else { break }
      for step in interval.steps { result.payload[step] = interval.held }
    }
    return result
  }

  /// The identification that would find the fault's size, and everything else besides.
  func freed(_ model: LimbEstimationModel) -> LimbEstimationModel {
    let base = model.parameters.base
    var targets: [(name: String, targets: [Quantity], sd: Double)] = []
    let coordinates = model.limb.skeleton.modelCoordinates.map {
      model.limb.description.coordinates[$0].name
    }
    switch self {
    case .asRecorded, .deadChannel, .swappedChannels, .angleSign, .payload: return model
    case .angleZero(let index):
      targets = [
        (
          "coordinate/\(coordinates[index])/offset", [.coordinate(index, .offset)],
          Self.zeroDeviation
        )
      ]
    case .damping:
      for index in 0..<model.limb.coordinateCount where base.limb.joints[index].damping > 0 {
        targets.append(
          (
            "coordinate/\(coordinates[index])/damping", [.coordinate(index, .damping)],
            Self.dampingDeviation
          ))
      }
    case .misalignment:
      targets = [
        ("emg/delay", base.channels.indices.map { .emg($0, .delay) }, Self.delayDeviation)
      ]
    }
    // what is free already keeps its place and gets the wide prior; the rest comes after
    var free = model.parameters.free
    for wanted in targets {
      if let place = free.firstIndex(where: { $0.targets == wanted.targets }) {
        free[place].priorDeviation = max(free[place].priorDeviation, wanted.sd)
      } else {
        free.append(
          FreeParameter(
            name: wanted.name, targets: wanted.targets, base: base[wanted.targets[0]],
            priorDeviation: wanted.sd))
      }
    }
    return model.with(parameters: ParameterSet(free: free, base: base))
  }
}
