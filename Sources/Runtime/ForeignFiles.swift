public import Configuration
internal import Foundation
public import Recordings

extension SessionConfiguration {
  /// The session's import section, as conversions understand it.
  public var fileMappings: [FileMapping] {
    imports.map { entry in
      var mapping = FileMapping(file: entry.file)
      mapping.stream = entry.stream
      mapping.delimiter = entry.delimiter
      mapping.timeColumn = entry.timeColumn
      mapping.timeFactor = entry.timeFactor
      mapping.rate = entry.rate
      mapping.shift = entry.shift
      mapping.columns = entry.columns.map {
        FileMapping.Column(label: $0.label, column: $0.column, unit: $0.unit)
      }
      return mapping
    }
  }
}

/// A recording, or files of other programs that make one together.
struct RecordingInput: Sendable {
  /// The files, by path (at least one).
  var files: [String]

  /// What messages and results call it.
  var path: String { files.joined(separator: "+") }

  /// True when the file is a recording as it is.
  var isRecording: Bool { files.count == 1 && Self.isXDF(files[0]) }

  private static func isXDF(_ path: String) -> Bool {
    !TimedContent.endings.contains(ending(path)) || ending(path) == "xdf"
  }

  private static func ending(_ path: String) -> String {
    URL(fileURLWithPath: path).pathExtension.lowercased()
  }

  /// Recordings stay alone; neighbours of other formats in one folder belong together.
  static func grouped(_ paths: [String]) -> [RecordingInput] {
    var inputs: [RecordingInput] = []
    for path in paths {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      if !isXDF(path), let last = inputs.last, !last.isRecording,
        URL(fileURLWithPath: last.files[0]).deletingLastPathComponent().path == folder
      {
        inputs[inputs.count - 1].files.append(path)
      } else {
        inputs.append(RecordingInput(files: [path]))
      }
    }
    return inputs
  }

  /// Opens the recording, or makes one of the files and opens that.
  func source(_ session: SessionConfiguration?, salvaging: Bool) throws -> RecordingSource {
    if isRecording { return try RecordingSource(path: files[0], salvaging: salvaging) }
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("diffmsm-\(UUID().uuidString).xdf").path
    // the opened file stays readable when its name is gone
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    var conversion = StreamConversion(inputs: files, output: scratch)
    conversion.mappings = session?.fileMappings ?? []
    _ = try conversion.convert()
    return try RecordingSource(path: scratch)
  }

  /// The digest of the files' contents.
  func digest(_ source: RecordingSource) throws -> String {
    if isRecording { return source.fileHash.description }
    var bytes = Data()
    for file in files { bytes.append(try Data(contentsOf: URL(fileURLWithPath: file))) }
    return SHA256(bytes).description
  }
}
