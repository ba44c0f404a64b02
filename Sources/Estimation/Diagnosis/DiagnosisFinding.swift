public import Identification
internal import Musculoskeletal
internal import RealModule
internal import Signals

/// A fault of a session, named, with what speaks for it and what to do.
public struct DiagnosisFinding: Sendable, Hashable {
  /// What kind of thing, for programs.
  public var code: String
  /// What was found.
  public var message: String
  /// The figures behind it.
  public var evidence: String
  /// What to do about it.
  public var remedy: String
}

extension DiagnosisOutcome {
  /// The session's faults in words.
  public func findings(_ model: LimbEstimationModel) -> [DiagnosisFinding] {
    let names = DiagnosisNames(model)
    var findings = signals.indices.filter { signals[$0].isSaturated }.map { channel in
      DiagnosisFinding(
        code: "saturated_electrode",
        message: "the electrode of \(names.channel(channel)) is saturated, flat or off at times",
        evidence: "flagged in \(rounded(100 * signals[channel].unusable)) % of the session",
        remedy: "lower the amplifier's gain, fix the electrode and its cable, and record again")
    }
    let accused = accused
    let isShared = accused.count > 1
    for hypothesis in accused {
      guard let finding = finding(hypothesis, names, model: model) else { continue }
      findings.append(finding)
      if isShared {
        findings[findings.count - 1].evidence +=
          "; the data cannot tell it from the other faults named here"
      }
    }
    if !hiddenSwaps.isEmpty {
      let pairs = hiddenSwaps.map { "\(names.channel($0[0])) and \(names.channel($0[1]))" }
      findings.append(
        DiagnosisFinding(
          code: "swap_undetectable",
          message:
            "exchanged electrodes of \(pairs.joined(separator: ", or of ")) would not be noticed",
          evidence:
            "these muscles pull alike; exchanging their channels changes the log-likelihood by less than "
            + "\(rounded(configuration.evidenceLimit))",
          remedy:
            "check these electrodes by hand, and do not read these muscles' numbers one by one"))
    }
    if isUnexplained {
      findings.append(
        DiagnosisFinding(
          code: "unexplained_misfit",
          message: "the model does not explain the motion, and none of the usual faults does",
          evidence: "mean squared whitened residual \(rounded(plain.meanSquaredResidual))"
            + (alternatives.first.map {
              "; \(rounded($0.meanSquaredResidual)) at best, with one fault repaired"
            } ?? ""),
          remedy: "check units, muscles and model; state larger noises if the model is all there is"
        ))
    }
    return findings
  }

  /// One accused hypothesis in words.
  private func finding(
    _ hypothesis: DiagnosisHypothesis, _ names: DiagnosisNames, model: LimbEstimationModel
  ) -> DiagnosisFinding? {
    let fit = alternatives.first { $0.hypothesis == hypothesis }
    let comparison = fit.map { improvement($0) } ?? ""
    switch hypothesis {
    case .asRecorded: return nil
    case .deadChannel(let channel):
      let signal = signals[channel]
      return DiagnosisFinding(
        code: "dead_electrode",
        message: "the electrode of \(names.channel(channel)) shows no EMG",
        evidence: signal.isDead
          ? "while the limb moved its envelope was \(rounded(signal.mean)) ± "
            + "\(rounded(signal.deviation)): an amplifier's noise" : comparison,
        remedy:
          "renew the electrode and its contact and record again; other faults cannot be judged before"
      )
    case .swappedChannels(let first, let second):
      return DiagnosisFinding(
        code: "swapped_electrodes",
        message:
          "the electrodes of \(names.channel(first)) and \(names.channel(second)) are exchanged",
        evidence: comparison,
        remedy:
          "exchange the two channels in signals.emg, or the electrodes, and check by single contractions"
      )
    case .angleSign(let coordinate):
      return DiagnosisFinding(
        code: "encoder_sign_flipped",
        message: "the angle of \(names.coordinates[coordinate]) is measured with the wrong sign",
        evidence: comparison,
        remedy: "turn the sign of its entry in signals.angles")
    case .angleZero(let coordinate):
      let offset = fit.flatMap { value(.coordinate(coordinate, .offset), $0, model) } ?? 0
      return DiagnosisFinding(
        code: "encoder_zero_off",
        message: "the angle of \(names.coordinates[coordinate]) is off by \(rounded(offset)) rad",
        evidence: comparison,
        remedy: "correct the zero of its entry in signals.angles, or calibrate again")
    case .payload(let interval):
      return DiagnosisFinding(
        code: "payload_event_missing",
        message:
          "from \(names.time(interval.start)) to \(names.time(interval.end)) s the payload was "
          + "\(rounded(interval.held)) kg, not \(rounded(interval.announced)) kg as announced",
        evidence: comparison,
        remedy: "correct the payload's events in the recording")
    case .damping:
      let changes = model.limb.skeleton.modelCoordinates.indices.compactMap { index -> String? in
        guard let fit, let found = value(.coordinate(index, .damping), fit, model) else {
          return nil
        }
        let stated = model.parameters.base.limb.joints[index].damping
        return
          "\(names.coordinates[index]) \(rounded(found)) instead of \(rounded(stated)) N*m*s/rad"
      }
      return DiagnosisFinding(
        code: "damping_wrong",
        message: "the stated damping is wrong: "
          + changes.joined(separator: ", "), evidence: comparison,
        remedy: "leave damping free with a wide prior; a wrong one falsifies every force")
    case .misalignment:
      let delay = fit.flatMap { value(.emg(0, .delay), $0, model) } ?? 0
      return DiagnosisFinding(
        code: "emg_angle_misaligned",
        message: "EMG comes \(rounded(1000 * abs(delay))) ms \(delay > 0 ? "earlier" : "later") "
          + "than the stated delay allows",
        evidence: comparison,
        remedy: "check both devices' clocks, and set or free the electromechanical delay")
    }
  }

  /// A parameter that a fit found [its unit].
  private func value(
    _ quantity: Quantity, _ fit: DiagnosisFit, _ model: LimbEstimationModel
  ) -> Double? {
    let parameters = fit.hypothesis.freed(model).parameters
    return parameters.system(at: fit.theta)[quantity]
  }

  /// How much better a fit is than the session as recorded.
  private func improvement(_ fit: DiagnosisFit) -> String {
    let level = max(fit.meanSquaredResidual, 1)
    return "mean squared residual \(rounded(plain.meanSquaredResidual)) as recorded, "
      + "\(rounded(fit.meanSquaredResidual)) without the fault; log-likelihood up by "
      + "\(rounded((plain.cost - fit.cost) / level)), \(rounded(configuration.evidenceLimit)) needed"
  }

  /// Three digits for people.
  private func rounded(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value == 0 ? 0 : value)" }
    let digits = 2 - Int(Double.log10(abs(value)).rounded(.down))
    if digits <= 0 { return "\(Int(value.rounded()))" }
    let power = (0..<digits).reduce(1.0) { factor, _ in factor * 10 }
    return "\((value * power).rounded() / power)"
  }
}

/// What people call the channels, coordinates and times of a session.
private struct DiagnosisNames {
  /// Names of the coordinates (coordinateCount).
  let coordinates: [String]
  private let muscles: [[String]]

  init(_ model: LimbEstimationModel) {
    coordinates = model.limb.skeleton.modelCoordinates.map {
      model.limb.description.coordinates[$0].name
    }
    var muscles = Array(repeating: [String](), count: model.parameters.base.channels.count)
    for (muscle, channel) in model.channels.enumerated() {
      muscles[channel].append(model.limb.description.muscles[muscle].name)
    }
    self.muscles = muscles
  }

  /// A channel by its muscles.
  func channel(_ index: Int) -> String {
    muscles[index].isEmpty ? "channel \(index + 1)" : muscles[index].joined(separator: " and ")
  }

  /// A time with one digit [s].
  func time(_ time: SampleTime) -> String {
    "\((Double(time.nanoseconds) / 1e8).rounded() / 10)"
  }
}
