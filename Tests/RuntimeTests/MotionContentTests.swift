import Configuration
import Estimation
import Foundation
import Identification
import Musculoskeletal
import Recordings
import Signals
import TestSupport
import Testing

@testable import Runtime

@Suite("What the model makes of a recording")
struct MotionContentTests {
  @Test("angles, activations, torques and forces, with the adopted parameters")
  func quantities() throws {
    let session = try SmallSession()
    let (summary, path) = try session.simulate("first.xdf", seconds: 3.5)
    let content = try MotionContent([path]).content([.angles, .activations, .torques, .forces])
    #expect(content.notes[0].contains("adopted with window \(summary.estimate?.window ?? -1)"))
    let assembly = try SessionAssembly(
      session.configuration, streams: RecordingSource(path: path).streams)
    let limb = assembly.model.limb
    #expect(content.streams.map(\.name) == ["angles", "activations", "torques", "forces"])
    #expect(content.streams[0].columns.map(\.label) == limb.skeleton.coordinateNames)
    #expect(content.streams[1].columns.count == limb.muscleCount)
    #expect(content.streams.map { $0.columns[0].unit } == ["rad", "1", "N*m", "N"])
    let rows = content.streams[0].times.count
    #expect(rows > 100 && content.streams.allSatisfy { $0.times.count == rows })
    let (activations, torques, forces) = (
      content.streams[1].columns, content.streams[2].columns, content.streams[3].columns
    )
    #expect(activations.allSatisfy { $0.values.allSatisfy { (0...1).contains($0) } })
    #expect(activations.contains { ($0.values.max() ?? 0) > 0.05 })
    // muscles pull, and torques are what forces do on their arms: none without force, some with
    #expect(forces.allSatisfy { $0.values.allSatisfy { $0 >= 0 && $0.isFinite } })
    let total = (0..<rows).map { row in forces.reduce(0) { $0 + $1.values[row] } }
    for row in 0..<rows {
      for column in torques { #expect(abs(column.values[row]) < 0.2 * total[row]) }
    }
    #expect(torques.contains { column in column.values.contains { abs($0) > 0.1 } })
    // angles are those that the windows were measured at
    let material = try IdentifyMaterial(IdentifyRun([path]), heldOut: 0)
    let stretch = material.splits[0].stretches[0]
    let first = try #require(stretch.angle(0, at: 5))
    #expect(abs(content.streams[0].columns[0].values[5] - first) < 1e-12)
    #expect(content.streams[0].times[5] == stretch.start.seconds + 5 * stretch.measurementInterval)
  }

  @Test("parameters of a result, and refusals")
  func results() throws {
    let session = try SmallSession()
    let (_, path) = try session.simulate("first.xdf", seconds: 2.5)
    let source = try RecordingSource(path: path)
    let assembly = try SessionAssembly(session.configuration, streams: source.streams)
    let set = assembly.model.parameters
    let force = try #require(
      set.free.indices.first { set.free[$0].name.hasSuffix("isometric_force") })
    func forces(_ factor: Double) throws -> Double {
      let rows = set.free.indices.map { index in
        let value = set.value(of: index, theta: 0) * (index == force ? factor : 1)
        return "{\"name\": \"\(set.free[index].name)\", \"value\": \(value)}"
      }
      let result = session.path("result-\(factor).json")
      try Data("{\"parameters\": [\(rows.joined(separator: ","))]}".utf8)
        .write(to: URL(fileURLWithPath: result))
      let content = try MotionContent([path], result: result).content([.forces])
      return content.streams[0].columns.reduce(0) { $0 + $1.values.reduce(0, +) }
    }
    let (half, whole) = (try forces(0.5), try forces(1))
    #expect(half < 0.999 * whole && half > 0.3 * whole)
    #expect(throws: SessionError.self) {
      _ = try MotionContent([path], result: session.path("none.json")).content([.forces])
    }
    #expect(throws: SessionError.self) {
      _ = try MotionContent([path, path], result: nil).content([.forces])
    }
  }
}
