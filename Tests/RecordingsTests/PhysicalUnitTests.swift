import Recordings
import Testing

@Suite struct PhysicalUnitTests {
  @Test(
    arguments: [
      ("mV", "V", 1e-3), ("uV", "V", 1e-6), ("\u{B5}V", "V", 1e-6), ("\u{3BC}V", "V", 1e-6),
      ("microvolts", "V", 1e-6), ("Millivolts", "V", 1e-3), ("V", "V", 1),
      ("deg", "rad", .pi / 180),
      ("degrees", "rad", .pi / 180), ("\u{B0}", "rad", .pi / 180), ("rad", "rad", 1),
      ("deg/s", "rad/s", .pi / 180), ("N", "N", 1), ("Nm", "N*m", 1), ("N\u{B7}m", "N*m", 1),
      ("kgf", "N", 9.80665), ("g", "m/s^2", 9.80665), ("m/s\u{B2}", "m/s^2", 1), ("%", "1", 0.01),
      ("count", "count", 1), (" mm ", "m", 1e-3),
    ] as [(String, String, Double)])
  func symbolsAndWordsBecomeSI(written: String, unit: String, factor: Double) throws {
    let known = try #require(PhysicalUnit(written))
    #expect(known.siUnit == unit)
    #expect(abs(known.factor / factor - 1) < 1e-15)
  }

  @Test(arguments: ["", "MV", "NM", "furlong", "vx", "degs"])
  func otherTextIsNoUnit(written: String) {
    #expect(PhysicalUnit(written) == nil)
  }
}
