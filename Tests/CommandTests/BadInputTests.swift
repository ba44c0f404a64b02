import Foundation
import TestSupport
import Testing

@Suite("Bad input on the command line", .serialized, .waitingElsewhere)
struct BadInputTests {
  @Test("one line with place and remedy, the right code, nothing overwritten")
  func table() throws {
    let folder = try CommandFolder()
    let here = folder.path
    try folder.write(
      folder.session.replacing("window: 500 ms", with: "windwo: 500 ms"), "unknown-key.yaml")
    try folder.write(
      folder.session.replacing("window: 500 ms", with: "window: 0.5"), "no-unit.yaml")
    let model = try String(contentsOfFile: here + "/arm.osim", encoding: .utf8)
    let broken = model.replacing(
      "<socket_parent_frame>/bodyset/r_humerus</socket_parent_frame>",
      with: "<socket_parent_frame>/bodyset/r_femur</socket_parent_frame>")
    #expect(broken != model)
    try folder.write(broken, "broken.osim")
    try folder.write(
      folder.session.replacing("arm.osim", with: "broken.osim"), "broken-model.yaml")
    try folder.write("this is no recording", "text.xdf")
    try folder.write("time_s,EMG_V\n0,1\n1,x\n", "table.csv")
    try folder.write("mine", "taken.xdf")
    try folder.write("mine", "taken.jsonl")
    let made = try Program.run(
      "simulate", "--config", "session.yaml", "--duration", "1s", "--output", "whole.xdf", in: here)
    #expect(made.code == 0, "\(made.complaints)")
    let whole = try folder.data("whole.xdf")
    try whole.prefix(whole.count - 1).write(to: URL(fileURLWithPath: here + "/truncated.xdf"))
    try whole.prefix(70).write(to: URL(fileURLWithPath: here + "/stump.xdf"))

    struct Case {
      var arguments: [String]
      var code: Int32
      var parts: [String]
    }
    let cases = [
      Case(
        arguments: ["run", "--config", "unknown-key.yaml"], code: 78,
        parts: ["unknown-key.yaml:13:3: error: unknown key \"windwo\"", "did you mean \"window\"?"]),
      Case(
        arguments: ["run", "--config", "no-unit.yaml", "--record", "new.xdf"], code: 78,
        parts: ["no-unit.yaml:13:11: error:", "a number without unit; write a duration"]),
      Case(
        arguments: ["check-config", "no-unit.yaml"], code: 78,
        parts: ["no-unit.yaml:13:11: error:"]),
      Case(
        arguments: ["run", "--config", "absent.yaml"], code: 66,
        parts: ["absent.yaml: error:", "check that it exists"]),
      Case(
        arguments: [
          "simulate", "--config", "broken-model.yaml", "--duration", "1s", "--output", "new.xdf",
        ],
        code: 78, parts: ["broken.osim:", "r_femur", ";"]),
      Case(
        arguments: ["check-config", "broken.osim"], code: 78, parts: ["broken.osim:", "r_femur"]),
      Case(
        arguments: ["replay", "absent.xdf"], code: 66, parts: ["absent.xdf", ";"]),
      Case(
        arguments: ["replay", "text.xdf"], code: 65, parts: ["text.xdf", "expected", ";"]),
      Case(
        arguments: ["replay", "truncated.xdf"], code: 65,
        parts: ["truncated.xdf: error: the recording was cut short", "byte", "--allow-truncated"]),
      Case(arguments: ["replay", "stump.xdf"], code: 65, parts: ["stump.xdf"]),
      Case(
        arguments: ["replay", "whole.xdf", "--output", "taken.jsonl"], code: 73,
        parts: ["taken.jsonl: error:", "--force"]),
      Case(
        arguments: [
          "simulate", "--config", "session.yaml", "--duration", "1s", "--output", "taken.xdf",
        ],
        code: 73, parts: ["taken.xdf", "choose another name"]),
      Case(
        arguments: [
          "run", "--config", "session.yaml", "--duration", "1s", "--record", "taken.xdf",
        ],
        code: 73, parts: ["taken.xdf", "choose another name"]),
      Case(
        arguments: [
          "run", "--config", "session.yaml", "--duration", "1s", "--record", "no/folder.xdf",
        ],
        code: 73, parts: ["no/folder.xdf", "check that the folder exists"]),
      Case(
        arguments: ["convert", "table.csv", "--output", "new.xdf"], code: 65,
        parts: ["table.csv:3:", "expected"]),
      Case(
        arguments: ["convert", "absent.csv", "--output", "new.xdf"], code: 66,
        parts: ["absent.csv", ";"]),
      Case(
        arguments: ["convert", "table.csv", "--output", "taken.xdf"], code: 65, parts: ["table.csv"]
      ),
      Case(
        arguments: ["devices", "show", "nothing", "--folder", "."], code: 66,
        parts: ["nothing.yaml"]),
      Case(
        arguments: ["devices", "list", "--folder", "nowhere"], code: 66,
        parts: ["nowhere", "--folder"]),
    ]
    for bad in cases {
      let (process, output, complaints) = try Program.start(bad.arguments, in: here)
      let result = try Program.finish(process, output, complaints)
      let words = bad.arguments.joined(separator: " ")
      #expect(result.code == bad.code, "\(words): \(result.complaints)")
      #expect(result.complaintLines.count == 1, "\(words): \(result.complaints)")
      #expect(result.output.isEmpty, "\(words): \(result.output)")
      for part in bad.parts {
        #expect(result.complaints.contains(part), "\(words): \(result.complaints)")
      }
    }
    #expect(try folder.data("taken.xdf") == Data("mine".utf8))
    #expect(try folder.data("taken.jsonl") == Data("mine".utf8))
    #expect(!FileManager.default.fileExists(atPath: here + "/new.xdf"))
  }

  @Test("a file that is there and may not be read is not permitted, whatever command wants it")
  func forbidden() throws {
    let folder = try CommandFolder()
    let here = folder.path
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: here)
    for name in ["a.xdf", "a.csv", "a.mot", "a.osim", "a.yaml", "a.json", "a.c3d"] {
      try folder.write("nothing", name)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0], ofItemAtPath: here + "/" + name)
    }
    for arguments in [
      ["replay", "a.xdf"], ["convert", "a.csv", "--output", "/dev/null/new.xdf"],
      ["convert", "a.mot", "--output", "/dev/null/new.xdf"],
      ["convert", "a.c3d", "--output", "/dev/null/new.xdf"],
      ["model", "show", "--model", "a.osim"], ["check-config", "a.yaml"],
      ["model", "evaluate", "--model", "arm.osim", "--states", "a.mot", "--output", "/dev/null/o"],
      ["report", "a.json", "--output", "/dev/null/o"],
    ] {
      // the superuser may read everything
      let isSuperuser = geteuid() == 0
      let process = Process()
      process.executableURL =
        isSuperuser ? URL(fileURLWithPath: "/usr/bin/setpriv") : Program.url
      process.arguments =
        (isSuperuser
          ? ["--reuid=65534", "--regid=65534", "--clear-groups", Program.url.path] : []) + arguments
      process.currentDirectoryURL = URL(fileURLWithPath: here)
      let output = Pipe()
      let complaints = Pipe()
      process.standardOutput = output
      process.standardError = complaints
      try process.run()
      let result = try Program.finish(process, output, complaints)
      let words = arguments.joined(separator: " ")
      #expect(result.code == 77, "\(words): \(result.code) \(result.complaints)")
      #expect(result.complaintLines.count == 1, "\(words): \(result.complaints)")
    }
  }

  @Test(
    "what the parser refuses is a usage error",
    arguments: [
      ["run", "--config", "session.yaml", "--duration", "soon"],
      ["run", "--config", "session.yaml", "--duration", "30"],
      ["run", "--config", "session.yaml", "--duration", "-1s"],
      ["run", "--config", "session.yaml", "--duration", "5 V"],
      ["replay", "whole.xdf", "--speed", "0"],
      ["run"], ["fly"], ["convert", "--output", "x.xdf"],
    ])
  func usage(arguments: [String]) throws {
    let (process, output, complaints) = try Program.start(arguments)
    let result = try Program.finish(process, output, complaints)
    #expect(result.code == 64, "\(result.complaints)")
    #expect(result.output.isEmpty && !result.complaints.isEmpty)
  }
}
