internal import OpenSimFiles

/// Finds every mistake in session, device and model files.
public enum ConfigurationCheck {
  /// The problems of `files`, each once, in order; empty when all can be used.
  ///
  /// A file that ends in `.osim` is a model; one with `packet` or `channels` among its keys is a
  /// device, any other YAML file a session.
  public static func problems(inFiles files: [String]) -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    for file in files {
      problems += self.problems(inFile: file).filter { !problems.contains($0) }
    }
    return problems
  }

  private static func problems(inFile file: String) -> [ConfigurationProblem] {
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
    let document = ConfigurationDocument(path: file)
    let root = document.open()
    let isDevice = root.map { $0.optional("packet") != nil || $0.optional("channels") != nil }
    do throws(ConfigurationError) {
      if isDevice == true { _ = try DeviceFile.read(file) } else { _ = try SessionFile.read(file) }
      return []
    } catch {
      return error.problems
    }
  }
}
