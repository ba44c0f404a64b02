import Foundation
internal import OpenSimFiles
internal import Signals

/// Writes joined content in the format that an output's ending names.
struct ContentWriter {
  private let conversion: StreamConversion
  private let content: TimedContent

  init(_ conversion: StreamConversion, _ content: TimedContent) {
    self.conversion = conversion
    self.content = content
  }

  /// Writes and returns the files that were made.
  func write(ending: String) throws(ConversionError) -> [String] {
    switch ending {
    case "xdf":
      do { try writeRecording() } catch { throw .recording(error) }
      return [conversion.output]
    case "csv": return try writeTables(markers: ",") { Self.delimited($0, ",") }
    case "tsv": return try writeTables(markers: "\t") { Self.delimited($0, "\t") }
    case "sto", "mot": return try writeTables(Self.openSim)
    case "bdf": return try writeBiosignal()
    default: return try writeDataset()
    }
  }

  private func writeRecording() throws(XDFError) {
    var writer = try XDFWriter(path: conversion.output, overwrite: conversion.overwrite)
    var identifiers: [XDFStreamID] = []
    for stream in content.streams { identifiers.append(try writer.addStream(stream.header)) }
    // all files were brought onto one timeline, which is the recording's clock
    for (identifier, stream) in zip(identifiers, content.streams) {
      let start = SampleTime(seconds: stream.times.first ?? 0)
      try writer.appendClockOffset(identifier, collectedAt: start, offset: 0)
    }
    var markers: XDFStreamID?
    if !content.markers.isEmpty {
      let name = "markers".distinct(from: Set(content.streams.map(\.name)))
      markers = try writer.addStream(
        XDFStreamHeader(
          name: name, type: "Markers", nominalRate: 0, format: .string,
          channels: [XDFChannel(label: "marker", unit: "")],
          createdAt: content.markers[0].time,
          uid: String(SHA256(name).description.prefix(32))))
    }
    if let markers {
      let start = SampleTime(seconds: content.markers[0].time)
      try writer.appendClockOffset(markers, collectedAt: start, offset: 0)
    }
    for (identifier, stream) in zip(identifiers, content.streams) {
      try stream.write(to: &writer, as: identifier)
      try writer.appendBoundary()
    }
    if let markers {
      for marker in content.markers {
        try writer.appendString(markers, marker.text, at: SampleTime(seconds: marker.time))
      }
    }
    try writer.close()
  }

  /// One file for one stream; several streams get files of their own, with the stream's name before the ending.
  ///
  /// Remarks get one beside them, cells separated by `markers`, where the format has a place for words.
  private func writeTables(
    markers: Character? = nil, _ text: (TimedStream) -> String
  ) throws(ConversionError) -> [String] {
    let output = URL(fileURLWithPath: conversion.output)
    let base = conversion.output.dropLast(output.pathExtension.count + 1)
    let stem = output.deletingPathExtension().lastPathComponent + "."
    let paths = content.streams.map { stream in
      // a stream named after the file need not say it twice
      let name = stream.name.hasPrefix(stem) ? stream.name.dropFirst(stem.count) : stream.name[...]
      return content.streams.count == 1
        ? conversion.output
        : "\(base).\(name.replacing("/", with: "_")).\(output.pathExtension)"
    }
    var markerPath: String?
    if markers != nil, !content.markers.isEmpty {
      let name = "markers".distinct(from: Set(content.streams.map(\.name)))
      markerPath = "\(base).\(name).\(output.pathExtension)"
    }
    let all = paths + (markerPath.map { [$0] } ?? [])
    for path in all { try requireNew(path) }
    for (path, stream) in zip(paths, content.streams) { try writeText(text(stream), to: path) }
    if let markerPath, let markers {
      try writeText(MarkerTable.text(content.markers, delimiter: markers), to: markerPath)
    }
    return all
  }

  private func writeText(_ text: String, to path: String) throws(ConversionError) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw .format(failure(path, error.localizedDescription))
    }
  }

  private static func delimited(_ stream: TimedStream, _ delimiter: Character) -> String {
    func name(_ column: TimedStream.Column) -> String {
      let plain = column.label.map { $0 == delimiter || $0.isNewline ? "_" : String($0) }.joined()
      return column.unit.isEmpty ? plain : "\(plain) [\(column.unit)]"
    }
    let mark = String(delimiter)
    var lines = [(["time_s"] + stream.columns.map(name)).joined(separator: mark)]
    lines.reserveCapacity(stream.times.count + 1)
    for (row, time) in stream.times.enumerated() {
      var line = "\(time.withoutDust)"
      for column in stream.columns {
        line += mark
        if !column.values[row].isNaN { line += "\(column.values[row])" }
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func openSim(_ stream: TimedStream) -> String {
    OpenSimTable(
      name: stream.name, isInDegrees: stream.columns.contains { $0.unit == "deg" },
      times: stream.times.map(\.withoutDust),
      labels: stream.columns.map {
        $0.label.map { $0.isWhitespace ? "_" : String($0) }.joined()
      },
      units: stream.columns.map(\.unit), columns: stream.columns.map(\.values)
    ).text
  }

  private func writeBiosignal() throws(ConversionError) -> [String] {
    try requireNew(conversion.output)
    do throws(FileFormatError) {
      try BiosignalWriter(content, path: conversion.output).write(
        to: conversion.output,
        description: BiosignalWriter.Description(subject: conversion.subject))
    } catch {
      throw .format(error)
    }
    return [conversion.output]
  }

  private func writeDataset() throws(ConversionError) -> [String] {
    do throws(FileFormatError) {
      try BIDSFolder(
        content, root: conversion.output,
        description: BIDSFolder.Description(
          subject: conversion.subject, task: conversion.task,
          powerLineFrequency: conversion.powerLineFrequency)
      ).write(overwrite: conversion.overwrite)
    } catch {
      throw .format(error)
    }
    return [conversion.output]
  }

  private func requireNew(_ path: String) throws(ConversionError) {
    guard !conversion.overwrite, FileManager.default.fileExists(atPath: path) else { return }
    throw .format(failure(path, "one that exists"))
  }

  private func failure(_ path: String, _ found: String) -> FileFormatError {
    FileFormatError(
      path: path, expected: "a new file", found: found,
      remedy: found == "one that exists"
        ? "choose another name, or replace it with --force"
        : "check that the folder exists, is yours and has room", isOutput: true)
  }
}
