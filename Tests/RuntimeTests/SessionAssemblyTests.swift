import Configuration
import Devices
import Identification
import Musculoskeletal
import Pipeline
import Signals
import TestSupport
import Testing

@testable import Runtime

@Suite("Sessions on the streams that are there")
struct SessionAssemblyTests {
  /// A stream like the virtual board's with these changes.
  private func stream(
    _ session: SmallSession, _ change: (inout StreamDescription) -> Void = { _ in }
  ) throws -> StreamDescription {
    let device = try #require(session.configuration.sources[0].device)
    var stream = device.streamDescription
    change(&stream)
    return stream
  }

  @Test("channels, signs, zeros, centres and steps become the pipeline's")
  func conversions() throws {
    let session = try SmallSession {
      $0.replacing("r_shoulder_elev: { damping: 0.3 N*m*s/rad }", with: "r_shoulder_elev: {}")
    }
    var other = try stream(session)
    other.name = "other"
    let assembly = try SessionAssembly(
      session.configuration, streams: [other, try stream(session)])
    let pipeline = assembly.pipeline
    #expect(pipeline.emg.map(\.name) == ["TRIlong", "TRIlat+TRImed", "BIClong+BICshort", "BRA"])
    #expect(
      pipeline.emg[0].electrodes == [
        Electrode(stream: 1, channel: 0, mvc: 0.001), Electrode(stream: 1, channel: 6, mvc: 0.001),
      ])
    let shoulder = pipeline.angles[0]
    #expect(shoulder.stream == 1 && shoulder.channel == 16 && shoulder.coordinate == 0)
    // angle = sign (reading - zero) = sign reading - (sign zero)
    #expect(shoulder.sign == -1 && shoulder.zero == -20 * .pi / 180)
    // the model's range is -1.57079633 to 3.14159265 rad
    #expect(abs(shoulder.center - 0.78539816) < 1e-12)
    #expect(shoulder.smoothing == .butterworth(cutOff: 40))
    #expect(pipeline.step == 0.01 && pipeline.windowSteps == 50)
    #expect(pipeline.historySteps == 30 && pipeline.measurementStride == 2)
    #expect(assembly.hasGains)
    #expect(assembly.model.channels == [0, 1, 1, 2, 2, 3])
  }

  @Test("a locked coordinate shifts the free ones; an average replaces the low-pass")
  func lockedCoordinate() throws {
    let session = try SmallSession {
      $0.replacing(
        "r_shoulder_elev: { damping: 0.3 N*m*s/rad }", with: "r_shoulder_elev: { locked: 0 deg }"
      )
      .replacing(
        "    - { channel: board.ENC1, coordinate: r_shoulder_elev, zero: 20 deg, sign: -1, noise: 1 mrad }\n",
        with: "")
        + "filters: { angle_average: 10 ms }\n"
    }
    let assembly = try SessionAssembly(session.configuration, streams: [try stream(session)])
    #expect(assembly.pipeline.coordinateCount == 1)
    #expect(assembly.pipeline.angles.map(\.coordinate) == [0])
    #expect(assembly.pipeline.angles[0].channel == 17)
    #expect(assembly.pipeline.angles[0].smoothing == .movingAverage(samples: 20))
  }

  @Test("a stream is found by the source's name or by the device's")
  func names() throws {
    let session = try SmallSession()
    let renamed = try stream(session) { $0.name = "board" }
    let assembly = try SessionAssembly(session.configuration, streams: [renamed])
    #expect(assembly.pipeline.emg[0].electrodes[0].stream == 0)
  }

  @Test("what is missing is named, with what is there")
  func missing() throws {
    let session = try SmallSession()
    func problem(_ change: (inout StreamDescription) -> Void) throws -> SessionError? {
      do throws(SessionError) {
        _ = try SessionAssembly(
          session.configuration, streams: [(try? stream(session, change))!])
        return nil
      } catch { return error }
    }
    let absent = try #require(try problem { $0.name = "board2" })
    #expect(absent.kind == .data)
    #expect(
      absent.message == "there is no stream 'virtual-emg16-enc2' for source 'board'"
        && absent.remedy == "there are: board2")
    let channel = try #require(try problem { $0.channels[0].label = "X" })
    #expect(channel.message == "stream 'virtual-emg16-enc2' has no channel 'EMG1'")
    let unit = try #require(try problem { $0.channels[16].unit = "V" })
    #expect(
      unit.message == "channel 'ENC1' of stream 'virtual-emg16-enc2' is measured in V")
    let rate = try #require(try problem { $0.nominalRate = 0 })
    #expect(rate.message == "stream 'virtual-emg16-enc2' has no regular rate")
    let slow = try #require(try problem { $0.nominalRate = 40 })
    #expect(slow.kind == .configuration)
  }

  @Test("polynomials stand for paths where the session asks, and say how far off they are")
  func polynomialPaths() throws {
    let plain = try SmallSession()
    #expect(
      try SessionAssembly(plain.configuration, streams: [try stream(plain)]).pathErrors.isEmpty)
    let session = try SmallSession {
      $0.replacing("  iterations: 2\n", with: "  iterations: 2\n  path_polynomial_order: 6\n")
    }
    let assembly = try SessionAssembly(session.configuration, streams: [try stream(session)])
    #expect(assembly.pathErrors.map(\.muscle).count == 6)
    // straight paths over the whole range of two angles
    #expect(assembly.pathErrors.allSatisfy { $0.lengthRMS > 0 && $0.lengthRMS < 2e-3 })
  }

  @Test("a surface that no path follows is refused by name, not ignored in silence")
  func torus() throws {
    var session = try SmallSession().configuration
    session.model.wrapObjects = [
      WrapObjectDescription(
        name: "ring", body: 1, placement: Placement(),
        shape: .torus(innerRadius: 0.03, outerRadius: 0.01))
    ]
    session.model.muscles[0].wraps = [PathWrap(name: "w", wrapObject: 0)]
    let streams = [try stream(try SmallSession())]
    #expect {
      try SessionAssembly(session, streams: streams)
    } throws: { error in
      "\(error)".contains("TRIlong wraps over ring, a surface that is not computed")
    }
  }
}
