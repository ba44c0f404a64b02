import Foundation
import TestSupport
import Testing

@Suite struct HouseTests {
  /// What the toolchain brings and modules below the purity line may use.
  private static let system: Set = [
    "Foundation", "FoundationXML", "Glibc", "Synchronization", "Dispatch",
  ]
  /// What no module above the line may see.
  private static let impure = system.union(["Logging", "FoundationEssentials"])

  @Test func everyImportIsInTheTable() throws {
    let table = try ModuleTable()
    #expect(table.rows.count >= 18)
    let files = try SourceFile.all(under: "Sources")
    #expect(files.count > 60)
    for file in files {
      guard let row = table[file.module] else {
        Issue.record("\(file.path): Sources/README.md has no row for \(file.module)")
        continue
      }
      let allowed = row.isPure ? row.imports : row.imports.union(Self.system)
      for module in file.imports.subtracting(allowed).sorted() {
        Issue.record("\(file.path) imports \(module), which the row of \(row.module) does not list")
      }
    }
  }

  @Test func nothingAboveThePurityLineTouchesTheWorld() throws {
    let table = try ModuleTable()
    let pure = table.rows.filter(\.isPure)
    #expect(pure.map(\.module).contains("Pipeline") && pure.map(\.module).contains("Simulation"))
    #expect(!pure.map(\.module).contains("RealTime"))
    for row in pure { #expect(row.imports.isDisjoint(with: Self.impure), "\(row.module)") }
    for file in try SourceFile.all(under: "Sources") where table[file.module]?.isPure == true {
      let found = file.imports.intersection(Self.impure)
      #expect(found.isEmpty, "\(file.path) imports \(found.sorted())")
    }
  }

  @Test func modulesImportOnlyWhatStandsAboveThem() throws {
    let rows = try ModuleTable().rows
    let names = rows.map(\.module)
    #expect(Set(names).count == names.count)
    for (index, row) in rows.enumerated() {
      let below = row.imports.intersection(names[index...])
      #expect(below.isEmpty, "\(row.module) imports \(below.sorted()), which stand below it")
    }
  }

  @Test func theTableIsThePackages() throws {
    let manifest = try String(
      contentsOf: repository.appendingPathComponent("Package.swift"), encoding: .utf8)
    // module("Name", imports: [...]) and .executableTarget(name: "Name", dependencies: [...])
    let products = [
      "real": "RealModule", "yams": "Yams", "arguments": "ArgumentParser", "logging": "Logging",
      "fox": "FlyingFox", "socks": "FlyingSocks",
    ]
    let declaration =
      /(?:\bmodule\(\s*|\.executableTarget\(\s*name:\s*)"(?<name>[\w-]+)"(?:,\s*(?:imports|dependencies):\s*\[(?<list>[^\]]*)\])?/
    var declared: [String: Set<String>] = [:]
    for match in manifest.matches(of: declaration) {
      let items = (match.output.list ?? "").split(separator: ",")
        .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \"\n")) }
        .filter { !$0.isEmpty }
      declared[String(match.output.name)] = Set(items.map { products[$0] ?? $0 })
    }
    let table = try ModuleTable()
    let systems: Set = ["CGSL", "CLAPACKE", "CLibEDF", "CLibUSB", "CShim", "CUMockdev"]
    for row in table.rows where !systems.contains(row.module) {
      #expect(declared[row.module] == row.imports, "\(row.module)")
    }
    #expect(
      Set(declared.keys) == Set(table.rows.map(\.module)).subtracting(systems),
      "the table has the package's modules")
  }

  @Test func everyLibraryHasOneImporter() throws {
    let files = try SourceFile.all(under: "Sources")
    for (library, owner) in [
      ("CLAPACKE", "Algebra"), ("CGSL", "CrossCheck"), ("CLibEDF", "Recordings"),
      ("CLibUSB", "USBTransport"), ("CUMockdev", "DeviceEmulation"),
    ] {
      let importers = Set(files.filter { $0.imports.contains(library) }.map(\.module))
      #expect(importers == [owner], "\(library)")
    }
  }

  @Test func noFileIsLongerThanFiveHundredLines() throws {
    for folder in ["Sources", "Tests"] {
      for file in try SourceFile.all(under: folder) {
        #expect(file.lines.count <= 501, "\(file.path) has \(file.lines.count - 1) lines")
      }
    }
  }

  @Test func storedQuantitiesStateTheirUnit() throws {
    var properties = 0
    for file in try SourceFile.all(under: "Sources") {
      for property in StoredQuantity.all(in: file) {
        properties += 1
        if !property.hasUnit {
          Issue.record("\(file.path):\(property.line): \(property.name) has no [unit] in its doc")
        }
      }
    }
    #expect(properties > 250, "the search finds the house's quantities: \(properties)")
  }

  @Test func theSearchForQuantitiesTellsStoredFromOthers() {
    let file = SourceFile(
      path: "Example.swift", module: "Example",
      lines: [
        "/// A mass.", "struct Example {", "  /// Mass [kg].", "  public var mass: Double",
        "  /// Angles (count) [rad].", "  private(set) var angles: [Double] = []",
        "  /// Twice the mass.", "  var twice: Double { 2 * mass }", "  /// Nothing known.",
        "  let bare = 0.5", "  var undocumented: Double", "  func run() {",
        "    let local: Double = 1", "    _ = local", "  }", "  /// A count.", "  var count: Int",
        "  /// Observed [1].", "  var seen: Double {", "    didSet { run() }", "  }", "}",
      ])
    let found = StoredQuantity.all(in: file)
    #expect(found.map(\.name) == ["mass", "angles", "bare", "undocumented", "seen"])
    #expect(found.map(\.hasUnit) == [true, true, false, false, true])
  }
}
