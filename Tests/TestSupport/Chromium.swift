public import Foundation

/// A headless browser for tests of what people see, where one is installed.
public enum Chromium {
  /// Where it is; nil where it is not installed.
  public static let path: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for folder in folders {
      for name in ["chromium", "chromium-browser", "google-chrome"] {
        let path = "\(folder)/\(name)"
        if FileManager.default.isExecutableFile(atPath: path) { return path }
      }
    }
    return nil
  }()

  /// Where pictures are kept for those who look at them later.
  public static let pictures: URL = {
    let folder = repository.appendingPathComponent("out/pictures")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }()

  /// Starts it without a window, with a profile of its own, and waits for its end; what it printed.
  @discardableResult
  public static func run(_ arguments: [String]) throws -> String {
    guard let path else { throw CocoaError(.executableNotLoadable) }
    let profile = FileManager.default.temporaryDirectory
      .appendingPathComponent("chromium-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: profile) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
        "--disable-background-networking", "--user-data-dir=\(profile.path)",
      ] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: printed, as: UTF8.self)
  }

  /// A picture of a page, kept under this name; its bytes.
  public static func picture(
    of page: String, name: String, width: Int, height: Int, options: [String] = []
  ) throws -> PNG {
    let file = pictures.appendingPathComponent(name + ".png")
    try? FileManager.default.removeItem(at: file)
    try run(
      options + ["--window-size=\(width),\(height)", "--screenshot=\(file.path)", page])
    return try PNG(Data(contentsOf: file))
  }
}

/// What a PNG file's head says of it.
public struct PNG {
  /// Width [px].
  public let width: Int
  /// Height [px].
  public let height: Int
  /// Size of the file; a page that shows nothing compresses to next to nothing [bytes].
  public let byteCount: Int

  /// Reads the head of `file`.
  public init(_ file: Data) throws {
    guard file.count > 24, file.starts(with: [0x89, 0x50, 0x4E, 0x47]) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    func number(_ offset: Int) -> Int {
      file[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    width = number(16)
    height = number(20)
    byteCount = file.count
  }
}
