import Foundation
import TestSupport
import Testing

/// What the documentation says is what happens.
@Suite struct DocumentationTests {
  @Test("every fenced block runs as it stands, or says why it does not")
  func everyBlockIsRunOrExcused() throws {
    let blocks = try MarkdownBlock.all()
    #expect(blocks.count > 20 && blocks.contains(where: \.runs))
    for block in blocks where !block.runs {
      if block.reason == nil {
        Issue.record(
          "\(block.file):\(block.line): '\(block.mark)' is neither 'sh run' nor says 'because: ...'"
        )
      }
    }
  }

  @Test("blocks marked sh run do, page by page, each page in a folder of its own")
  func blocksRun() async throws {
    try await onOwnThread {
      let blocks = try MarkdownBlock.all().filter(\.runs)
      for file in Set(blocks.map(\.file)).sorted() {
        let folder = FileManager.default.temporaryDirectory
          .appendingPathComponent("documentation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for block in blocks where block.file == file {
          let process = Process()
          process.executableURL = URL(fileURLWithPath: "/bin/sh")
          process.arguments = ["-eu", "-c", block.text]
          process.currentDirectoryURL = folder
          var environment = ProcessInfo.processInfo.environment
          environment["PATH"] =
            Program.url.deletingLastPathComponent().path + ":" + (environment["PATH"] ?? "")
          environment["DIFFMSM_REPOSITORY"] = repository.path
          environment["DIFFMSM_SOCKET"] = folder.appendingPathComponent("control").path
          environment["DIFFMSM_HTTP"] = "off"
          process.environment = environment
          let output = Pipe()
          process.standardOutput = output
          process.standardError = output
          process.standardInput = FileHandle.nullDevice
          try process.run()
          let printed = try output.fileHandleForReading.readToEnd() ?? Data()
          process.waitUntilExit()
          #expect(
            process.terminationStatus == 0,
            "\(file):\(block.line): \(String(decoding: printed, as: UTF8.self).suffix(500))")
        }
      }
    }
  }

  @Test("the result's reference names every key of its schema")
  func everyKeyOfTheResultIsDocumented() throws {
    let schema = try String(
      contentsOf: repository.appendingPathComponent("config/schema/result.schema.json"),
      encoding: .utf8)
    let object = try JSONSerialization.jsonObject(with: Data(schema.utf8))
    var keys: Set<String> = []
    func collect(_ value: Any) {
      guard let value = value as? [String: Any] else { return }
      for (key, member) in value {
        if key == "properties", let properties = member as? [String: Any] {
          keys.formUnion(properties.keys)
          properties.values.forEach(collect)
        } else {
          collect(member)
        }
      }
    }
    collect(object)
    #expect(keys.count > 60)
    let page = try String(
      contentsOf: repository.appendingPathComponent("docs/result.md"), encoding: .utf8)
    for key in keys.sorted() {
      #expect(page.contains(".\(key)`") || page.contains("| `\(key)`"), "\(key)")
    }
  }

  @Test("links of the documentation lead to files that are there")
  func linksLeadSomewhere() throws {
    for file in try MarkdownBlock.pages() {
      let page = repository.appendingPathComponent(file)
      let text = try String(contentsOf: page, encoding: .utf8)
      for match in text.matches(of: /\]\(([^)#\s]+)/) where !match.1.contains("://") {
        let target = page.deletingLastPathComponent().appendingPathComponent(String(match.1))
        #expect(FileManager.default.fileExists(atPath: target.path), "\(file): \(match.1)")
      }
    }
  }
}
