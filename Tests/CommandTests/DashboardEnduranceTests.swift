import Foundation
import TestSupport
import Testing

/// The page with as many traces as a board has, for as long as somebody asks.
extension DashboardTests {
  /// How long it is watched; `make soak` asks for ten minutes [s].
  private static let duration =
    ProcessInfo.processInfo.environment["DIFFMSM_WATCH_SECONDS"].flatMap(Double.init) ?? 20

  @Test(.enabled(if: Chromium.path != nil, "needs Chromium"))
  func sixteenTracesScrollEvenlyInMemoryThatDoesNotGrow() async throws {
    try await onOwnThread {
      let program = try LiveProgram(session: { try ManyMuscles.session(in: $0) + $0.slowly() })
      let page = try ChromiumPage(
        "http://127.0.0.1:\(program.port)/#token=\(LiveProgram.token)", width: 1500, height: 950)
      // one that never takes what it is given
      let stalled = try program.connect(program.opening)
      func counter(_ name: String) throws -> Double {
        (try page.evaluate("diffmsm.\(name)") as? NSNumber)?.doubleValue ?? .nan
      }
      // what the page keeps is full after its ten seconds and some
      #expect(
        try page.wait(for: "window.diffmsm && diffmsm.samples > 1000", seconds: 60),
        "\(program.said)")
      var moments: [(memory: Int, heap: Int, rate: Double)] = []
      let pause = max(1, Self.duration / 40)
      var seen = try counter("samples")
      for moment in 0..<Int(Self.duration / pause) {
        Thread.sleep(forTimeInterval: pause)
        moments.append((program.residentSize, try page.heapSize(), try counter("fps")))
        let samples = try counter("samples")
        #expect(samples > seen, "new samples at moment \(moment)")
        seen = samples
      }
      #expect(try counter("drawn.emg") == 16)
      #expect(try page.picture("dashboard-16").byteCount > 60_000)
      let quarter = max(1, moments.count / 4)
      typealias Moment = (memory: Int, heap: Int, rate: Double)
      func means(_ part: some Collection<Moment>) -> (
        Double, Double
      ) {
        let count = Double(part.count)
        return (
          part.reduce(0) { $0 + Double($1.memory) } / count / 1024,
          part.reduce(0) { $0 + Double($1.heap) } / count / 1_048_576
        )
      }
      let (first, last) = (means(moments.prefix(quarter)), means(moments.suffix(quarter)))
      let rates = moments.map(\.rate).sorted()
      print(
        "dashboard: 16 traces for \(Int(Self.duration)) s, frames a second \(rates[rates.count / 2]) in the "
          + "median, \(try counter("bestFps")) at best, \(try counter("cost")) ms of script a frame; daemon "
          + "\(first.0) -> \(last.0) MiB, page \(first.1) -> \(last.1) MiB; pictures in \(Chromium.pictures.path)"
      )
      #expect(try counter("bestFps") >= 30)
      #expect(last.0 < 1.05 * first.0 + 6, "the daemon's memory [MiB]")
      #expect(last.1 < 1.2 * first.1 + 2, "the page's memory [MiB]")
      #expect(try page.evaluate("diffmsm.faults.length") as? Int == 0)
      #expect(page.complaints.isEmpty, "\(page.complaints)")
      _ = stalled
      #expect(try program.stop() == 0, "\(program.said)")
    }
  }
}
