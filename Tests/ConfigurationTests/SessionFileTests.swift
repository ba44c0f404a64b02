import Configuration
import Devices
import Foundation
import Identification
import Musculoskeletal
import TestSupport
import Testing

@Suite("Session files")
struct SessionFileTests {
  @Test("the shipped arm session is read whole")
  func armDemo() throws {
    let file = repository.appendingPathComponent("config/demo-arm.yaml").path
    let session = try SessionFile.read(file)
    #expect(session.subjectCode == "demo")
    #expect(session.modelFile.hasSuffix("/config/models/arm26_nowrap.osim"))
    #expect(session.model.coordinates.map(\.damping) == [0.3, 0.3])

    #expect(session.sources.map(\.name) == ["board"])
    let device = try #require(session.sources[0].device)
    #expect(session.sources[0].kind == .virtualDevice(device, seed: 1))
    #expect(device.channels.count == 18)
    #expect(session.virtualSubject?.truthSpread == 0.1)
    #expect(session.virtualSubject?.payload == 2)
    #expect(session.virtualSubject?.payloadPeriod == 7.5)

    #expect(
      session.emg.map { $0.channels.map(\.label) } == (1...6).map { ["EMG\($0)", "EMG\($0 + 6)"] })
    #expect(session.emg.map(\.name) == session.model.muscles.map(\.name))
    #expect(session.emg.allSatisfy { $0.maximumVoluntaryEnvelope == 0.001 })
    #expect(session.hasKnownGains)
    #expect(session.channelOfMuscle == [0, 1, 2, 3, 4, 5])
    #expect(session.angles.map(\.coordinate) == [0, 1])
    #expect(session.angles.map(\.noise) == [0.00025, 0.00025])
    #expect(session.angles.map(\.sign) == [1, 1])
    #expect(session.filters.emgBandLow == 20 && session.filters.emgBandHigh == 450)
    #expect(
      session.filters.envelopeLowPass == 15 && session.filters.angle == .average(duration: 0.01))
    #expect(session.activation.electromechanicalDelay == 0.04)
    #expect(session.payload?.place == Payload(body: 2, location: Vector3(0, -0.27, 0)))
    #expect(session.payload?.massDeviation == 0.01)
    #expect(session.payload?.pointDeviation == 0.005)
    #expect(session.identification.window == 1)
    #expect(session.identification.step == 0.00625)
    #expect(session.identification.measurementInterval == 0.0125)
    #expect(session.identification.iterations == 8)
    #expect(session.noiseModel.angle == [0.00025, 0.00025])
    #expect(session.noiseModel.activation == 0.065)
    #expect(session.recordingFolder.hasSuffix("/config/recordings"))

    // 6 muscles x 4, 2 moving bodies x 3 (the base is welded), 2 dampings, 2 payload nuisances
    let names = session.identification.free.map(\.name)
    #expect(names.count == 24 + 6 + 2 + 2)
    #expect(names.first == "muscle/TRIlong/max_isometric_force")
    #expect(names.contains("body/r_humerus/mass") && !names.contains("body/base/mass"))
    #expect(names.suffix(2) == ["payload/mass", "payload/location"])
    let force = session.identification.free[0]
    #expect(force.base == 798.52 && force.priorDeviation == 0.2 && force.isLogarithmic)
    #expect(session.identification.free.last?.priorDeviation == 0.005 / 0.27)
    #expect(session.parameterSet.count == 34)
    #expect(session.parameterSet.base.limb.joints.map(\.damping) == [0.3, 0.3])
  }

  @Test("groups, exceptions to wildcards, unknown gains and locks")
  func parameters() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write(
      session.text
        .replacing(
          "mvc: 1 mV }\n    - { channel: board.EMG2", with: "}\n    - { channel: board.EMG2"
        )
        .replacing(
          "r_shoulder_elev: { damping: 0.3 N*m*s/rad }", with: "r_shoulder_elev: { locked: 70 deg }"
        )
        .replacing(
          "    - { channel: board.ENC1, coordinate: r_shoulder_elev, noise: 1 mrad }\n", with: ""
        )
        .replacing(
          "  parameters:\n",
          with: """
              groups: { biceps: [BIClong, BICshort] }
              parameters:
                - { name: "coordinate/r_elbow_flex/offset", prior_sd: 5 deg }
                - { name: "emg/*/delay", prior_sd: 10 ms }
                - { name: "emg/BRA/shape_factor", prior_sd: 0.5 }

            """)
        + "    - { name: \"muscle/*ceps/max_isometric_force\", prior_sd: 30 % }\n")
    let read = try session.read()
    #expect(read.model.coordinates[0].isLocked)
    #expect(read.model.coordinates[0].defaultValue == 70 * .pi / 180)
    let free = Dictionary(uniqueKeysWithValues: read.identification.free.map { ($0.name, $0) })
    #expect(free["muscle/BIClong/max_isometric_force"] == nil)
    let group = try #require(free["muscle/biceps/max_isometric_force"])
    #expect(group.targets == [.muscle(3, .maxIsometricForce), .muscle(4, .maxIsometricForce)])
    #expect(abs(group.base - (624.3 + 435.56)) < 1e-12)
    #expect(group.priorDeviation == 0.3)
    #expect(free["muscle/TRIlat/max_isometric_force"]?.priorDeviation == 0.1)
    // the first free coordinate is now the elbow
    #expect(free["coordinate/r_elbow_flex/offset"]?.targets == [.coordinate(0, .offset)])
    #expect(free["coordinate/r_elbow_flex/offset"]?.priorDeviation == 5 * .pi / 180)
    #expect(free["emg/TRIlong/delay"]?.priorDeviation == 0.01)
    #expect(free["emg/BRA/shape_factor"]?.priorDeviation == 0.5)
    #expect(free["emg/TRIlong/gain"]?.priorDeviation == EMGAssignment.unknownGainDeviation)
    #expect(free["emg/TRIlat/gain"] == nil)
    #expect(!read.hasKnownGains)
    #expect(read.noiseModel.angle == [0.001])
  }

  @Test("what the file leaves out takes the documented defaults")
  func defaults() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let read = try session.read()
    #expect(read.filters == FilterConfiguration())
    #expect(read.activation == ActivationConfiguration())
    #expect(read.identification.window == 1 && read.identification.iterations == 8)
    #expect(read.identification.torqueNoise == 0)
    #expect(read.payload == nil)
    var subject = VirtualSubjectConfiguration()
    subject.reach = read.model.coordinates.map {
      let margin = 0.2 * ($0.rangeMaximum - $0.rangeMinimum)
      return ($0.rangeMinimum + margin)...($0.rangeMaximum - margin)
    }
    #expect(read.virtualSubject == subject)
    #expect(read.angles.map(\.zero) == [0, 0])
    // the model's own time constants stand where the session is silent
    #expect(read.model.muscles[0].activationTimeConstant == 0.01)
    #expect(read.recordingFolder == session.folder + "/config/recordings")
  }

  @Test("passive joints, prior means, electrode arrays, averages and what the virtual subject does")
  func passiveJointsAndReaches() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write(
      session.text
        .replacing(
          "{ damping: 0.3 N*m*s/rad }",
          with:
            "{ stiffness: 5 N*m/rad, rest_angle: 30 deg, limit_torque: 2 N*m, limit_width: 8 deg }"
        )
        .replacing("channel: board.EMG4", with: "channels: [board.EMG4, board.EMG5]")
          + """
              - { name: "coordinate/r_shoulder_elev/stiffness", prior_sd: 50 %, prior_mean: 120 % }
              - { name: "coordinate/*/rest_angle", prior_sd: 10 deg, prior_mean: -5 deg }
              - { name: "coordinate/*/limit_torque", prior_sd: 50 % }
              - { name: "model/tilt", prior_sd: 3 deg }
          filters: { angle_average: 10 ms }
          virtual_subject:
            reach: { r_elbow_flex: [30 deg, 120 deg] }
            reach_duration: [1 s, 2 s]
            hold_duration: [200 ms, 300 ms]
            co_contraction: 10 %
            co_contraction_spread: 20 %
            emg_steadiness: 90 %

          """)
    let read = try session.read()
    let joint = LimbParameters(read.model, skeleton: Skeleton(read.model)).joints[0]
    #expect(joint.stiffness == 5 && joint.limitTorque == 2)
    #expect(joint.restAngle == 30 * .pi / 180 && joint.limitWidth == 8 * .pi / 180)
    #expect(read.emg[3].channels.map(\.label) == ["EMG4", "EMG5"])
    let free = Dictionary(uniqueKeysWithValues: read.identification.free.map { ($0.name, $0) })
    let stiffness = try #require(free["coordinate/r_shoulder_elev/stiffness"])
    #expect(stiffness.base == 5 && abs(stiffness.priorMean - 0.1823215567939546) < 1e-15)
    let rest = try #require(free["coordinate/r_shoulder_elev/rest_angle"])
    #expect(rest.base == 30 * .pi / 180 && rest.priorMean == -5 * .pi / 180)
    #expect(free["coordinate/r_elbow_flex/rest_angle"] == nil)
    #expect(free["coordinate/r_shoulder_elev/limit_torque"]?.base == 2)
    #expect(free["model/tilt"]?.targets == [.tilt])
    #expect(free["model/tilt"]?.priorDeviation == 3 * .pi / 180)
    #expect(read.filters.angle == .average(duration: 0.01))
    let subject = try #require(read.virtualSubject)
    #expect(subject.reach[1] == (30 * .pi / 180)...(120 * .pi / 180))
    #expect(subject.reachDuration == 1...2 && subject.holdDuration == 0.2...0.3)
    #expect(subject.coContraction == 0.1 && subject.coContractionSpread == 0.2)
    #expect(subject.emgSteadiness == 0.9)
  }

  @Test("a subject's size scales the model, or the file has it already")
  func subjectSize() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let plain = try session.read()
    #expect(!plain.isModelScaled)
    // the virtual subject has the model's own moment arms
    #expect(plain.model.momentArmUncertainty == 0)
    session.write(
      session.text
        .replacing(
          "code: demo }",
          with: "code: demo, height: 187 cm, mass: 80 kg, segments: { r_ulna_radius_hand: 105 % } }"
        )
        .replacing(
          "file: arm.osim",
          with: "file: arm.osim\n  height: 1.7 m\n  mass: 75 kg\n  moment_arm_uncertainty: 15 %"))
    let read = try session.read()
    #expect(read.isModelScaled)
    #expect(read.model.momentArmUncertainty == 0.15)
    for (body, own) in zip(read.model.bodies, plain.model.bodies) {
      #expect(abs(body.mass - own.mass * 80 / 75) < 1e-14)
      let factor = body.name == "r_ulna_radius_hand" ? 1.05 : 1.1
      #expect(abs(body.massCenter.y - own.massCenter.y * factor) < 1e-15)
    }
    #expect(read.model.muscles[0].optimalFiberLength > plain.model.muscles[0].optimalFiberLength)
    // the overrides stay
    #expect(read.model.coordinates == plain.model.coordinates)

    session.write(session.text.replacing("code: demo }", with: "code: demo, scaled: true }"))
    #expect(try session.read().model == plain.model)
  }

  @Test("moment arms of a person are uncertain, by as much as the session says")
  func momentArms() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write(
      session.text.replacing("window: 1 s", with: "window: 1 s\n  moment_arm_uncertainty: 7 %"))
    #expect(try session.read().parameterSet.momentArmUncertainty == 0.07)
    session.write(
      session.text.replacing("window: 1 s", with: "window: 1 s\n  moment_arm_uncertainty: 7 %")
        .replacing("file: arm.osim", with: "file: arm.osim\n  moment_arm_uncertainty: 7 %"))
    #expect(session.problems.count == 1)
    #expect(
      session.problems.first?.contains(
        "identification.moment_arm_uncertainty and model.moment_arm_uncertainty are the same")
        == true)
  }

  @Test("a stream of a recording needs no device, and its channels are checked when it is opened")
  func streams() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write(
      session.text.replacing(
        "device: virtual-emg16-enc2, virtual: { seed: 7 }", with: "stream: arm"))
    let read = try session.read()
    #expect(read.sources[0].kind == .stream("arm"))
    #expect(read.virtualSubject == nil)
    #expect(read.parameterSet.momentArmUncertainty == 0.1)
    #expect(read.emg[0].channels == [ChannelReference(source: 0, label: "EMG1")])
  }

  @Test("sync inputs of devices and streams, in volts and in counts")
  func syncInputs() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let virtual = "virtual: { seed: 7 }"
    func sync(_ words: String) throws -> SyncInput? {
      session.write(session.text.replacing(virtual, with: virtual + ", sync: { \(words) }"))
      return try session.read().sources[0].sync
    }
    #expect(session.text.contains(virtual))
    let volts = try sync("channel: EMG16, threshold: 3 mV, edge: falling")
    #expect(volts?.label == "EMG16" && volts?.threshold == 3e-3)
    #expect(volts?.isVoltage == true && volts?.isFalling == true)
    // a stream's channels are known only when it is opened; the unit says what is meant
    func stream(_ words: String) throws -> SyncInput? {
      session.write(
        session.text.replacing(
          "device: virtual-emg16-enc2, " + virtual, with: "stream: b, sync: { \(words) }"
        )
        .replacing("virtual_subject: {}\n", with: ""))
      return try session.read().sources[0].sync
    }
    #expect(try stream("channel: DIN")?.threshold == 0.5)
    #expect(try stream("channel: DIN, threshold: 100")?.isVoltage == false)
    #expect(try stream("channel: TTL, threshold: 2.5 V")?.isVoltage == true)
  }
}
