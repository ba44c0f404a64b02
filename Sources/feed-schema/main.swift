// Writes what other languages need to know of the feed: the C header, the Python reader, the schema document and
// the Simulink bus, all from ControllerFeed's one definition. Run: feed-schema FOLDER
import ControllerFeed
import Foundation

let arguments = CommandLine.arguments.dropFirst()
guard let folder = arguments.first, arguments.count == 1, !folder.hasPrefix("-") else {
  FileHandle.standardError.write(Data("usage: feed-schema FOLDER\n".utf8))
  exit(64)
}
do {
  for (name, text) in [
    ("diffmsm_feed.h", cHeader()), ("diffmsm_feed.py", pythonReader()),
    ("diffmsm_feed.json", try schemaDocument()), ("diffmsm_feed_bus.m", simulinkBus()),
  ] {
    try text.write(
      to: URL(fileURLWithPath: folder).appendingPathComponent(name), atomically: true,
      encoding: .utf8)
  }
} catch {
  FileHandle.standardError.write(
    Data("\(folder): error: cannot be written: \(error.localizedDescription)\n".utf8))
  exit(73)
}
