import Foundation
import TestSupport
import Testing

/// The receivers that controllers take, compiled and run as they would.
@Suite struct ReceiverTests {
  static let folder = repository.appendingPathComponent("feed").path
  /// Warnings that a safety reviewer turns on.
  static let strict = [
    "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-O2",
  ]
  static let goldens = ["state", "parameters", "interaction"].map {
    repository.appendingPathComponent("Tests/Goldens/feed/\($0).hex").path
  }

  /// Compiles `sources` of feed/ with the receiver; the program's path.
  static func compile(
    _ sources: [String], with compiler: String, options: [String] = strict
  ) async throws -> String {
    let program = FileManager.default.temporaryDirectory.path + "/feed-" + UUID().uuidString
    let result = try await Tool.run(
      compiler, options + ["-o", program] + sources + ["diffmsm_receiver.c"], in: folder)
    try #require(result.code == 0, "\(compiler): \(result.complaints)")
    return program
  }

  /// gcc, which is in packaging/debian-packages.txt, and clang, which every Swift toolchain has.
  static func compilers() throws -> [String] {
    let found = ["gcc", "clang"].compactMap { Tool.find($0) }
    try #require(found.count == 2, "\(found): both gcc and clang are asked for")
    return found
  }

  @Test(
    "the C receiver does what it says, case by case, under gcc and clang, without a warning")
  func cases() async throws {
    for compiler in try Self.compilers() {
      let program = try await Self.compile(["tests/receiver_test.c"], with: compiler)
      defer { try? FileManager.default.removeItem(atPath: program) }
      let result = try await Tool.run(program, Self.goldens)
      #expect(result.code == 0 && result.output == "ok\n", "\(compiler): \(result.output)")
      let loop = try await Self.compile(["example_loop.c"], with: compiler)
      try FileManager.default.removeItem(atPath: loop)
    }
  }

  @Test("200000 mutated datagrams are refused, and what is sealed again leaves no limit")
  func fuzz() async throws {
    let options = ["-std=c99", "-O1", "-g", "-fsanitize=address,undefined"]
    let compiler = try #require(try Self.compilers().first)
    let program = try await Self.compile(["tests/fuzz.c"], with: compiler, options: options)
    defer { try? FileManager.default.removeItem(atPath: program) }
    let result = try await Tool.run(program, ["200000", "1"])
    #expect(result.code == 0, "\(result.output) \(result.complaints)")
    #expect(result.output.contains(" 0 accepted;"))
  }

  /// Python is in packaging/debian-packages.txt, for test.
  @Test("the Python receiver does what it says, case by case")
  func python() async throws {
    let python = try #require(Tool.find("python3"))
    let result = try await Tool.run(
      python, ["-B", "tests/test_receiver.py", Self.goldens[0].replacing("/state.hex", with: "")],
      in: Self.folder)
    #expect(result.code == 0, "\(result.complaints)")
    #expect(result.complaints.contains("OK") && !result.complaints.contains("skipped"))
  }
}
