internal import Foundation

/// A page in a headless browser that a test steers, over the browser's own debugging pipe.
///
/// Used by one thread. The browser reads commands from one named pipe and writes replies into another.
public final class ChromiumPage {
  private let process: Process
  private let folder: URL
  private let commands: FileHandle
  private let replies: FileHandle
  private var buffer = Data()
  private var number = 0
  private var session = ""
  /// Complaints of the page's console and about what it could not load.
  public private(set) var complaints: [String] = []

  /// Opens `address` in a window of this size.
  public init(_ address: String, width: Int, height: Int) throws {
    guard let path = Chromium.path else { throw CocoaError(.executableNotLoadable) }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("chromium-\(UUID().uuidString)")
    self.folder = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let pipes = ["commands", "replies"].map { folder.appendingPathComponent($0).path }
    for pipe in pipes { guard mkfifo(pipe, 0o600) == 0 else { throw POSIXError(.EIO) } }
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      "exec \"$0\" --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run "
        + "--disable-background-networking --disable-dev-shm-usage --remote-debugging-pipe "
        + "--window-size=\(width),\(height) --user-data-dir=\"$1/profile\" about:blank "
        + "3<\"$1/commands\" 4>\"$1/replies\"",
      path, folder.path,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    // opened for both directions, so that opening waits for nobody
    let writing = open(pipes[0], O_RDWR | O_CLOEXEC)
    let reading = open(pipes[1], O_RDWR | O_CLOEXEC)
    guard writing >= 0, reading >= 0 else { throw POSIXError(.EIO) }
    commands = FileHandle(fileDescriptor: writing, closeOnDealloc: true)
    replies = FileHandle(fileDescriptor: reading, closeOnDealloc: true)
    let targets = try ask("Target.getTargets")["targetInfos"] as? [[String: Any]] ?? []
    guard let target = targets.first(where: { $0["type"] as? String == "page" })?["targetId"] else {
      throw CocoaError(.featureUnsupported)
    }
    let attached = try ask("Target.attachToTarget", ["targetId": target, "flatten": true])
    session = attached["sessionId"] as? String ?? ""
    _ = try ask("Page.enable")
    _ = try ask("Runtime.enable")
    _ = try ask("Log.enable")
    _ = try ask("Page.navigate", ["url": address])
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  /// What an expression of JavaScript comes to; promises are waited for.
  public func evaluate(_ expression: String) throws -> Any? {
    let reply = try ask(
      "Runtime.evaluate",
      ["expression": expression, "awaitPromise": true, "returnByValue": true])
    return (reply["result"] as? [String: Any])?["value"]
  }

  /// Waits until an expression is true; false when it is not after `seconds`.
  public func wait(for expression: String, seconds: Double) throws -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if try evaluate("Boolean(\(expression))") as? Bool == true { return true }
      Thread.sleep(forTimeInterval: 0.1)
    }
    return false
  }

  /// What the page's objects take after all that nobody needs has been thrown away [bytes].
  public func heapSize() throws -> Int {
    _ = try ask("HeapProfiler.collectGarbage")
    return try ask("Runtime.getHeapUsage")["usedSize"] as? Int ?? 0
  }

  /// Light or dark, as a reader's system says.
  public func prefer(_ scheme: String) throws {
    _ = try ask(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": scheme]]])
  }

  /// Another size of the window.
  public func resize(width: Int, height: Int) throws {
    _ = try ask(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
  }

  /// Presses and lets go of a key.
  public func press(_ key: String) throws {
    let text = key.count == 1 ? ["text": key] : [:]
    for type in ["keyDown", "keyUp"] {
      var arguments: [String: Any] = ["type": type, "key": key]
      if type == "keyDown" { arguments.merge(text) { $1 } }
      _ = try ask("Input.dispatchKeyEvent", arguments)
    }
  }

  /// A picture of what the window shows, kept under this name.
  public func picture(_ name: String) throws -> PNG {
    let reply = try ask("Page.captureScreenshot", ["format": "png"])
    guard let data = (reply["data"] as? String).flatMap({ Data(base64Encoded: $0) }) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    try data.write(to: Chromium.pictures.appendingPathComponent(name + ".png"))
    return try PNG(data)
  }

  /// Sends a command and waits for its reply.
  private func ask(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    number += 1
    var message: [String: Any] = ["id": number, "method": method, "params": parameters]
    if !session.isEmpty { message["sessionId"] = session }
    try commands.write(contentsOf: JSONSerialization.data(withJSONObject: message) + [0])
    while true {
      let reply = try read()
      if reply["id"] as? Int == number {
        if let error = reply["error"] { throw ChromiumError(words: "\(method): \(error)") }
        return reply["result"] as? [String: Any] ?? [:]
      }
      note(reply)
    }
  }

  private func note(_ event: [String: Any]) {
    let parameters = event["params"] as? [String: Any] ?? [:]
    switch event["method"] as? String {
    case "Runtime.exceptionThrown": complaints.append("\(parameters)")
    case "Log.entryAdded":
      let entry = parameters["entry"] as? [String: Any] ?? [:]
      if entry["level"] as? String == "error" { complaints.append("\(entry["text"] ?? "")") }
    default: break
    }
  }

  /// The next message of the browser; waits at most half a minute.
  private func read() throws -> [String: Any] {
    while true {
      if let end = buffer.firstIndex(of: 0) {
        let message = buffer[buffer.startIndex..<end]
        buffer = Data(buffer[(end + 1)...])
        return try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
      }
      var ready = pollfd(fd: replies.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, 30_000) > 0 else { throw ChromiumError(words: "no answer") }
      buffer.append(replies.availableData)
    }
  }
}

/// Why a browser did not do what a test asked.
public struct ChromiumError: Error, CustomStringConvertible {
  /// The reason.
  public let words: String

  /// The reason.
  public var description: String { words }
}
