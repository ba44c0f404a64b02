import Configuration
import Estimation
import Foundation
import Identification
import Recordings
import TestSupport
import Testing

@testable import Runtime

/// Results and recordings as pages for people, and results against their published schema.
@Suite struct ReportRunTests {
  /// A result after a search of few evaluations.
  private func outcome(_ material: IdentifyMaterial, evaluations: Int) throws -> IdentifyOutcome {
    let assembly = material.assembly
    let fit = OfflineIdentification(
      assembly.model, objective: material.objective, evaluations: evaluations,
      windowDuration: assembly.configuration.identification.window)
    let solution = try #require(fit.solve(material.splits))
    let estimate = ParameterEstimate(
      solution.posterior, parameters: assembly.model.parameters, window: solution.windowCount - 1,
      end: solution.end, hasAnchor: material.splits.contains(where: \.hasPayload),
      hasGains: assembly.hasGains, termination: solution.termination,
      evaluations: solution.evaluations, meanSquaredResidual: solution.meanSquaredResidual,
      innovation: solution.residual)
    // a picture needs no diagnosis, which takes most of the time
    return IdentifyOutcome(
      material: material, solution: solution, estimate: estimate, isDiagnosed: false)
  }

  private func checkSchema(_ json: String) throws {
    let schema = try JSONSchema(
      repository.appendingPathComponent("config/schema/result.schema.json"))
    let result = try JSONSerialization.jsonObject(with: Data(json.utf8))
    let faults = schema.faults(result, isStrict: true)
    #expect(faults.isEmpty, "\(faults.prefix(5))")
  }

  /// Every section stands on the page as it is laid out, beneath the one before, with its picture or table.
  private func expectEverySection(_ file: URL) throws {
    let page = try ChromiumPage(file.absoluteString, width: 1100, height: 950)
    #expect(try page.wait(for: "document.readyState === 'complete'", seconds: 20))
    var last = -1.0
    for section in [
      "summary", "parameters", "convergence", "prediction", "residuals", "identifiability",
      "cross-check", "protocol", "reproduction",
    ] {
      func measure(_ expression: String) throws -> Double {
        let found = "(s => s ? \(expression) : -1)(document.getElementById('\(section)'))"
        return (try page.evaluate(found) as? NSNumber)?.doubleValue ?? -1
      }
      let top = try measure("s.getBoundingClientRect().top + scrollY")
      #expect(top > last, "\(section) stands at \(top)")
      last = top
      #expect(try measure("s.getBoundingClientRect().height") > 60, "\(section) is empty")
      #expect(try measure("s.innerText.trim().length") > 80, "\(section) says nothing")
      if ["parameters", "prediction", "residuals", "identifiability"].contains(section) {
        let boxes = "[...s.querySelectorAll('svg')].map(v => v.getBoundingClientRect())"
        #expect(
          try measure("\(boxes).filter(box => box.height > 8).length") > 0,
          "\(section) has no picture")
      }
    }
    let width = try page.evaluate("document.documentElement.scrollWidth") as? Int ?? 0
    #expect(width <= 1100, "nothing is cut off at the side")
    #expect(page.complaints.isEmpty, "\(page.complaints)")
  }

  /// Pictures of the page for the screen and the dark, and its print.
  private func draw(_ html: String, _ name: String) throws {
    let page = FileManager.default.temporaryDirectory
      .appendingPathComponent("diffmsm-\(UUID().uuidString).html")
    defer { try? FileManager.default.removeItem(at: page) }
    try html.write(to: page, atomically: true, encoding: .utf8)
    let picture = try Chromium.picture(
      of: page.absoluteString, name: name, width: 1100, height: 5000)
    #expect(picture.width == 1100 && picture.height == 5000)
    #expect(picture.byteCount > 150_000, "an empty page is far smaller")
    try expectEverySection(page)
    let dark = try Chromium.picture(
      of: page.absoluteString, name: name + "-dark", width: 1100, height: 5000,
      options: ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"])
    #expect(dark.byteCount > 150_000)
    let print = Chromium.pictures.appendingPathComponent(name + ".pdf")
    try Chromium.run([
      "--no-pdf-header-footer", "--print-to-pdf=\(print.path)", page.absoluteString,
    ])
    let pages = String(decoding: try Data(contentsOf: print), as: UTF8.self)
      .matches(of: /\/Type\s*\/Page[^s]/).count
    #expect((3...30).contains(pages), "\(pages) pages")
    Swift.print("report: \(name) in \(pages) pages; pictures in \(Chromium.pictures.path)")
  }

  @Test(
    "a recording becomes a page, a result satisfies its schema, and a foreign file says what it lacks"
  )
  func small() async throws {
    try await onOwnThread {
      let session = try SmallSession()
      let path = try session.simulate("s.xdf", seconds: 5).path
      let result = try IdentifyRun([path]).run()
      try checkSchema(result.json)
      let page = try ReportRun(path).run()
      #expect(page.missing.isEmpty && !page.isUnreadable, "\(page.missing)")
      #expect(
        page.html.contains("While the session ran")
          && page.html.contains("payload of 1.00 kg taken"))
      #expect(!page.html.contains("class=\"absent\""))
      #expect(page.html.contains("virtual-emg16-enc2") && page.html.contains("s.xdf"))

      // the last third is cut off: what is whole is told
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try bytes.prefix(2 * bytes.count / 3).write(to: URL(fileURLWithPath: session.path("cut.xdf")))
      let cut = try ReportRun(session.path("cut.xdf")).run()
      #expect(!cut.isUnreadable)
      #expect(cut.html.contains("The recording is not whole: the file was cut short"))

      for (name, text) in [
        ("empty.json", ""), ("empty.xdf", ""), ("no.xdf", "no recording at all"),
      ] {
        try text.write(toFile: session.path(name), atomically: true, encoding: .utf8)
        let broken = try ReportRun(session.path(name)).run()
        #expect(broken.isUnreadable && broken.html.contains("\(name) cannot be read"))
      }
      #expect(throws: SessionError.self) { try ReportRun(session.path("absent.json")).run() }
    }
  }

  @Test(.enabled(if: Chromium.path != nil, "needs Chromium"))
  func theDemoSessionIsDrawn() async throws {
    try await onOwnThread {
      let session = try SessionFile.read(
        repository.appendingPathComponent("config/demo-arm.yaml").path)
      let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("demo-\(UUID().uuidString).xdf").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let run = SimulationRun(session, duration: 6, seed: 1, output: path)
      _ = try run.run()
      let demo = try outcome(IdentifyMaterial(IdentifyRun([path])), evaluations: 1)
      try checkSchema(demo.json)
      let file = path + ".json"
      defer { try? FileManager.default.removeItem(atPath: file) }
      try demo.json.write(toFile: file, atomically: true, encoding: .utf8)
      let page = try ReportRun(file).run()
      #expect(page.missing.isEmpty, "\(page.missing)")
      #expect(page.html.contains("Muscles that increase r_elbow_flex"))
      try draw(page.html, "report-demo")
    }
  }

  @Test(
    .enabled(if: hasSharedData && Chromium.path != nil, "needs the reference data and Chromium"))
  func aRealKneeRecordingIsDrawn() async throws {
    try await onOwnThread {
      let folder = sharedData.appendingPathComponent(
        "recordings/knee_goniometer/N05_sit_knee_extension")
      let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("knee-\(UUID().uuidString).xdf").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      // its first eight seconds are enough for a picture
      let inputs = try ["emg.csv", "knee_angle.csv"].map { name in
        let lines = try String(
          contentsOf: folder.appendingPathComponent(name), encoding: .utf8
        ).split(separator: "\n")
        let kept = lines.filter { line in
          Double(line.prefix { $0 != "," }).map { $0 < 8 } ?? true
        }
        let copy = FileManager.default.temporaryDirectory
          .appendingPathComponent("\(UUID().uuidString)").appendingPathComponent(name)
        try FileManager.default.createDirectory(
          at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
        try (kept.joined(separator: "\n") + "\n").write(
          to: copy, atomically: true, encoding: .utf8)
        return copy.path
      }
      defer {
        for input in inputs {
          try? FileManager.default.removeItem(
            at: URL(fileURLWithPath: input).deletingLastPathComponent())
        }
      }
      _ = try StreamConversion(inputs: inputs, output: path).run()
      let session = try SessionFile.read(
        repository.appendingPathComponent("config/knee-goniometer.yaml").path)
      let knee = try outcome(
        IdentifyMaterial(IdentifyRun([path], configuration: session)), evaluations: 2)
      try checkSchema(knee.json)
      let file = path + ".json"
      defer { try? FileManager.default.removeItem(atPath: file) }
      try knee.json.write(toFile: file, atomically: true, encoding: .utf8)
      let page = try ReportRun(file).run()
      #expect(page.missing.isEmpty, "\(page.missing)")
      #expect(page.html.contains("only the priors on mass"))
      try draw(page.html, "report-knee")
    }
  }
}
