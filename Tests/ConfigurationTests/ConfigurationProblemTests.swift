import Configuration
import Foundation
import TestSupport
import Testing

/// One way to break a file, and every line that must come out.
struct BrokenFile: Sendable, CustomTestStringConvertible {
  /// The piece that is replaced, found once in the file.
  var piece: String
  /// What stands there instead.
  var replacement: String
  /// The messages, whole.
  var messages: [String]

  init(_ piece: String, _ replacement: String, _ messages: [String]) {
    self.piece = piece
    self.replacement = replacement
    self.messages = messages
  }

  var testDescription: String { replacement.isEmpty ? "without " + piece : replacement }
}

@Suite("Broken configurations")
struct ConfigurationProblemTests {
  @Test(
    "each fault of a session is told with place and remedy",
    arguments: brokenSessions + brokenSensorSessions)
  func session(fault: BrokenFile) throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let parts = session.text.components(separatedBy: fault.piece)
    try #require(parts.count == 2, "the piece must occur once")
    session.write(parts.joined(separator: fault.replacement))
    #expect(session.problems == fault.messages)
  }

  @Test("each fault of a feed is told with place and remedy", arguments: brokenFeeds)
  func feed(fault: BrokenFeed) throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write(session.text + fault.text + "\n")
    #expect(session.problems == fault.messages)
  }

  @Test("each fault of a device is told with place and remedy", arguments: brokenDevices)
  func device(fault: BrokenFile) throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let parts = session.deviceText.components(separatedBy: fault.piece)
    try #require(parts.count == 2, "the piece must occur once")
    session.writeDevice(parts.joined(separator: fault.replacement))
    // a session tells the problems of the devices that it names
    #expect(session.problems == fault.messages)
    let checked = ConfigurationCheck.problems(inFiles: [session.deviceFile, session.file])
    let lines = checked.map { $0.description.replacing(session.folder + "/", with: "") }
    #expect(lines == fault.messages)
  }

  @Test("faults are told all at once, in the order of the file")
  func allAtOnce() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write(
      session.text
        .replacing("code: demo", with: "coda: demo")
        .replacing("muscles: [BRA]", with: "muscles: [BRO]")
        .replacing("window: 1 s", with: "window: 1")
        .replacing("prior_sd: 10 %", with: "prior_sd: 10 kg"))
    session.writeDevice(session.deviceText.replacing("rate: 2000 Hz", with: "rate: 2000 V"))
    #expect(
      session.problems == [
        "config/session.yaml:1:10: error: subject has no \"code\"; add \"code: a code, not a name\"",
        "config/session.yaml:1:12: error: unknown key \"coda\" in subject; did you mean \"code\"?",
        "config/session.yaml:13:40: error: the model has no muscle \"BRO\"; did you mean \"BRA\"?",
        "config/session.yaml:18:11: error: identification.window is \"1\", a number without unit; write a duration with its unit, as in \"30 s\"",
        "config/session.yaml:20:57: error: identification.parameters[0].prior_sd is \"10 kg\", which is not a percentage; write a percentage with its unit, as in \"10 %\"",
        "devices/virtual-emg16-enc2.yaml:5:7: error: rate is \"2000 V\", which is not a frequency; write a frequency with its unit, as in \"6 Hz\"",
      ])
  }

  @Test("a model's own fault is told as its reader tells it")
  func model() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let file = session.folder + "/config/arm.osim"
    let text = try String(contentsOf: URL(fileURLWithPath: file), encoding: .utf8)
    _ = FileManager.default.createFile(
      atPath: file,
      contents: Data(text.replacing("<mass>1.8645719999999999", with: "<mass>heavy").utf8))
    let message =
      "config/arm.osim:173: error: <mass> of Body \"r_humerus\" is \"heavy\"; write one number [kg]"
    #expect(session.problems == [message])
    let checked = ConfigurationCheck.problems(inFiles: [file])
    #expect(checked.map { $0.description.replacing(session.folder + "/", with: "") } == [message])
  }

  @Test("what cannot be read at all")
  func unreadable() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write("")
    #expect(
      session.problems == [
        "config/session.yaml: error: the file is empty; write the keys of a session or device file"
      ])
    session.write("- a list\n")
    #expect(
      session.problems == [
        "config/session.yaml:1:1: error: the file is a list; write a mapping of keys to values"
      ])
    _ = FileManager.default.createFile(atPath: session.file, contents: Data([0x61, 0xFF, 0xFE]))
    #expect(
      session.problems == [
        "config/session.yaml: error: the file is not UTF-8 text; save it as UTF-8"
      ])
    #expect(
      ConfigurationCheck.problems(inFiles: ["no/such.yaml"]).map(\.description) == [
        "no/such.yaml: error: the file cannot be read; check that it exists and that you may read it"
      ])
  }

  @Test("the shipped files have no problems")
  func shipped() {
    let files = [
      "config/demo-arm.yaml", "devices/virtual-emg16-enc2.yaml", "config/models/arm26_nowrap.osim",
    ]
    #expect(
      ConfigurationCheck.problems(
        inFiles: files.map { repository.appendingPathComponent($0).path }) == [])
  }

  @Test(
    "random damage gives a session or typed problems with places, never a crash", arguments: 0..<4)
  func mutations(part: Int) throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let text = Array(session.text.utf8)
    var refused = 0
    for trial in 0..<60 {
      let seed = UInt64(part * 1000 + trial)
      var random = SplitMix(state: seed)
      var damaged = text
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<damaged.count - 10, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: damaged[place] = UInt8.random(in: 9...126, using: &random)
        case 1: damaged.removeSubrange(place..<place + Int.random(in: 1...8, using: &random))
        case 2: damaged.insert(contentsOf: damaged[place..<place + 6], at: place)
        default:
          let words = [
            "[", "}", ": ", "\n", "- ", "-1 s", "~", "&a ", "*a", "\"", "<<: ", "!!set ",
          ]
          damaged.insert(contentsOf: Array(words.randomElement(using: &random)!.utf8), at: place)
        }
      }
      session.write(String(decoding: damaged, as: UTF8.self))
      let problems = session.problems
      if !problems.isEmpty { refused += 1 }
      for problem in problems {
        let isOneLine = !problem.contains { $0.isNewline }
        #expect(isOneLine && problem.contains(": error: "), "seed \(seed): \(problem)")
      }
    }
    #expect(refused > 30)
  }
}

/// A small seeded generator (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
