import Configuration
import Foundation
import OpenSimFiles
import Recordings
import Runtime
import Services

/// The version that `--version` prints.
let programVersion = softwareVersion

/// A typed error as the command line says it: its lines and its exit code of sysexits.h.
struct CommandFailure {
  /// What is printed, one line a fault.
  var lines: [String]
  /// The exit code [1].
  var code: Int32

  /// The failure that `error` is; nil when it is the argument parser's own.
  init?(_ error: any Error) {
    switch error {
    case let error as ConfigurationError:
      lines = error.problems.map(\.description)
      code = Self.code(of: error)
    case let error as SessionError:
      lines = [error.description]
      code = error.kind == .noInput ? Self.noInput(error.file) : Self.code(of: error.kind)
    case let error as ServiceError:
      lines = error.kind == .misread ? [error.message] : [error.description]
      code =
        switch error.kind {
        case .misread: EX_CONFIG
        case .held, .nobody, .refused: EX_UNAVAILABLE
        case .permission: EX_NOPERM
        case .cannotCreate: EX_CANTCREAT
        case .protocolBroken: EX_PROTOCOL
        }
    case let error as OpenSimError:
      lines = [error.description]
      code = error.line == 0 ? Self.noInput(error.file) : EX_DATAERR
    case let error as XDFError:
      lines = ["diffmsm: error: \(error)"]
      code = Self.code(of: error)
    case let error as TableError:
      lines = ["diffmsm: error: \(error)"]
      code = Self.code(of: error)
    case let error as ConversionError:
      lines = ["diffmsm: error: \(error)"]
      code =
        switch error {
        case .table(let table): Self.code(of: table)
        case .recording(let recording): Self.code(of: recording)
        case .openSim(let table): table.line == 0 ? Self.noInput(table.file) : EX_DATAERR
        case .format(let file):
          file.isMissing ? Self.noInput(file.path) : file.isOutput ? EX_CANTCREAT : EX_DATAERR
        case .unknownEnding, .unknownOutput, .nothingToConvert, .noStream: EX_USAGE
        case .sameName, .noColumn, .nothingToWrite: EX_DATAERR
        }
    default: return nil
    }
  }

  /// The code for a file that could not be opened: it is not there, or it may not be read.
  private static func noInput(_ file: String) -> Int32 {
    access(file, R_OK) != 0 && errno == EACCES ? EX_NOPERM : EX_NOINPUT
  }

  private static func code(of error: TableError) -> Int32 {
    error.kind == .cannotOpen ? noInput(error.path) : EX_DATAERR
  }

  /// A file that is not there is no input, one that may not be read is not permitted; everything else is a bad configuration.
  private static func code(of error: ConfigurationError) -> Int32 {
    let isForbidden = error.problems.allSatisfy { $0.line == 0 && noInput($0.file) == EX_NOPERM }
    if isForbidden { return EX_NOPERM }
    let isMissing = error.problems.allSatisfy {
      $0.line == 0 && !FileManager.default.fileExists(atPath: $0.file)
    }
    return isMissing ? EX_NOINPUT : EX_CONFIG
  }

  private static func code(of kind: SessionError.Kind) -> Int32 {
    switch kind {
    case .configuration: EX_CONFIG
    case .data, .difference: EX_DATAERR
    case .unavailable: EX_UNAVAILABLE
    case .usage: EX_USAGE
    case .noInput: EX_NOINPUT
    case .cannotCreate: EX_CANTCREAT
    case .cannotWrite: EX_IOERR
    case .system: EX_SOFTWARE
    }
  }

  private static func code(of error: XDFError) -> Int32 {
    switch error.kind {
    case .cannotOpen: noInput(error.path)
    case .cannotCreate: EX_CANTCREAT
    case .cannotWrite: EX_IOERR
    case .notXDF, .wrongChunk, .wrongHeader, .wrongSamples, .unknownStream, .wrongJournal:
      EX_DATAERR
    }
  }
}

/// Prints a result on standard output, at once, so that it never mixes with what is said on the other.
func announce(_ text: String, terminator: String = "\n") {
  FileHandle.standardOutput.write(Data((text + terminator).utf8))
}

/// Prints lines on standard error.
func complain(_ lines: [String]) {
  if lines.isEmpty { return }
  FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
}

/// A bar on a terminal's standard error; nil where nobody looks.
func progressBar(of things: String) -> (@Sendable (Int, Int) -> Void)? {
  guard isatty(STDERR_FILENO) == 1 else { return nil }
  return { done, all in
    let filled = 30 * done / max(all, 1)
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
    let end = done == all ? "\n" : ""
    FileHandle.standardError.write(Data("\r[\(bar)] \(done) of \(all) \(things)\(end)".utf8))
  }
}
