import Configuration
import Devices
import Foundation
import Testing

/// What a running session may take from its file without a restart.
@Suite struct SessionChangesTests {
  private static let feed = """
    feed:
      torque_limit: { r_elbow_flex: 20 N*m }
      recovery: 200 ms

    """

  /// What becomes of a session whose text is changed by `edit`; nil texts stay.
  private func changes(
    _ edit: (String) -> String, with session: TemporarySession
  ) throws -> SessionChanges {
    session.write(session.text + Self.feed)
    let begun = try session.read()
    session.write(edit(session.text + Self.feed))
    return SessionChanges(begun: begun, running: begun, read: try session.read())
  }

  @Test func whatMayChangeIsTakenAndEverythingElseNamed() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let changes = try changes(
      {
        $0.replacing(
          "recovery: 200 ms", with: "recovery: 0.5 s\n  scale: newtons\n  state_rate: 500 Hz"
        )
        .replacing("window: 1 s", with: "window: 500 ms")
        .replacing("r_elbow_flex: 20 N*m", with: "r_elbow_flex: 25 N*m")
          + "recording: { folder: elsewhere }\n"
      }, with: session)
    #expect(changes.anytime.map(\.key) == ["recording.folder"])
    #expect(
      changes.whileDisarmed.map(\.sentence) == [
        "feed.recovery: 0.2 s -> 0.5 s", "feed.scale: prior-limited -> newtons",
        "feed.state_rate: 200.0 Hz -> 500.0 Hz",
      ])
    #expect(changes.whileDisarmed.map(\.value) == [0.5, 0, 500])
    #expect(
      changes.needsRestart == [
        "feed.torque_limit.r_elbow_flex: 20 N*m -> 25 N*m", "identification.window: 1 s -> 500 ms",
      ])
    var running = try session.read()
    session.write(session.text + Self.feed)
    running = try session.read()
    changes.apply(to: &running, isDisarmed: false)
    #expect(running.recordingFolder.hasSuffix("elsewhere") && running.feed?.recovery == 0.2)
    changes.apply(to: &running, isDisarmed: true)
    #expect(running.feed?.recovery == 0.5 && running.feed?.scale == .newtons)
    #expect(running.feed?.coordinates.first?.torqueLimit == 20, "receivers were built for it")
  }

  @Test func anotherSpellingIsNoChange() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let changes = try changes(
      {
        "# a remark\n"
          + $0.replacing("recovery: 200 ms", with: "recovery: 0.2 s")
          .replacing("window: 1 s", with: "window: 1000 ms")
      }, with: session)
    #expect(changes.isEmpty, "\(changes)")
  }

  @Test func aFeedThatComesAndADeviceThatChangesNeedARestart() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    let begun = try session.read()
    session.write(session.text + Self.feed)
    session.writeDevice(session.deviceText.replacing("rate: 2000 Hz", with: "rate: 1000 Hz"))
    let changes = SessionChanges(begun: begun, running: begun, read: try session.read())
    #expect(changes.anytime.isEmpty && changes.whileDisarmed.isEmpty)
    #expect(
      changes.needsRestart.contains("feed.recovery: 200 ms is new")
        && changes.needsRestart.contains { $0.hasSuffix("its content has changed") },
      "\(changes.needsRestart)")
  }

  @Test func includedFilesAndSettingsAreInPlace() throws {
    let session = try TemporarySession()
    defer { session.remove() }
    session.write(session.text + Self.feed)
    let outer = session.folder + "/config/outer.yaml"
    func read(_ text: String) throws -> SessionConfiguration {
      try text.write(toFile: outer, atomically: true, encoding: .utf8)
      return try SessionFile.read(outer, settings: ["identification.iterations=3"])
    }
    let begun = try read("include: session.yaml\n")
    session.write((session.text + Self.feed).replacing("window: 1 s", with: "window: 2 s"))
    let changed = SessionChanges(
      begun: begun, running: begun, read: try read("include: session.yaml\n"))
    #expect(changed.needsRestart == ["identification.window: 1 s -> 2 s"])
    let covered = SessionChanges(
      begun: begun, running: begun,
      read: try read("include: session.yaml\nidentification: { window: 1 s }\n"))
    #expect(covered.isEmpty, "\(covered)")
  }
}
