import Identification
import Musculoskeletal
import Testing

@testable import Configuration

@Suite("A worn device in a session")
struct SessionExoskeletonTests {
  private static let section = """
    exoskeleton:
      mass_sd: 3 %
      motors: false
      parts:
        - name: cuff
          body: r_ulna_radius_hand
          mass: 0.6 kg
          mass_center: [1 cm, -10 cm, 2 cm]
          inertia: [0.002 kg*m^2, 0.001 kg*m^2, 0.002 kg*m^2]
      joints:
        r_elbow_flex: { damping: 0.1 N*m*s/rad, coulomb_friction: 0.2 N*m, coulomb_speed: 0.1 rad/s }

    """

  @Test("its parts ride on the model's bodies, known apart from the subject, and its joints rub")
  func wears() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write(
      session.text.replacing(
        "identification:\n", with: Self.section + "identification:\n"
      )
      .replacing(
        "parameters:\n", with: "parameters:\n    - { name: \"body/*/mass\", prior_sd: 10 % }\n"))
    let read = try session.read()
    let model = read.model
    let bare = try {
      session.write(session.text); return try session.read().model
    }()
    #expect(model.bodies.count == bare.bodies.count + 1)
    let cuff = try #require(model.bodies.last)
    #expect(cuff.name == "cuff" && cuff.mass == 0.6 && cuff.isWorn)
    #expect(cuff.massCenter == Vector3(0.01, -0.1, 0.02))
    #expect(cuff.momentsOfInertia == Vector3(0.002, 0.001, 0.002))
    #expect(!bare.wearsKnownMass && model.wearsKnownMass && !read.isExoskeletonWorn)
    let elbow = try #require(model.coordinates.first { $0.name == "r_elbow_flex" })
    #expect(elbow.deviceDamping == 0.1 && elbow.coulombFriction == 0.2 && elbow.coulombSpeed == 0.1)

    // the subject's masses are free as before, the device's has its own narrow prior and no part in the scale law
    let free = read.identification.free
    #expect(free.contains { $0.name == "body/r_ulna_radius_hand/mass" && $0.scalesWithForce })
    #expect(!free.contains { $0.name.hasPrefix("body/cuff") })
    let mass = try #require(free.first { $0.name == "exoskeleton/cuff/mass" })
    #expect(mass.base == 0.6 && mass.priorDeviation == 0.03 && !mass.scalesWithForce)

  }

  @Test("a part without inertia of its own weighs like a payload at its place")
  func weighsLikeAPayload() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let bare = try session.read().model
    let section = """
      exoskeleton:
        parts: [{ name: cuff, body: r_ulna_radius_hand, mass: 0.6 kg, mass_center: [1 cm, -10 cm, 2 cm] }]

      """
    session.write(
      session.text.replacing("identification:\n", with: section + "identification:\n"))
    let body = try #require(bare.bodies.firstIndex { $0.name == "r_ulna_radius_hand" })
    let place = Payload(body: body, location: Vector3(0.01, -0.1, 0.02))
    func acceleration(_ limb: LimbModel, _ payloadMass: Double) -> [Double] {
      var state = LimbState(limb)
      limb.evaluate(
        q: [0.3, 1.1], u: [0.8, -1.4], activations: Array(repeating: 0.1, count: limb.muscleCount),
        torque: [0, 0], payloadMass: payloadMass, parameters: limb.nominalParameters, state: &state)
      return state.acceleration
    }
    let worn = acceleration(LimbModel(try session.read().model), 0)
    let held = acceleration(LimbModel(bare, payload: place), 0.6)
    let free = acceleration(LimbModel(bare), 0)
    for (worn, held) in zip(worn, held) { #expect(abs(worn - held) < 1e-10 * abs(held)) }
    #expect(abs(worn[1] - free[1]) > 0.1)
  }

  @Test("a device with motors counts as worn, whose torque must be measured")
  func motors() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write(
      session.text.replacing(
        "identification:\n",
        with: Self.section.replacing("motors: false", with: "motors: true") + "identification:\n"))
    #expect(try session.read().isExoskeletonWorn)
  }

  @Test("mistakes come with their place")
  func mistakes() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    func problems(_ old: String, _ new: String) -> [String] {
      session.write(
        session.text.replacing(
          "identification:\n", with: Self.section.replacing(old, with: new) + "identification:\n"))
      return session.problems.map { String($0.drop { $0 != " " }.dropFirst()) }
    }
    #expect(problems("", "").isEmpty)
    #expect(
      problems("body: r_ulna_radius_hand", "body: r_ulna")
        == ["error: the model has no body \"r_ulna\"; did you mean \"r_ulna_radius_hand\"?"])
    #expect(
      problems("name: cuff", "name: r_humerus") == [
        "error: the part's name \"r_humerus\" is a body's or holds '/' or '*'; rename it"
      ])
    #expect(
      problems("0.001 kg*m^2, 0.002", "0.001 kg*m^2, 0.004") == [
        "error: no body has one moment of inertia larger than the other two together; check the numbers and their order, xx, yy, zz"
      ])
    #expect(
      problems("mass: 0.6 kg", "mass: 600") == [
        "error: exoskeleton.parts[0].mass is \"600\", a number without unit; write a mass with its unit, as in \"2 kg\""
      ])
    #expect(
      problems("r_elbow_flex: {", "elbow: {") == [
        "error: the model has no coordinate \"elbow\"; did you mean \"r_elbow_flex\"?"
      ])
  }
}
