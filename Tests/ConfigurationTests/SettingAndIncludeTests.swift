import Foundation
import TestSupport
import Testing

@testable import Configuration

@Suite("Settings and included files")
struct SettingAndIncludeTests {
  private func problems(_ body: () throws -> Void) -> [String] {
    do {
      try body()
      return []
    } catch let error as ConfigurationError {
      return error.problems.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  @Test("a setting replaces what the file says, and the text that recordings carry says so too")
  func settings() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let settings = [
      "identification.window=2 s", "sources[0].virtual.seed=7", "subject={ code: it's me }",
      "payload={ body: r_ulna_radius_hand, point: [0 m, -0.2 m, 0 m], mass_sd: 3 % }",
    ]
    let changed = try SessionFile.read(session.file, settings: settings)
    #expect(changed.identification.window == 2 && changed.subjectCode == "it's me")
    #expect(changed.sources[0].kind == .virtualDevice(changed.sources[0].device!, seed: 7))
    #expect(changed.payload?.massDeviation == 0.03)
    let plain = try SessionFile.read(session.file)
    #expect(
      plain.identification.window == 1 && plain.identification.step == changed.identification.step)
    let again = try SessionFile.read(
      stored: [ConfigurationText(path: "session.yaml", text: changed.text)] + changed.files)
    #expect(again.identification == changed.identification && again.subjectCode == "it's me")
    #expect(again.text == changed.text)
  }

  @Test(
    "a setting that is none, leads nowhere, or is wrong, is told",
    arguments: [
      ("window", "\"window\" is no setting; write KEY=VALUE, as in \"payload.mass_sd=2 %\""),
      ("=2", "\"=2\" is no setting; write KEY=VALUE, as in \"payload.mass_sd=2 %\""),
      ("a[x]=2", "\"a[x]=2\" is no setting; write KEY=VALUE, as in \"payload.mass_sd=2 %\""),
      (
        "sources[4].name=x",
        "\"sources[4].name=x\" leads nowhere; write the keys on the way, and in brackets the number of an item that is there"
      ),
      (
        "subject.code.x=1",
        "\"subject.code.x=1\" leads nowhere; write the keys on the way, and in brackets the number of an item that is there"
      ),
    ])
  func wrongSettings(setting: String, message: String) throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let found = problems { _ = try SessionFile.read(session.file, settings: [setting]) }
    #expect(found.count == 1 && found[0].hasSuffix("error: " + message), "\(found)")
  }

  @Test("a wrong value is told without a place that is not in the file")
  func wrongValues() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let found = problems {
      _ = try SessionFile.read(
        session.file, settings: ["identification.window=2", "identification.widow=2 s"])
    }
    #expect(
      found == [
        "\(session.file): error: unknown key \"widow\" in identification; did you mean \"window\"?",
        "\(session.file): error: identification.window is \"2\", a number without unit; write a duration with its unit, as in \"30 s\"",
      ])
  }

  @Test("a file's own keys hold, mapping by mapping; mistakes are told where they stand")
  func includes() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let folder = session.file.split(separator: "/").dropLast().joined(separator: "/")
    func write(_ text: String, _ name: String) throws {
      try text.write(toFile: "/\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    try write(
      "include: second.yaml\nfilters: { emg_band: [30 Hz, 400 Hz], envelope_low_pass: 5 Hz }\n",
      "first.yaml")
    try write(
      "filters: { envelope_low_pass: 9 Hz, mains_notch: 50 Hz }\nrecording: { folder: from-second }\n",
      "second.yaml")
    let text = session.text.replacing(/filters:\n(  .*\n)+/, with: "")
    session.write(text + "\ninclude: [first.yaml]\nfilters: { emg_band: [25 Hz, 300 Hz] }\n")
    let read = try SessionFile.read(session.file)
    #expect(read.filters.emgBandLow == 25 && read.filters.envelopeLowPass == 5)
    #expect(read.filters.mainsNotch == 50 && read.recordingFolder.hasSuffix("/from-second"))
    #expect(read.files.map(\.name).contains("second.yaml"))
    let stored = try SessionFile.read(
      stored: [ConfigurationText(path: "session.yaml", text: read.text)] + read.files)
    #expect(stored.filters == read.filters)
    let resolved = try #require(ConfigurationCheck.resolved(session.file))
    #expect(resolved.contains("envelope_low_pass: 5 Hz") && !resolved.contains("include"))

    try write("filters: { envelope_low_pass: 9 kg }\nfilter: {}\n", "second.yaml")
    session.write(text + "\ninclude: [first.yaml, first.yaml, third.yaml]\n")
    let found = problems { _ = try SessionFile.read(session.file) }
      .map { $0.replacing("/\(folder)/", with: "") }
    #expect(found.count == 2, "\(found)")
    #expect(found[0].contains("include[2] is \"third.yaml\", and there is no file"))
    #expect(
      found[1] == "second.yaml:2:1: error: unknown key \"filter\"; did you mean \"filters\"?",
      "the wrong quantity stands behind another file's")
    try write("include: session.yaml\n", "second.yaml")
    session.write(text + "\ninclude: first.yaml\n")
    let circle = problems { _ = try SessionFile.read(session.file) }
    #expect(circle.count == 1 && circle[0].contains("includes itself"))
  }

  @Test("study files are known, and the shipped files are sound")
  func shipped() {
    let folder = repository.path + "/config"
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    let configurations = files.filter {
      $0.hasSuffix(".yaml") && !$0.hasPrefix("include/") && !$0.hasPrefix("recordings")
    }
    #expect(configurations.count >= 10)
    for file in configurations.sorted() {
      #expect(ConfigurationCheck.problems(inFiles: [folder + "/" + file]).isEmpty, "\(file)")
    }
  }
}
