internal import Estimation
internal import Foundation
internal import Identification
internal import Simulation

/// What a search for the next trial came to.
public struct PlanOutcome: Sendable {
  /// The unknowns.
  let parameters: ParameterSet
  /// Those asked for (indices into theta).
  let wanted: [Int]
  /// Present posterior standard deviations (parameterCount) [1, or the quantity's unit].
  let present: [Double]
  /// Trials, best first (at least one).
  let proposals: [TrialPlan.Proposal]
  /// How long each would last [s].
  let duration: Double
  /// Recordings behind the present belief [1].
  let recordings: Int

  /// The result for people, one string a line.
  public var lines: [String] {
    let best = proposals[0]
    var lines = [
      "expected of one more trial of \(plain(duration)) s, "
        + (recordings == 0
          ? "with nothing recorded so far"
          : "after \(recordings) recording\(recordings == 1 ? "" : "s")"),
      "error bars shrink by the mean factor over the \(wanted.count) parameters asked for",
      "",
    ]
    lines += table(
      [TrialCandidate.Factor.allCases.map(\.words) + ["error bars"]]
        + proposals.map { $0.candidate.words + ["x " + fixed(shrinkage($0.gain), 3)] },
      leftColumns: [0, 1, 2, 3])
    lines += ["", "proposed: \(sentence(best.candidate))", ""]
    lines += table(
      [["parameter", "± sd now", "± sd then", "factor", "unit"]]
        + wanted.map { index in
          [
            parameters.free[index].name, significant(uncertainty(index, present), digits: 2),
            significant(uncertainty(index, best.deviations), digits: 2),
            fixed(best.deviations[index] / present[index], 2), unit(index),
          ]
        }, leftColumns: [0, 4])
    return lines
  }

  /// A trial in words.
  private func sentence(_ candidate: TrialCandidate) -> String {
    let subject = candidate.subject
    let names = TrialCandidate.Factor.allCases
    var parts: [String] = []
    for factor in names where candidate.words[factor.rawValue] != "usual" {
      parts.append("\(factor.words) \(candidate.words[factor.rawValue])")
    }
    let reach = subject.reach.map {
      "\(fixed($0.lowerBound * 180 / .pi, 0)) to \(fixed($0.upperBound * 180 / .pi, 0)) deg"
    }
    return parts.joined(separator: ", ") + "; reaches within " + reach.joined(separator: " and ")
      + " of \(fixed(subject.reachDuration.lowerBound, 2)) to "
      + "\(fixed(subject.reachDuration.upperBound, 2)) s, holds of "
      + "\(fixed(subject.holdDuration.lowerBound, 2)) to "
      + "\(fixed(subject.holdDuration.upperBound, 2)) s, co-contraction about "
      + "\(fixed(100 * subject.coContraction, 0)) %"
  }

  /// The mean factor on error bars that a gain amounts to [1].
  private func shrinkage(_ gain: Double) -> Double { exp(-gain) }

  /// A standard deviation in the unit that `unit` names.
  private func uncertainty(_ index: Int, _ deviations: [Double]) -> Double {
    parameters.free[index].isLogarithmic ? 100 * deviations[index] : deviations[index]
  }

  private func unit(_ index: Int) -> String {
    parameters.free[index].isLogarithmic ? "%" : parameters.free[index].unit
  }

  /// The result for programs: one JSON object with sorted keys.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    do {
      return String(decoding: try encoder.encode(PlanJSON(self)), as: UTF8.self)
    } catch {
      preconditionFailure("every plan is JSON: \(error)")
    }
  }
}

/// The keys that other programs may rely on.
private struct PlanJSON: Encodable {
  struct Parameter: Encodable {
    var name: String
    /// Present standard deviation of theta [1, or the unit].
    var deviation: Double
    /// Expected standard deviation of theta [1, or the unit].
    var expected: Double

    private enum CodingKeys: String, CodingKey {
      case name
      case deviation = "sd"
      case expected = "expected_sd"
    }
  }

  struct Trial: Encodable {
    var posture: String
    var speed: String
    var coContraction: String
    var load: String
    var reach: [[Double]]
    /// Shortest and longest reach [s].
    var reachDuration: [Double]
    /// Shortest and longest hold [s].
    var holdDuration: [Double]
    /// Mean co-contraction [1].
    var coContractionLevel: Double
    /// What is held half of the time [kg].
    var payload: Double
    /// Mean logarithm of present over expected standard deviation [1].
    var gain: Double
    var parameters: [Parameter]

    private enum CodingKeys: String, CodingKey {
      case posture, speed, load, reach, payload, parameters
      case coContraction = "co_contraction"
      case reachDuration = "reach_duration"
      case holdDuration = "hold_duration"
      case coContractionLevel = "co_contraction_level"
      case gain = "mean_log_sd_reduction"
    }

    init(_ proposal: TrialPlan.Proposal, _ outcome: PlanOutcome) {
      let (candidate, subject) = (proposal.candidate, proposal.candidate.subject)
      func word(_ factor: TrialCandidate.Factor) -> String { candidate.words[factor.rawValue] }
      posture = word(.posture)
      speed = word(.speed)
      coContraction = word(.coContraction)
      load = word(.load)
      reach = subject.reach.map { [$0.lowerBound, $0.upperBound] }
      reachDuration = [subject.reachDuration.lowerBound, subject.reachDuration.upperBound]
      holdDuration = [subject.holdDuration.lowerBound, subject.holdDuration.upperBound]
      coContractionLevel = subject.coContraction
      payload = subject.payload
      gain = proposal.gain
      parameters = outcome.wanted.map {
        Parameter(
          name: outcome.parameters.free[$0].name, deviation: outcome.present[$0],
          expected: proposal.deviations[$0])
      }
    }
  }

  var criterion = "mean log posterior sd of the parameters asked for"
  /// How long each trial would last [s].
  var duration: Double
  var trials: [Trial]

  init(_ outcome: PlanOutcome) {
    duration = outcome.duration
    trials = outcome.proposals.map { Trial($0, outcome) }
  }
}
