import Identification
import Testing

@testable import Runtime

@Suite("A session with a worn device")
struct WornDeviceTests {
  @Test(
    "the device moves with subject and estimator alike, is the anchor in words, and leaves no name to a model file"
  )
  func session() throws {
    let worn = """
      exoskeleton:
        motors: false
        parts: [{ name: cuff, body: r_ulna_radius_hand, mass: 0.6 kg, mass_center: [0 m, -0.1 m, 0 m] }]
        joints: { r_elbow_flex: { damping: 0.1 N*m*s/rad } }

      """
    let session = try SmallSession {
      $0.replacing(
        "virtual_subject: { payload: 1 kg, payload_period: 1 s }", with: "virtual_subject: {}"
      )
      .replacing("identification:\n", with: worn + "identification:\n")
    }
    let (summary, path) = try session.simulate("worn.xdf", seconds: 3)
    let mass = try #require(summary.rows.first { $0.name == "exoskeleton/cuff/mass" })
    #expect(mass.truth == 0.6 && mass.priorMean == 0.6 && abs(mass.value - 0.6) < 0.03)
    #expect(
      summary.lines.contains { $0.hasPrefix("scale: ") && $0.contains("0.6 kg of a worn device") })
    // what the subject did is what the worn model does: an estimator without the device would be off by its torque
    let outcome = try IdentifyRun([path]).run()
    #expect(outcome.estimate.meanSquaredResidual < 2)
    #expect(outcome.members.isEmpty)
    #expect(!outcome.configurationFindings.contains { $0.code == "exoskeleton_unmeasured" })
  }
}
