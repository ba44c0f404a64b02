import Foundation
import TestSupport
import Testing

@Suite("Model commands", .waitingElsewhere)
struct ModelCommandTests {
  /// Controls u(t) = offset + amplitude sin(w t + phase) of OpenSim's reference trajectories.
  private static let controls:
    [(name: String, amplitude: Double, w: Double, phase: Double, offset: Double)] = [
      ("TRIlong", 0.030, 10.24, 2.33, 0.057), ("TRIlat", 0.171, 5.59, -1.25, 0.274),
      ("TRImed", 0.028, 5.72, -1.49, 0.084), ("BIClong", 0.043, 3.90, 2.85, 0.122),
      ("BICshort", 0.133, 5.28, -1.59, 0.270), ("BRA", 0.032, 9.17, -0.99, 0.093),
    ]
  private static let arm = sharedData.appendingPathComponent("opensim/arm26_nowrap.osim").path

  /// A new folder that goes with the test.
  private func folder() throws -> CommandFolder { try CommandFolder() }

  private func writeControls(_ folder: CommandFolder, rows: Int = 1001) throws {
    var text = "t," + Self.controls.map(\.name).joined(separator: ",") + "\n"
    for row in 0..<rows {
      let t = Double(row) * 1e-3
      let values = Self.controls.map { $0.offset + $0.amplitude * sin($0.w * t + $0.phase) }
      text += ([t] + values).map { String(format: "%.16g", $0) }.joined(separator: ",") + "\n"
    }
    try folder.write(text, "in.csv")
  }

  @Test(
    "simulate follows OpenSim's trajectories",
    .enabled(if: hasSharedData, "the OpenSim reference tables are not there"),
    arguments: [
      ("traj_A_dgf_rigid_nowrap", "rigid", "off", "0.3", 1e-7),
      ("traj_B_dgf_elastic_nowrap", "elastic", "off", "0.3", 1e-6),
      ("traj_C_dgf_rigid_actdyn_nowrap", "rigid", "on", "0.3", 1e-7),
      ("traj_F_dgf_rigid_nowrap_nodamp", "rigid", "off", "0", 1e-7),
    ], [[], ["--step", "0.001"]])
  func trajectories(
    _ reference: (file: String, tendon: String, dynamics: String, damping: String, limit: Double),
    steps: [String]
  ) throws {
    let folder = try folder()
    try writeControls(folder)
    let (process, output, complaints) = try Program.start(
      [
        "model", "simulate", "--model", Self.arm, "--activations", "in.csv", "--initial",
        "r_shoulder_elev=\(10 * Double.pi / 180),r_elbow_flex=\(60 * Double.pi / 180)",
        "--muscle-model", "degroote-fregly-2016", "--tendon", reference.tendon,
        "--activation-dynamics", reference.dynamics, "--damping", reference.damping, "--output",
        "out.csv",
      ] + steps, in: folder.path)
    let result = try Program.finish(process, output, complaints)
    #expect(result.code == 0 && result.complaints.isEmpty, "\(result.complaints)")
    let ours = try columns(ofCSV: URL(fileURLWithPath: folder.path + "/out.csv"))
    let theirs = try columns(
      ofCSV: sharedData.appendingPathComponent("opensim/\(reference.file).csv"))
    for (name, other, limit) in [
      ("r_shoulder_elev", "q_shoulder", reference.limit),
      ("r_elbow_flex", "q_elbow", reference.limit),
      ("BIClong.tendon_force", "Ftendon_BIClong", 1e-3),
      ("TRIlat.activation", "act_TRIlat", 1e-7),
    ] {
      let one = try #require(ours[name])
      let two = try #require(theirs[other])
      #expect(one.count == 1001 && two.count == 1001)
      let farthest = zip(one, two).map { abs($0 - $1) }.max()!
      #expect(farthest < limit, "\(name): \(farthest)")
      // with activation dynamics off the activations are what was put in
      let isCopy = name.hasSuffix("activation") && reference.dynamics == "off"
      #expect(isCopy || farthest > 0, "two programs never agree to the last digit")
    }
  }

  @Test(
    "GSL's integrators and the product's own go the same way",
    .enabled(if: hasSharedData, "the OpenSim reference tables are not there"),
    arguments: [("gsl-rk8pd", "rigid"), ("gsl-msbdf", "elastic")])
  func integrators(_ integrator: String, tendon: String) throws {
    let folder = try folder()
    try writeControls(folder, rows: 201)
    func run(_ name: String, _ more: String...) throws -> [String: [Double]] {
      let (process, output, complaints) = try Program.start(
        [
          "model", "simulate", "--model", Self.arm, "--activations", "in.csv", "--initial",
          "r_elbow_flex=1", "--muscle-model", "degroote-fregly-2016", "--tendon", tendon,
          "--output", name,
        ] + more, in: folder.path)
      let result = try Program.finish(process, output, complaints)
      #expect(result.code == 0, "\(result.complaints)")
      return try columns(ofCSV: URL(fileURLWithPath: folder.path + "/" + name))
    }
    let own = try run("own.csv")
    let library = try run("gsl.csv", "--integrator", integrator)
    for name in ["r_shoulder_elev", "r_elbow_flex"] {
      let farthest = zip(try #require(own[name]), try #require(library[name]))
        .map { abs($0 - $1) }.max()!
      #expect(farthest < 1e-7, "\(name): \(farthest)")
    }
  }

  @Test(
    "evaluate gives OpenSim's rigid-body table",
    .enabled(if: hasSharedData, "the OpenSim reference tables are not there"))
  func rigidBody() throws {
    let folder = try folder()
    let table = try columns(ofCSV: sharedData.appendingPathComponent("opensim/arm26_rigidbody.csv"))
    func column(_ name: String) throws -> [Double] { try #require(table[name]) }
    var text = "r_elbow_flex,r_shoulder_elev,r_shoulder_elev_u,r_elbow_flex_u\n"
    for row in 0..<250 {
      text +=
        try ["q_el", "q_sh", "u_sh", "u_el"].map { "\(try column($0)[row])" }
        .joined(separator: ",") + "\n"
    }
    try folder.write(text, "states.csv")
    let result = try Program.run(
      "model", "evaluate", "--model", Self.arm, "--states", "states.csv", "--output", "out.csv",
      in: folder.path)
    #expect(result.code == 0)
    #expect(result.complaints.contains("no column for TRIlong"), "\(result.complaints)")
    let ours = try columns(ofCSV: URL(fileURLWithPath: folder.path + "/out.csv"))
    for (name, other) in [
      ("M.1.1", "M11"), ("M.2.1", "M21"), ("M.r_elbow_flex.r_elbow_flex", "M22"),
      ("gravity.r_shoulder_elev", "grav_sh"), ("gravity.r_elbow_flex", "grav_el"),
      ("coriolis.r_shoulder_elev", "coriolis_sh"), ("coriolis.r_elbow_flex", "coriolis_el"),
    ] {
      for (one, two) in zip(try #require(ours[name]), try column(other)) {
        #expect(abs(one - two) <= 1e-10 * max(1, abs(two)), "\(name)")
      }
    }
  }

  @Test(
    "bad input is one line with a place and a remedy",
    arguments: [
      (["--states", "missing.csv"], 66, "missing.csv"),
      (["--states", "typo.csv"], 65, "did you mean \"r_elbow_flex\"?"),
      (["--states", "words.csv"], 65, "words.csv:2"),
      (["--states", "good.csv", "--model", "none.osim"], 66, "none.osim"),
      (["--states", "good.csv", "--damping", "-1"], 64, "--damping"),
      (["--states", "good.csv", "--output", "typo.csv"], 73, "--force"),
      (
        ["--states", "good.csv", "--output", "good.csv", "--force"], 64,
        "would replace good.csv, which it is made from"
      ),
      (["--states", "fast.csv"], 65, "fast.csv:2: error: the results are not finite"),
      (["--states", "results.csv"], 65, "\"BRA.length\" is a result of model evaluate"),
      // a result that is in the way is found before the work is begun
      (["--states", "missing.csv", "--output", "typo.csv"], 73, "typo.csv"),
    ])
  func badInput(_ options: [String], code: Int32, words: String) throws {
    let folder = try folder()
    try folder.write("r_elbow_flx\n1\n", "typo.csv")
    try folder.write("r_elbow_flex\nbent\n", "words.csv")
    try folder.write("r_elbow_flex\n1\n", "good.csv")
    try folder.write("r_elbow_flex_u\n1e200\n", "fast.csv")
    try folder.write("BRA.length\n0.1\n", "results.csv")
    var arguments = ["model", "evaluate"] + options
    if !options.contains("--model") { arguments += ["--model", "arm.osim"] }
    if !options.contains("--output") { arguments += ["--output", "out.csv"] }
    let (process, output, complaints) = try Program.start(arguments, in: folder.path)
    let result = try Program.finish(process, output, complaints)
    #expect(result.code == code, "\(result.complaints)")
    #expect(result.complaints.contains(words), "\(result.complaints)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out.csv"))
  }

  @Test("activations that no muscle has are noted, and a simulated motion can be evaluated")
  func notes() throws {
    let folder = try folder()
    // the spline through a pulse goes below zero before it
    let pulse = [0.0, 0, 0, 0.9, 0.9, 0, 0, 0].enumerated()
    try folder.write(
      "t,BRA,TRIlat\n" + pulse.map { "\(0.01 * Double($0)),\($1),0.2\n" }.joined(), "pulse.csv")
    let moved = try Program.run(
      "model", "simulate", "--model", "arm.osim", "--activations", "pulse.csv", "--muscle-model",
      "degroote-fregly-2016", "--tendon", "rigid", "--output", "motion.csv", in: folder.path)
    #expect(moved.code == 0, "\(moved.complaints)")
    #expect(
      moved.complaints.contains(
        "pulse.csv: note: the spline through the activations of BRA reaches"))
    #expect(!moved.complaints.contains("TRIlat reaches"))
    let evaluated = try Program.run(
      "model", "evaluate", "--model", "arm.osim", "--states", "motion.csv", "--muscle-model",
      "degroote-fregly-2016", "--tendon", "rigid", "--output", "numbers.csv", in: folder.path)
    #expect(evaluated.code == 0 && evaluated.complaints.isEmpty, "\(evaluated.complaints)")
    let motion = try columns(ofCSV: URL(fileURLWithPath: folder.path + "/motion.csv"))
    let numbers = try columns(ofCSV: URL(fileURLWithPath: folder.path + "/numbers.csv"))
    for (one, two) in zip(
      try #require(motion["BRA.tendon_force"]), try #require(numbers["BRA.tendon_force"]))
    { #expect(abs(one - two) < 1e-7) }

    try folder.write("BRA\n1.4\n", "strong.csv")
    let strong = try Program.run(
      "model", "evaluate", "--model", "arm.osim", "--states", "strong.csv", "--output", "s.csv",
      in: folder.path)
    #expect(strong.complaints.contains("activation of BRA reaches 1.4: held between"))
  }

  @Test("a coordinate that moves nothing is named")
  func massless() throws {
    let folder = try folder()
    let model = String(decoding: try folder.data("arm.osim"), as: UTF8.self)
    let elbow = try #require(model.range(of: "r_elbow_flex</coordinates>"))
    // the first function after the elbow's axis now stands still
    let tail = model[elbow.upperBound...].replacing(
      "<coefficients> 1 0</coefficients>", with: "<coefficients>0 0.4</coefficients>",
      maxReplacements: 1)
    let stiff = model[..<elbow.upperBound] + tail
    try #require(stiff != model)
    try folder.write(String(stiff), "stiff.osim")
    try folder.write("r_shoulder_elev\n0.3\n", "states.csv")
    try folder.write("t,BRA\n0,0.1\n0.1,0.1\n", "activations.csv")
    for command in [
      ["evaluate", "--states", "states.csv"], ["simulate", "--activations", "activations.csv"],
    ] {
      let (process, output, complaints) = try Program.start(
        ["model"] + command + ["--model", "stiff.osim", "--output", "out.csv"], in: folder.path)
      let result = try Program.finish(process, output, complaints)
      #expect(result.code == 65)
      #expect(
        result.complaints.contains(
          "coordinate \"r_elbow_flex\" of joint \"r_elbow\" moves no mass"),
        "\(result.complaints)")
    }
  }
}
