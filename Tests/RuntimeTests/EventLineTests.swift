import Pipeline
import Signals
import Testing

@testable import Identification
@testable import Runtime

@Suite("Events as lines")
struct EventLineTests {
  @Test("a line has sorted keys, and numbers that are none")
  func nonFinite() throws {
    let estimate = ParameterEstimate(
      window: 4, end: SampleTime(nanoseconds: 5), theta: [.nan], values: [.infinity],
      deviations: [-.infinity], covariance: [0.1], status: [.priorLimited], scale: .ratiosOnly,
      unidentified: ["a/b"], termination: .notFinite, evaluations: 1,
      meanSquaredResidual: .infinity, innovation: [1e-300], crossCheck: nil)
    let line = Event.refused(estimate, .notFinite, at: SampleTime(nanoseconds: 7)).line
    #expect(line.contains("\"values\":[\"Infinity\"]") && line.contains("\"theta\":[\"NaN\"]"))
    #expect(line.contains("\"deviations\":[\"-Infinity\"]") && line.contains("a/b"))
    #expect(!line.contains("\n"))
    let again = try #require(Event(line: line))
    #expect(again.line == line)
    #expect(Event(line: "{}") == nil)
  }

  @Test("a gap is a line of its own")
  func gap() {
    let event = Event.gap(stream: "b", at: SampleTime(nanoseconds: 3), lostSamples: 4)
    #expect(event.line == #"{"gap":{"at":3,"lostSamples":4,"stream":"b"}}"#)
  }
}
