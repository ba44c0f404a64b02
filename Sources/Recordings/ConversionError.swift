public import OpenSimFiles

/// Why files could not be joined or written.
public enum ConversionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A table could not be read.
  case table(TableError)
  /// The recording could not be read or made.
  case recording(XDFError)
  /// A table of OpenSim's could not be read.
  case openSim(OpenSimError)
  /// A binary file could not be read or written.
  case format(FileFormatError)
  /// A file's ending names no format that is read or written.
  case unknownEnding(path: String, known: String)
  /// An output's ending names no format that is written.
  case unknownOutput(path: String, known: String)
  /// The inputs hold no stream, nor remarks where these would do.
  case nothingToWrite(inputs: [String])
  /// No file was given.
  case nothingToConvert
  /// Two inputs would become streams of the same name.
  case sameName(String, first: String, second: String)
  /// The import section names a column that a file does not have.
  case noColumn(String, path: String, known: [String])
  /// A stream is asked for that no input has.
  case noStream(String, known: [String])

  /// One line: what, where, what to do.
  public var description: String {
    switch self {
    case .table(let error): error.description
    case .recording(let error): error.description
    case .openSim(let error): error.description
    case .format(let error): error.description
    case .unknownEnding(let path, let known):
      "\(path): expected a file ending among \(known), found another; rename or export the file"
    case .unknownOutput(let path, let known):
      "\(path): expected a file ending among \(known), or a folder for an EMG-BIDS dataset, found "
        + "another; choose one of these"
    case .nothingToWrite(let inputs):
      "\(inputs.joined(separator: ", ")): expected a stream of numbers, found none; "
        + "what was cut short inside its headers cannot be used"
    case .nothingToConvert: "expected at least one input file, found none; name one"
    case .sameName(let name, let first, let second):
      "\(second): expected a stream name of its own, found '\(name)' as in \(first); "
        + "rename one of the files"
    case .noColumn(let column, let path, let known):
      "\(path): expected a column '\(column)', found none; it has: \(listed(known))"
    case .noStream(let stream, let known):
      "expected a stream '\(stream)', found none; there are: \(listed(known))"
    }
  }
}
