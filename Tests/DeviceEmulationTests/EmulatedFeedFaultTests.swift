import Foundation
import TestSupport
import Testing

/// Rows of the fault table in docs/feed.md that need a device: a virtual subject's signals played over emulated USB.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct EmulatedFeedFaultTests {
  /// A feed armed on an emulated device, and what the controller did when `script` said that something went wrong.
  struct Run {
    let session: FaultSession
    let reaction: FaultSession.Reaction
  }

  /// From where on spoilt signals are spoilt, long after the feed can be armed [s].
  private static let moment = 10.0

  /// A virtual subject's signals as a table, header first; made once, since a subject takes its time.
  private static let table: Result<[String], any Error> = Result {
    let virtual = try FaultSession(program: EmulatedRun.program("diffmsm"))
    for words in [
      ["simulate", "--config", "session.yaml", "--duration", "\(moment + 8)s"]
        + ["--seed", "1", "--output", "s.xdf"],
      ["convert", "s.xdf", "--output", "s.csv"],
    ] {
      let made = try virtual.run(words)
      guard made.code == 0 else { throw FaultSession.Problem(made.output) }
    }
    return try String(contentsOfFile: virtual.folder + "/s.csv", encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  /// Runs a feed on an emulated board that plays a virtual subject's signals.
  ///
  /// - Parameters:
  ///   - fault: what happens once the feed is armed, as the emulator's script says it.
  ///   - spoil: changes the played rows from the moment on; they are time, two of EMG [V], two angles [rad].
  private func run(
    _ fault: String = "", seconds: Double, spoil: ((inout [Double]) -> Void)? = nil
  ) throws -> Run {
    var lines = try Self.table.get()
    if let spoil {
      for (index, line) in lines.enumerated().dropFirst(1 + Int(Self.moment * 500)) {
        var cells = line.split(separator: ",").map { Double($0) ?? .nan }
        spoil(&cells)
        lines[index] = cells.map { "\($0)" }.joined(separator: ",")
      }
    }
    let session = try FaultSession(
      program: EmulatedRun.program("diffmsm"), source: "serial: VIRTUAL1",
      more: "calibration: { file: calibration.yaml }\n")
    try lines.joined(separator: "\n").write(
      toFile: session.folder + "/played.csv", atomically: true, encoding: .utf8)
    try """
    subject: small
    made: "\(Date().ISO8601Format())"
    devices: { board: VIRTUAL1 }
    """.write(
      toFile: session.folder + "/calibration.yaml", atomically: true, encoding: .utf8)
    let device = repository.path + "/Tests/DeviceEmulationTests/devices/fault-board.yaml"
    let script = ["--device", device, "--play", session.folder + "/played.csv"]
    let begun = ControllerLoop.now()
    try session.startDaemon(
      launcher: [EmulatedRun.program("usb-emulator")] + script + [
        "--script", fault, "--wait", "--",
      ])
    try session.startController()
    try session.settle()
    if spoil != nil {
      // the emulator's samples began a little after `begun`, which only makes reactions look slower
      let wait = begun + Self.moment * 1000 - ControllerLoop.now()
      try #require(wait > 0, "the machine is too busy: the feed was armed after the fault")
      Thread.sleep(forTimeInterval: wait / 1000)
    }
    let reaction = try session.reaction(after: seconds) { session.signalLauncher(SIGUSR1) }
    return Run(session: session, reaction: reaction)
  }

  @Test func whatIsNoNumberNeverLeaves() throws {
    let run = try run("0s:nan=3", seconds: 2)
    tell("NaN in a window", run.reaction)
    #expect(run.reaction.offences.isEmpty, "\(run.reaction.offences)")
    #expect(run.reaction.untilHold != nil, "nobody noticed")
    run.session.stopDaemon()
    #expect(run.session.told.contains("emulator: 0.0 s nan"), "\(run.session.told)")
  }

  @Test func aPulledCableHoldsTorque() throws {
    let run = try run("0s:unplug,1.5s:replug", seconds: 2.5)
    tell("USB unplugged for 1.5 s", run.reaction)
    #expect(run.reaction.offences.isEmpty, "\(run.reaction.offences)")
    #expect(run.reaction.untilZero != nil && run.reaction.cycles.last?.isArmed == false)
    run.session.stopDaemon()
    #expect(run.session.told.contains("lost: it was unplugged"))
  }

  @Test func aDeviceThatBeginsItsCountAnewHoldsTorque() throws {
    let run = try run("0s:reset", seconds: 1.5)
    tell("device clock reset", run.reaction)
    #expect(run.reaction.offences.isEmpty, "\(run.reaction.offences)")
    #expect(run.reaction.untilHold != nil, "nobody noticed")
    run.session.stopDaemon()
  }

  @Test func anEstimatorThatFindsNoSenseInItsSignalsHoldsTorque() throws {
    // the agonists' electrodes are on the antagonists and ten times as loud, so that no parameters fit the motion
    let run = try run(seconds: 5) { cells in
      let first = cells[1]
      cells[1] = 10 * cells[2]
      cells[2] = 10 * first
    }
    tell("estimator diverging", run.reaction)
    #expect(run.reaction.offences.isEmpty, "\(run.reaction.offences)")
    #expect(run.reaction.untilHold != nil, "nobody noticed")
    run.session.stopDaemon()
  }

  private func tell(_ name: String, _ reaction: FaultSession.Reaction) {
    print("fault: \(name): \(reaction.words)")
  }
}
