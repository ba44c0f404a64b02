public import Simulation

/// A trial that could be recorded next: where, how fast, how stiffly and how laden a subject moves.
public struct TrialCandidate: Sendable, Hashable {
  /// What a trial can differ in.
  public enum Factor: Int, Sendable, Hashable, CaseIterable {
    /// The range of joint angles that reaches lie in.
    case posture
    /// How long reaches and holds take.
    case speed
    /// How much agonists and antagonists work against each other.
    case coContraction
    /// What is held in the hand.
    case load

    /// The factor's name.
    public var words: String {
      switch self {
      case .posture: "posture"
      case .speed: "speed"
      case .coContraction: "co-contraction"
      case .load: "load"
      }
    }
  }

  /// How the subject moves.
  public var subject: VirtualSubjectConfiguration
  /// What was chosen of each factor, in words (one a factor).
  public var words: [String]

  /// A trial; `words` as many as factors.
  public init(_ subject: VirtualSubjectConfiguration, words: [String]) {
    precondition(words.count == Factor.allCases.count, "a word for every factor")
    self.subject = subject
    self.words = words
  }

  /// This trial with the choice that `other` makes of `factor`.
  public func taking(_ factor: Factor, from other: TrialCandidate) -> TrialCandidate {
    var result = self
    result.words[factor.rawValue] = other.words[factor.rawValue]
    switch factor {
    case .posture: result.subject.reach = other.subject.reach
    case .speed:
      result.subject.reachDuration = other.subject.reachDuration
      result.subject.holdDuration = other.subject.holdDuration
    case .coContraction: result.subject.coContraction = other.subject.coContraction
    case .load: result.subject.payload = other.subject.payload
    }
    return result
  }
}

extension TrialCandidate {
  /// The trials that differ from the usual one in one factor, the usual one first.
  ///
  /// - Parameters:
  ///   - usual: how the subject usually moves, without a load.
  ///   - limits: how far each coordinate may go (coordinateCount) [rad].
  ///   - payloads: what can be held [kg].
  public static func alternatives(
    to usual: VirtualSubjectConfiguration, limits: [ClosedRange<Double>], payloads: [Double]
  ) -> [(factor: Factor?, candidate: TrialCandidate)] {
    var own = usual
    own.payload = 0
    let base = TrialCandidate(own, words: ["usual", "usual", "usual", "none"])
    var list: [(Factor?, TrialCandidate)] = [(nil, base)]
    func add(
      _ factor: Factor, _ words: String, _ change: (inout VirtualSubjectConfiguration) -> Void
    ) {
      var candidate = base
      change(&candidate.subject)
      candidate.words[factor.rawValue] = words
      list.append((factor, candidate))
    }
    add(.posture, "wider") { $0.reach = zip($0.reach, limits).map(Self.widened) }
    add(.posture, "lower half") { $0.reach = $0.reach.map { Self.part($0, 0, 0.5) } }
    add(.posture, "upper half") { $0.reach = $0.reach.map { Self.part($0, 0.5, 1) } }
    add(.speed, "slow") {
      $0.reachDuration = Self.scaled($0.reachDuration, 2)
      $0.holdDuration = Self.scaled($0.holdDuration, 2)
    }
    add(.speed, "fast") {
      $0.reachDuration = Self.scaled($0.reachDuration, 0.65)
      $0.holdDuration = Self.scaled($0.holdDuration, 0.65)
    }
    add(.coContraction, "relaxed") { $0.coContraction *= 0.5 }
    add(.coContraction, "stiff") { $0.coContraction = min(0.35, 2 * $0.coContraction) }
    for payload in payloads {
      let text = payload == payload.rounded() ? "\(Int(payload))" : "\(payload)"
      add(.load, "\(text) kg, half of the time") { $0.payload = payload }
    }
    return list
  }

  /// A fifth wider on either side, within the limits less a tenth of them.
  private static func widened(
    _ range: ClosedRange<Double>, _ limits: ClosedRange<Double>
  ) -> ClosedRange<Double> {
    let margin = 0.1 * (limits.upperBound - limits.lowerBound)
    let more = 0.2 * (range.upperBound - range.lowerBound)
    let low = min(range.lowerBound, max(range.lowerBound - more, limits.lowerBound + margin))
    let high = max(range.upperBound, min(range.upperBound + more, limits.upperBound - margin))
    return low...high
  }

  private static func part(
    _ range: ClosedRange<Double>, _ from: Double, _ to: Double
  ) -> ClosedRange<Double> {
    let span = range.upperBound - range.lowerBound
    return (range.lowerBound + from * span)...(range.lowerBound + to * span)
  }

  private static func scaled(_ range: ClosedRange<Double>, _ factor: Double) -> ClosedRange<Double>
  {
    (factor * range.lowerBound)...(factor * range.upperBound)
  }
}
