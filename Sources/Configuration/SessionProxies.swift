public import Identification
internal import Musculoskeletal
internal import OpenSimFiles

/// A muscle without EMG of its own, and what stands in for it.
public struct MuscleProxy: Hashable, Sendable {
  /// A measured muscle's part in the excitation.
  public struct Part: Hashable, Sendable {
    /// The measured muscle (index into the model's muscles).
    public var muscle: Int
    /// Its EMG channel (index into the session's EMG signals).
    public var channel: Int
    /// Its weight [1].
    public var weight: Double
  }

  /// The muscle without EMG (index into the model's muscles).
  public var muscle: Int
  /// The muscles whose EMG stands in for its own, in file order.
  public var parts: [Part]
  /// What the prior standard deviation of its strength is inflated by, root of squares [1].
  public var strengthDeviation = 0.3
  /// Relative standard deviation of its activation [1].
  public var activationDeviation = 0.2

  /// The muscle's drive: the weighted sum of the channels.
  public var drive: MuscleDrive {
    MuscleDrive(
      shares: parts.map { MuscleDrive.Share(channel: $0.channel, weight: $0.weight) },
      deviation: activationDeviation)
  }

  /// The prior deviation of a strength that would be `deviation` with EMG of its own [1].
  public func inflated(_ deviation: Double) -> Double {
    (deviation * deviation + strengthDeviation * strengthDeviation).squareRoot()
  }
}

extension SessionReading {
  /// The muscles of `section` that other muscles' EMG stands in for.
  func muscleProxies(_ section: ConfigurationNode?, emg: [EMGAssignment]) -> [MuscleProxy] {
    guard let model else { return [] }
    let names = model.muscles.map(\.name)
    var proxies: [MuscleProxy] = []
    for item in section?.optional("emg")?.items("a list of EMG channels") ?? []
    where item.isMapping && item.optional("proxy") != nil {
      guard let mixture = item.section("proxy") else { continue }
      var parts: [MuscleProxy.Part] = []
      for (name, place, node) in mixture.entries {
        guard let weight = node.number("a weight", in: 0...10),
          let muscle = index(of: name, place, in: names, kind: "muscle")
        else { continue }
        guard let channel = emg.firstIndex(where: { $0.muscles.contains(muscle) }) else {
          // channels that could not be read have been reported
          if sourcesAreSound {
            place.report(
              "the muscle \(quoted(name)) has no EMG that could stand in for another",
              remedy: "name muscles that are listed under a channel")
          }
          continue
        }
        parts.append(MuscleProxy.Part(muscle: muscle, channel: channel, weight: weight))
      }
      if mixture.entries.isEmpty || parts.allSatisfy({ $0.weight == 0 }), problemCount == 0 {
        mixture.report(
          "\(mixture.keyPath) excites nothing",
          remedy: "write it as { BIClong: 0.5, BICshort: 0.5 }")
      }
      let share = QuantityRange.within(0...10, words: "0 to 1000 %")
      let strength = item.quantity("strength_sd", .fraction, share)
      let activation = item.quantity("activation_sd", .fraction, share)
      guard !parts.isEmpty else { continue }
      for node in item.optional("muscles")?.items("a list of muscles") ?? [] {
        guard let name = node.plainText, let muscle = names.firstIndex(of: name) else { continue }
        var proxy = MuscleProxy(muscle: muscle, parts: parts)
        if let strength { proxy.strengthDeviation = strength }
        if let activation { proxy.activationDeviation = activation }
        proxies.append(proxy)
      }
    }
    return proxies
  }

  /// Reports electrodes of an entry whose muscles have none.
  func refuseElectrodes(_ item: ConfigurationNode) {
    for key in ["channel", "channels", "mvc"] {
      item.optional(key)?.report(
        "\(item.keyPath) has both \(quoted(key)) and \"proxy\"",
        remedy: "a muscle with EMG of its own needs no proxy; delete one of the two")
    }
  }

  /// Widens the priors of strengths that only muscles without EMG have.
  func inflateStrengths(_ free: [FreeParameter], proxies: [MuscleProxy]) -> [FreeParameter] {
    free.map { parameter in
      guard parameter.isMaxIsometricForce else { return parameter }
      let own = parameter.targets.map { target in
        proxies.first { target == .muscle($0.muscle, .maxIsometricForce) }
      }
      // a strength shared with measured muscles is theirs
      guard own.allSatisfy({ $0 != nil }), let first = own[0] else { return parameter }
      var wide = parameter
      wide.priorDeviation = first.inflated(parameter.priorDeviation)
      return wide
    }
  }
}
