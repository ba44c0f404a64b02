internal import Foundation
public import Identification
public import Pipeline

extension Event {
  /// The event as one line of JSON: keys sorted, numbers exact, non-finite ones as words.
  public var line: String { Self.line(self) }

  private static func line(_ event: Event) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return String(decoding: try encoder.encode(event), as: UTF8.self)
    } catch {
      preconditionFailure("every event is JSON: \(error)")
    }
  }

  /// The event that a line holds; nil when it holds none.
  public init?(line: String) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let event = try? decoder.decode(Event.self, from: Data(line.utf8)) else { return nil }
    self = event
  }
}

extension ParameterEstimate {
  /// Posterior standard deviations of the values, to first order (parameterCount) [the parameter's unit].
  public func valueDeviations(_ parameters: ParameterSet) -> [Double] {
    parameters.free.indices.map { index in
      parameters.free[index].isLogarithmic
        ? abs(values[index]) * deviations[index] : deviations[index]
    }
  }
}
