import Foundation
import Identification
import Testing

@testable import Runtime

@Suite("What a session came to")
struct SummaryTests {
  @Test("numbers keep their significant digits")
  func numbers() {
    #expect(significant(1079.96) == "1080")
    #expect(significant(0.051774) == "0.05177")
    #expect(significant(-12.3456, digits: 2) == "-12")
    #expect(significant(0) == "0" && significant(.nan) == "nan")
    #expect(significant(1.9e-7, digits: 2) == "1.9e-07")
    #expect(plain(2) == "2" && plain(0.27) == "0.27")
    #expect(fixed(2.345, 1) == "2.3" && fixed(.infinity, 1) == "inf")
    #expect(table([["a", "1"], ["bcd", "22"]]) == ["a     1", "bcd  22"])
  }

  @Test("table, figures and JSON of a simulated session agree with its truth")
  func summary() throws {
    let session = try SmallSession()
    let (summary, path) = try session.simulate("s.xdf", seconds: 2.5)
    let rows = summary.rows
    #expect(rows.map(\.name) == summary.assembly.model.parameters.free.map(\.name))
    let row = rows[0]
    let truth = try #require(row.truth)
    #expect(row.interval.contains(row.value) && row.deviation > 0)
    #expect(row.priorMean == 624.3 || row.priorMean == 798.52 || row.priorMean == 987.26)
    #expect(abs(row.priorDeviation / row.priorMean - 0.1) < 1e-12)
    let error = try #require(row.errorInDeviations)
    #expect(abs(error - log(row.value / truth) / (row.deviation / row.value)) < 1e-9)
    let forces = try #require(summary.meanForceError)
    let errors = rows[0..<2].map { abs($0.value / $0.truth! - 1) }
    #expect(abs(forces.estimate - (errors[0] + errors[1]) / 2) < 1e-12)
    #expect(summary.identifiedMuscleNumbers.of == 2)

    let lines = summary.lines
    #expect(lines.contains { $0.hasPrefix("parameter") && $0.contains("error/sd") })
    #expect(
      lines.contains { $0.hasPrefix("scale: ") && $0.contains("1 kg at r_ulna_radius_hand") })
    #expect(lines.last == "recording: \(path)")
    let object = try JSONSerialization.jsonObject(with: Data(summary.json.utf8))
    let keys = try #require(object as? [String: Any])
    #expect(
      keys.keys.sorted() == [
        "clocks", "counts", "cross_check", "parameters", "recording", "scale", "truth",
        "unidentified",
      ])
    let parameters = try #require(keys["parameters"] as? [[String: Any]])
    #expect(
      parameters[0].keys.sorted() == [
        "interval95", "name", "prior_mean", "prior_sd", "sd", "status", "unit", "value",
      ])
    #expect(parameters[0]["value"] as? Double == row.value)
  }
}
