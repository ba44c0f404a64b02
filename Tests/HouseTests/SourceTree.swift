import Foundation
import TestSupport

/// A Swift file of the repository.
struct SourceFile {
  /// Path from the repository's root.
  let path: String
  /// The folder under Sources or Tests: the module.
  let module: String
  /// Its lines.
  let lines: [String]

  /// All Swift files under `folder`, sorted by path; what builds leave in hidden folders is not the house's.
  static func all(under folder: String) throws -> [SourceFile] {
    let root = repository.appendingPathComponent(folder)
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    let own = paths.filter { $0.hasSuffix(".swift") && !$0.hasPrefix(".") && !$0.contains("/.") }
    return try own.sorted().map { path in
      let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
      return SourceFile(
        path: "\(folder)/\(path)", module: String(path.prefix { $0 != "/" }),
        lines: text.components(separatedBy: "\n"))
    }
  }

  /// The modules that it imports, submodules by their module's name.
  var imports: Set<String> {
    var modules: Set<String> = []
    for line in lines {
      var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      while let first = words.first, first.hasPrefix("@") || Self.accessLevels.contains(first) {
        words.removeFirst()
      }
      guard words.first == "import", words.count >= 2 else { continue }
      let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let name = words[kinds.contains(words[1]) && words.count > 2 ? 2 : 1]
      modules.insert(String(name.prefix { $0 != "." && $0 != ";" }))
    }
    return modules
  }

  private static let accessLevels: Set = [
    "public", "package", "internal", "fileprivate", "private",
  ]
}

/// The module table of Sources/README.md.
struct ModuleTable {
  /// One row.
  struct Row {
    /// The module.
    let module: String
    /// What it may import.
    let imports: Set<String>
    /// True above the purity line.
    let isPure: Bool
  }

  /// The rows in order.
  let rows: [Row]

  /// Reads the table.
  init() throws {
    let file = repository.appendingPathComponent("Sources/README.md")
    var rows: [Row] = []
    var isPure = true
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 6 else { continue }
      if cells[2] == "**purity line**" { isPure = false }
      guard cells[2].hasPrefix("`") else { continue }
      let imports = cells[4].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      rows.append(
        Row(
          module: cells[2].trimmingCharacters(in: CharacterSet(charactersIn: "`")),
          imports: Set(imports.filter { $0 != "-" }), isPure: isPure))
    }
    self.rows = rows
  }

  /// The row of `module`.
  subscript(module: String) -> Row? { rows.first { $0.module == module } }
}
