import Testing

@testable import Configuration

@Suite("Physical quantities")
struct PhysicalQuantityTests {
  static let readable: [(String, ExpectedQuantity, Double)] = [
    ("30 s", .duration, 30), ("250ms", .duration, 0.25), ("2min", .duration, 120),
    ("40 ms", .duration, 0.04), ("15 ms", .duration, 0.015), ("5 us", .duration, 5e-6),
    ("1.2 mV", .voltage, 0.0012), ("22.35 nV", .voltage, 22.35e-9), ("3 \u{B5}V", .voltage, 3e-6),
    ("2 kg", .mass, 2), ("150 g", .mass, 0.15), ("6 Hz", .frequency, 6),
    ("2 kHz", .frequency, 2000), ("10 1/s", .frequency, 10),
    ("0.3 N*m*s/rad", .damping, 0.3), ("0.3 N\u{B7}m\u{B7}s/rad", .damping, 0.3),
    ("1.5 N*m", .torque, 1.5), ("20 N", .force, 20), ("2e1 N", .force, 20),
    ("10 %", .fraction, 0.1), ("9%", .fraction, 0.09),
    ("5 deg", .angle, 0.087_266_462_599_716_48), ("0.5 mrad", .angle, 0.0005),
    ("-0.25 m", .length, -0.25), ("+5 mm", .length, 0.005), ("2 cm", .length, 0.02),
    ("9.81 m/s^2", .acceleration, 9.81), ("981 cm/s^2", .acceleration, 9.81),
    ("90 deg/s", .angularRate, 1.570_796_326_794_896_6), (".5 s", .duration, 0.5),
  ]

  @Test("values with units are converted to SI, correctly rounded", arguments: readable)
  func conversion(text: String, expected: ExpectedQuantity, value: Double) throws {
    let quantity = try PhysicalQuantity(text)
    #expect(quantity.dimension == expected.dimension)
    #expect(quantity.hasUnit)
    #expect(quantity.value == value)
  }

  @Test("a bare number is known to be bare")
  func bare() throws {
    #expect(try !PhysicalQuantity("30").hasUnit)
    #expect(try PhysicalQuantity("-1.5e3").value == -1500)
  }

  @Test(
    "what is no quantity says why",
    arguments: [
      ("", .noNumber), ("s", .noNumber), ("abc", .noNumber), ("nan s", .noNumber),
      ("inf s", .noNumber), ("1e999 s", .noNumber), ("0x10 s", .unknownUnit("x10s")),
      ("1 sec", .unknownUnit("sec")), ("1 Nm", .unknownUnit("Nm")), ("1 m/", .unknownUnit("")),
      ("1 m//s", .unknownUnit("")), ("1 m^9", .unknownUnit("m^9")), ("1 m^", .unknownUnit("m^")),
      ("1 kmin", .unknownUnit("kmin")), ("1 ms 2 ms", .unknownUnit("ms2ms")),
      ("--1 s", .noNumber), ("1,5 s", .unknownUnit(",5s")),
    ] as [(String, PhysicalQuantity.Fault)])
  func faults(text: String, fault: PhysicalQuantity.Fault) {
    #expect(throws: fault) { try PhysicalQuantity(text) }
  }

  @Test("paths begin at the folder of the file that holds them")
  func paths() {
    #expect(path("models/a.osim", relativeTo: "config/demo.yaml") == "config/models/a.osim")
    #expect(path("../devices/b.yaml", relativeTo: "config/demo.yaml") == "devices/b.yaml")
    #expect(path("../../x.yaml", relativeTo: "/lab/config/demo.yaml") == "/x.yaml")
    #expect(path("../x.yaml", relativeTo: "demo.yaml") == "../x.yaml")
    #expect(path("/abs/x", relativeTo: "config/demo.yaml") == "/abs/x")
  }
}
