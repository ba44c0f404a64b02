import Testing

@testable import ControllerFeed

@Suite struct ArmingTests {
  @Test func nothingButArmArms() {
    var arming = Arming(holdLimit: 1)
    #expect(!arming.isArmed)
    arming.disarm()
    for _ in 0..<1000 { arming.advance(0.01, reasons: []) }
    #expect(!arming.isArmed)
    #expect(arming.arm([]).isEmpty && arming.isArmed)
    #expect(Arming(holdLimit: 1).isArmed == false, "a new start is disarmed")
  }

  @Test func everyObjectionIsToldAndNoneIsPassedOver() {
    var arming = Arming(holdLimit: 1)
    let objections: [ArmingObjection] = [
      .holding([.stale, .noParameters]), .unsure(parameter: "muscle/BRA", excess: 1.26),
      .notCrossChecked, .outside("nothing is recorded; start a recording"),
    ]
    #expect(arming.arm(objections) == objections)
    #expect(!arming.isArmed)
    let sentences = objections.map(\.sentence)
    #expect(sentences[0].contains("stale, no_parameters"))
    #expect(sentences[1].contains("muscle/BRA is 1.3 times as unsure"))
    #expect(sentences[3] == "nothing is recorded; start a recording")
    #expect(Set(sentences).count == 4 && sentences.allSatisfy { !$0.isEmpty })
  }

  @Test func disarmingIsOneAct() {
    var arming = Arming(holdLimit: 1)
    _ = arming.arm([])
    arming.disarm()
    #expect(!arming.isArmed)
    arming.disarm()
    #expect(!arming.isArmed && arming.arm([]).isEmpty)
  }

  @Test func aFaultDisarmsAndIsLatchedUntilItIsAcknowledged() {
    var arming = Arming(holdLimit: 1)
    _ = arming.arm([])
    arming.advance(0.001, reasons: .notFinite)
    #expect(!arming.isArmed && arming.isFaulty)
    arming.advance(10, reasons: [])
    #expect(arming.arm([]) == [.fault])
    #expect(arming.arm([.notCrossChecked]) == [.fault, .notCrossChecked])
    #expect(!arming.isArmed)
    arming.disarm()
    #expect(!arming.isFaulty && arming.arm([]).isEmpty && arming.isArmed)
  }

  @Test func whatIsWrongInShadowIsNoFault() {
    var arming = Arming(holdLimit: 1)
    arming.advance(0.001, reasons: .notFinite)
    #expect(!arming.isFaulty)
  }

  @Test func holdingForTooLongDisarms() {
    var arming = Arming(holdLimit: 1)
    _ = arming.arm([])
    for _ in 0..<99 { arming.advance(0.01, reasons: .inputLost) }
    #expect(arming.isArmed)
    arming.advance(0.01, reasons: [])
    for _ in 0..<99 { arming.advance(0.01, reasons: .stale) }
    #expect(arming.isArmed, "a pause counts anew")
    for _ in 0..<3 { arming.advance(0.01, reasons: .gap) }
    #expect(!arming.isArmed && !arming.isFaulty)
    arming.advance(10, reasons: [])
    #expect(!arming.isArmed, "it does not arm itself again")
  }
}
