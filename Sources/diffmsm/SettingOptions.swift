import ArgumentParser
import Configuration

/// What the command line changes in a session or study file.
struct SettingOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Replace what the session or study file says, as in \"identification.window=2 s\"; may be repeated.",
      valueName: "key=value"))
  var set: [String] = []

  /// The session in the file at `path` with the settings.
  func session(_ path: String) throws -> SessionConfiguration {
    try SessionFile.read(path, settings: set)
  }

  /// The same, where a recording may carry the session instead.
  func session(_ path: String?) throws -> SessionConfiguration? {
    if let path { return try session(path) }
    guard set.isEmpty else {
      throw ValidationError("--set changes the file that --config names; name one")
    }
    return nil
  }

  /// The study in the file at `path` with the settings.
  func study(_ path: String) throws -> StudyConfiguration {
    try StudyFile.read(path, settings: set)
  }
}
