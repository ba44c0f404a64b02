import Foundation
import Testing

@testable import USBTransport

@Suite("Who holds a device")
struct DeviceHolderTests {
  @Test("another process that has the file open is named, this one is not")
  func holders() throws {
    let path = FileManager.default.temporaryDirectory.path + "/held-" + UUID().uuidString
    try Data("x".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let own = try #require(FileHandle(forReadingAtPath: path))
    #expect(DeviceHolder.processes(holding: real).isEmpty)
    let other = Process()
    other.executableURL = URL(fileURLWithPath: "/bin/sleep")
    other.arguments = ["60"]
    other.standardInput = own
    try other.run()
    defer { other.terminate() }
    #expect(
      DeviceHolder.processes(holding: real) == ["process \(other.processIdentifier) (sleep)"])
    try own.close()
  }
}
