import Foundation
import TestSupport

/// A fenced block of a Markdown file.
struct MarkdownBlock {
  /// The file, from the root of the repository.
  let file: String
  /// The line of its opening fence, from one.
  let line: Int
  /// What stands behind the opening fence.
  let mark: String
  /// Its lines, without the indentation of the fence.
  let text: String

  /// True when the documentation promises that it runs.
  var runs: Bool { mark == "sh run" }

  /// Why it does not run; nil when nobody says.
  var reason: String? {
    guard let range = mark.range(of: " because: ") else { return nil }
    let reason = mark[range.upperBound...].trimmingCharacters(in: .whitespaces)
    return reason.isEmpty ? nil : reason
  }

  /// Every page of the documentation, from the root of the repository.
  static func pages() throws -> [String] {
    var files = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Sources/README.md"]
    for folder in [
      "docs", "config", "config/models", "devices", "feed", "Tests/interop", "Tests/Benchmarks",
    ] {
      let names = try FileManager.default.contentsOfDirectory(
        atPath: repository.appendingPathComponent(folder).path)
      files += names.filter { $0.hasSuffix(".md") }.sorted().map { folder + "/" + $0 }
    }
    return files
  }

  /// The blocks of every page.
  static func all() throws -> [MarkdownBlock] { try pages().flatMap(blocks(of:)) }

  static func blocks(of file: String) throws -> [MarkdownBlock] {
    let text = try String(
      contentsOf: repository.appendingPathComponent(file), encoding: .utf8)
    var blocks: [MarkdownBlock] = []
    var open: (line: Int, mark: String, indentation: Int, lines: [Substring])?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let indentation = line.prefix { $0 == " " }.count
      let content = line.dropFirst(indentation)
      if content.hasPrefix("```") {
        if let block = open {
          blocks.append(
            MarkdownBlock(
              file: file, line: block.line, mark: block.mark,
              text: block.lines.joined(separator: "\n")))
          open = nil
        } else {
          let mark = content.dropFirst(3).trimmingCharacters(in: .whitespaces)
          open = (index + 1, mark, indentation, [])
        }
      } else {
        let margin = min(indentation, open?.indentation ?? 0)
        open?.lines.append(line.dropFirst(margin))
      }
    }
    if let open {
      blocks.append(
        MarkdownBlock(file: file, line: open.line, mark: "never closed", text: ""))
    }
    return blocks
  }
}
