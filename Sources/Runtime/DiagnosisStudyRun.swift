internal import Configuration
internal import Estimation
internal import Foundation
internal import Synchronization

/// A study of sessions that are wrong on purpose, on all cores: what the diagnosis says of each.
public struct DiagnosisStudyRun: Sendable {
  /// The study, whose file names faults.
  public var study: StudyRun

  /// A study that has not run yet.
  public init(_ study: StudyRun) { self.study = study }

  /// Diagnoses every fault in every trial; throws when the study asks for what there is not.
  public func run() throws -> DiagnosisStudyOutcome {
    let configuration = study.configuration
    let kinds = try configuration.faults.map { name in
      guard let kind = DiagnosisStudy.Kind(rawValue: name) else {
        throw SessionError(
          .configuration, file: configuration.file, message: "study.faults: there is no \(name)",
          remedy: "write some of "
            + DiagnosisStudy.Kind.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return kind
    }
    let diagnosis = DiagnosisStudy(try study.design())
    let count = study.trials ?? configuration.trials
    let first = study.firstTrial
    let progress = study.progress
    let results = Mutex<[Int: [DiagnosisVerdict]]>([:])
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(study.threads, count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let verdicts = diagnosis.verdicts(kinds, trial: first + index)
        let done = results.withLock {
          $0[first + index] = verdicts
          return $0.count
        }
        progress?(done, count)
      }
    }
    // in the trials' order, whatever the order they ended in
    let trials = results.withLock { found in found.keys.sorted().map { ($0, found[$0] ?? []) } }
    return DiagnosisStudyOutcome(kinds: kinds, trials: trials)
  }
}

/// What a diagnosis said of many sessions that were wrong on purpose.
public struct DiagnosisStudyOutcome: Sendable {
  let kinds: [DiagnosisStudy.Kind]
  /// Every trial's number with its verdicts, one a kind.
  let trials: [(Int, [DiagnosisVerdict])]

  /// How often each answer was given to each kind.
  private func count(_ kind: DiagnosisStudy.Kind, _ answer: DiagnosisVerdict.Answer) -> Int {
    trials.reduce(0) { sum, trial in
      sum + trial.1.count { $0.kind == kind && $0.answer == answer }
    }
  }

  /// The table, and every answer that was not right.
  public var lines: [String] {
    let answers: [DiagnosisVerdict.Answer] = [
      .right, .undetectable, .among, .missed, .wrong, .failed,
    ]
    var rows = [
      ["fault", "named", "undetectable", "among others", "missed", "wrong", "failed"]
    ]
    for kind in kinds {
      rows.append(
        [kind.rawValue]
          + answers.map { answer in
            let number = count(kind, answer)
            return number == 0
              ? "-" : "\(fixed(100 * Double(number) / Double(max(trials.count, 1)), 1)) %"
          })
    }
    var lines = ["\(trials.count) trials of each"] + table(rows)
    for (index, verdicts) in trials {
      for verdict in verdicts where verdict.answer != .right && verdict.answer != .undetectable {
        let named = verdict.named.isEmpty ? "nothing" : verdict.named.joined(separator: ", ")
        lines.append(
          "trial \(index), \(verdict.kind.rawValue): \(verdict.answer.rawValue): \(named)")
      }
    }
    return lines
  }

  /// The result for programs.
  public var json: String {
    struct Rates: Encodable {
      var fault: String
      /// Parts of the trials by answer [1].
      var rates: [String: Double]
    }
    struct Outcome: Encodable {
      var trials: Int
      var faults: [Rates]
    }
    let answers: [DiagnosisVerdict.Answer] = [
      .right, .undetectable, .among, .missed, .wrong, .failed,
    ]
    let outcome = Outcome(
      trials: trials.count,
      faults: kinds.map { kind in
        Rates(
          fault: kind.rawValue,
          rates: Dictionary(
            uniqueKeysWithValues: answers.map {
              ($0.rawValue, Double(count(kind, $0)) / Double(max(trials.count, 1)))
            }))
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    do {
      return String(decoding: try encoder.encode(outcome), as: UTF8.self)
    } catch {
      preconditionFailure("rates are JSON: \(error)")
    }
  }
}
