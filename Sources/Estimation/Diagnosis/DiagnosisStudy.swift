internal import Algebra
public import Identification
internal import Musculoskeletal
internal import RealModule
public import Signals
internal import Simulation

/// Virtual subjects whose sessions are wrong on purpose, and what their diagnosis says.
public struct DiagnosisStudy: Sendable {
  /// Who moves how, how it is measured, and what is unknown; damping is known unless it is free.
  public var design: StudyDesign

  /// Kinds of faults, each with its own details in each trial.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Nothing is wrong.
    case clean
    /// One electrode is dead.
    case deadElectrode = "dead_electrode"
    /// The electrodes of two antagonists are exchanged.
    case swappedAntagonists = "swapped_antagonists"
    /// The electrodes of two muscles that pull alike are exchanged.
    case swappedSynergists = "swapped_synergists"
    /// A joint's sensor counts the other way.
    case encoderSign = "encoder_sign"
    /// A joint's sensor is off by 0.1 rad.
    case encoderZero = "encoder_zero"
    /// The payload is put down part-way, unannounced.
    case payloadPutDown = "payload_put_down"
    /// The session's damping is one and a half times what it is.
    case wrongDamping = "wrong_damping"
    /// EMG and angles are 50 ms apart.
    case misalignment
  }

  /// A study of `design`.
  public init(_ design: StudyDesign) { self.design = design }

  /// One subject's session without faults.
  public struct Session: Sendable {
    /// The whole measurement, one window.
    public let window: Window
    /// The estimator's model, its prior around the initial guess, its fixed numbers the truth.
    public let model: LimbEstimationModel
    /// Number of the trial [1].
    public let index: Int
  }

  /// The session of trial `index`; the same number repeats every digit.
  ///
  /// - Throws: when the true motion cannot be integrated.
  public func session(_ index: Int) throws -> Session {
    var random = RandomSource(seed: 0xD1A6_0000 &+ UInt64(index))
    let (record, truth) = try design.measured(&random)
    // what is free starts from a guess; damping that is fixed is right
    let fixed = truth.limb.joints.map(\.damping)
    var base = design.parameters.base
    for index in fixed.indices
    where !design.parameters.free.contains(where: { $0.targets == [.coordinate(index, .damping)] })
    {
      base.limb.joints[index].damping = fixed[index]
    }
    let model = LimbEstimationModel(
      limb: design.limb,
      parameters: ParameterSet(
        free: design.parameters.guessed(around: truth, &random), base: base), noise: design.noise,
      channels: Array(0..<design.limb.muscleCount), drivesActivation: true)
    return Session(window: record.window, model: model, index: index)
  }

  /// The details of a fault of `kind` in `session`; nil where nothing is wrong.
  public func fault(_ kind: Kind, in session: Session) -> StudyFault? {
    var random = RandomSource(seed: 0xFA17_0000 &+ UInt64(session.index))
    func pick(_ count: Int) -> Int { min(Int(random.uniform() * Double(count)), count - 1) }
    let channels = session.window.channelCount
    let alignments = Diagnosis.alignments(session.model)
    func pair(_ isWanted: (Double) -> Bool) -> StudyFault? {
      var pairs: [(Int, Int)] = []
      for first in 0..<channels {
        for second in (first + 1)..<channels where isWanted(alignments[first, second]) {
          pairs.append((first, second))
        }
      }
      guard !pairs.isEmpty else { return nil }
      let chosen = pairs[pick(pairs.count)]
      return .swappedElectrodes(chosen.0, chosen.1)
    }
    switch kind {
    case .clean: return nil
    case .deadElectrode: return .deadElectrode(channel: pick(channels))
    case .swappedAntagonists: return pair { $0 < -0.5 }
    case .swappedSynergists: return pair { $0 > 0.95 }
    case .encoderSign: return .encoderSign(coordinate: pick(session.window.coordinateCount))
    case .encoderZero:
      return .encoderZero(
        coordinate: pick(session.window.coordinateCount), offset: pick(2) == 0 ? 0.1 : -0.1)
    case .payloadPutDown:
      let holdings = StudyFault.holdings(session.window).filter {
        $0.upperBound < session.window.stepCount
      }
      guard !holdings.isEmpty else { return nil }
      return .payloadPutDown(period: pick(holdings.count), delay: 0.4 + 0.6 * random.uniform())
    case .wrongDamping: return .wrongDamping(factor: 1.5)
    case .misalignment: return .misalignment(time: pick(2) == 0 ? 0.05 : -0.05)
    }
  }

  /// What the diagnosis says of `session` with `fault`.
  public func diagnose(_ session: Session, _ fault: StudyFault?) -> DiagnosisOutcome? {
    var window = session.window
    var model = session.model
    if let fault {
      window = fault.applied(to: window)
      model = model.with(
        parameters: ParameterSet(
          free: model.parameters.free, base: fault.applied(to: model.parameters.base)))
    }
    return Diagnosis(model).examine([window])
  }
}

/// What became of one fault in one trial.
public struct DiagnosisVerdict: Sendable, Hashable {
  /// The fault's kind.
  public var kind: DiagnosisStudy.Kind
  /// What the diagnosis said.
  public enum Answer: String, Sendable, Hashable {
    /// The fault, and nothing else, was named; of a clean session, nothing was.
    case right
    /// The fault was named among others that explain the session as well.
    case among
    /// The fault was reported as one that the data cannot show, and nothing was named.
    case undetectable
    /// Nothing was named.
    case missed
    /// Something else was named.
    case wrong
    /// The session could not be made or fitted.
    case failed
  }
  /// Its answer.
  public var answer: Answer
  /// What was named, for people.
  public var named: [String]
}

extension DiagnosisStudy {
  /// Every fault of `kinds` in trial `index`.
  public func verdicts(_ kinds: [Kind], trial index: Int) -> [DiagnosisVerdict] {
    guard let session = try? session(index) else {
      return kinds.map { DiagnosisVerdict(kind: $0, answer: .failed, named: []) }
    }
    return kinds.map { kind in
      let fault = fault(kind, in: session)
      guard kind == .clean || fault != nil, let outcome = diagnose(session, fault) else {
        return DiagnosisVerdict(kind: kind, answer: .failed, named: [])
      }
      let accused = outcome.accused
      var answer = DiagnosisVerdict.Answer.wrong
      if let fault {
        let hits = accused.filter { fault.isNamed(by: $0, in: session.window) }
        if accused.isEmpty {
          answer = .missed
          if case .swappedElectrodes(let first, let second) = fault,
            outcome.hiddenSwaps.contains([first, second])
          {
            answer = .undetectable
          }
        } else if hits.count == accused.count {
          answer = .right
        } else if !hits.isEmpty {
          answer = .among
        }
      } else if accused.isEmpty {
        answer = .right
      }
      return DiagnosisVerdict(kind: kind, answer: answer, named: accused.map { "\($0)" })
    }
  }
}

extension StudyFault {
  /// True when `hypothesis` is this very fault.
  func isNamed(by hypothesis: DiagnosisHypothesis, in window: Window) -> Bool {
    switch (self, hypothesis) {
    case (.deadElectrode(let channel), .deadChannel(let named)): return channel == named
    case (.swappedElectrodes(let a, let b), .swappedChannels(let c, let d)):
      return (a, b) == (c, d) || (b, a) == (c, d)
    case (.encoderSign(let coordinate), .angleSign(let named)): return coordinate == named
    case (.encoderZero(let coordinate, _), .angleZero(let named)): return coordinate == named
    case (.wrongDamping, .damping), (.misalignment, .misalignment): return true
    case (.payloadPutDown(let period, _), .payload(let interval)):
      // the time it names is the time of the fault, to a second at either end
      let wrong = applied(to: window)
      let steps = window.payload.indices.filter { wrong.payload[$0] != window.payload[$0] }
      guard let first = steps.first, let last = steps.last else { return false }
      let begin = Double(interval.start.nanoseconds) * 1e-9
      let end = Double(interval.end.nanoseconds) * 1e-9
      return period >= 0 && interval.held == 0 && abs(begin - Double(first) * window.step) < 1
        && abs(end - Double(last + 1) * window.step) < 1
    default: return false
    }
  }
}
