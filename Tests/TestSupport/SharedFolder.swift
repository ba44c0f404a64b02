public import Foundation

/// The folder of reference tables and recordings: `DIFFMSM_DATA`, or `../shared/data` beside the checkout.
public let sharedData: URL = {
  if let path = ProcessInfo.processInfo.environment["DIFFMSM_DATA"] {
    return URL(fileURLWithPath: path)
  }
  return repository.deletingLastPathComponent().appendingPathComponent("shared/data")
}()

/// The root of the checkout.
public let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// True when the reference data are there; tests that need them are skipped by name otherwise.
public let hasSharedData = FileManager.default.fileExists(
  atPath: sharedData.appendingPathComponent("opensim/README.md").path)

/// Rows of a numeric CSV file with a header, as columns by name.
public func columns(ofCSV file: URL) throws -> [String: [Double]] {
  let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
  let header = lines[0].split(separator: ",").map(String.init)
  var columns = Dictionary(uniqueKeysWithValues: header.map { ($0, [Double]()) })
  for line in lines.dropFirst() {
    for (name, field) in zip(header, line.split(separator: ",", omittingEmptySubsequences: false)) {
      columns[name]?.append(Double(field) ?? .nan)
    }
  }
  return columns
}
