internal import OpenSimFiles
internal import Yams

/// Finds every mistake in session, study, device and model files.
public enum ConfigurationCheck {
  /// The problems of `files`, each once, in order; empty when all can be used.
  ///
  /// A file that ends in `.osim` is a model; one with `packet` or `channels` among its keys is a device,
  /// one with `study` a study, any other YAML file a session. `settings` hold for sessions and studies.
  public static func problems(
    inFiles files: [String], settings: [String] = []
  ) -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    for file in files {
      problems += self.problems(inFile: file, settings: settings)
        .filter { !problems.contains($0) }
    }
    return problems
  }

  /// A session or study as YAML with its included files and `settings` in place; nil when it cannot be read.
  public static func resolved(_ file: String, settings: [String] = []) -> String? {
    ConfigurationDocument(path: file).open(settings: settings).flatMap { root in
      var root = root
      // a root without included files is merged the same way: the keys that were resolved go
      if root.behind.isEmpty { root.behind = [ConfigurationNode.empty(root.document)] }
      return try? Yams.serialize(node: root.merged, width: 120, allowUnicode: true)
    }
  }

  private static func problems(
    inFile file: String, settings: [String]
  ) -> [ConfigurationProblem] {
    if file.hasSuffix(".osim") {
      do throws(OpenSimError) {
        _ = try OpenSimReader.read(path: file)
        return []
      } catch {
        return [
          ConfigurationProblem(
            file: error.file, line: error.line, column: 0, message: error.message,
            remedy: error.remedy)
        ]
      }
    }
    let root = ConfigurationDocument(path: file).open()
    func has(_ key: String) -> Bool { root?.optional(key) != nil }
    do throws(ConfigurationError) {
      if has("packet") || has("channels") {
        _ = try DeviceFile.read(file)
      } else if has("study") {
        _ = try StudyFile.read(file, settings: settings)
      } else {
        _ = try SessionFile.read(file, settings: settings)
      }
      return []
    } catch {
      return error.problems
    }
  }
}

extension ConfigurationNode {
  /// A place where nothing stands.
  static func empty(_ document: ConfigurationDocument) -> ConfigurationNode {
    ConfigurationNode(node: .mapping(Node.Mapping([])), keyPath: "", document: document)
  }
}
