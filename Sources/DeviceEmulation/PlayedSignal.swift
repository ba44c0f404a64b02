public import Devices
internal import Foundation

/// A signal out of a table, as `convert` writes one: what a virtual device sends instead of the test signal.
///
/// The first column is the time, the others are the device's channels in order, in their SI units; the rows are
/// the device's samples, and begin again when they are over.
public struct PlayedSignal: Sendable {
  /// A table that is none for the device.
  public struct Problem: Error, CustomStringConvertible {
    /// Which, where and why.
    public let description: String
  }

  /// Native values (rows x channelCount) [native units].
  private let values: [Double]
  private let channelCount: Int

  /// Reads `path` for a device.
  public init(path: String, for device: DeviceDescription) throws {
    channelCount = device.channels.count
    var values: [Double] = []
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated().dropFirst() {
      let cells = line.split(separator: ",").dropFirst()
      guard cells.count == channelCount else {
        throw Problem(
          description: "\(path):\(number + 1): error: \(cells.count) channels, and the device has "
            + "\(channelCount)")
      }
      for (cell, field) in zip(cells, device.channels) {
        guard let value = Double(cell) else {
          throw Problem(description: "\(path):\(number + 1): error: '\(cell)' is no number")
        }
        values.append((value - field.offset) / field.scale)
      }
    }
    guard !values.isEmpty else { throw Problem(description: "\(path): error: it has no rows") }
    self.values = values
  }

  /// The native value of a channel in a sample.
  func value(channel: Int, sample: Int64) -> Double {
    values[Int(sample) % (values.count / channelCount) * channelCount + channel]
  }
}
