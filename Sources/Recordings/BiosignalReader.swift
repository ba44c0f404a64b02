internal import CLibEDF
import Foundation
import Synchronization

/// Files of the European data format and its 24-bit kin (`.edf`, `.bdf`, with and without `+`), through EDFlib.
///
/// Signals of one rate and transducer become one stream; our own files note the stream's name there.
enum BiosignalReader {
  /// EDFlib keeps its open files in a table of its own, so one thread at a time.
  static let library = Mutex(())

  /// EDFlib's unit of time [s].
  private static let tick = 1e-7

  static func content(path: String, name: String) throws(FileFormatError) -> TimedContent {
    let read: Result<TimedContent, FileFormatError> = library.withLock { _ in
      do throws(FileFormatError) {
        return .success(try locked(path: path, name: name))
      } catch {
        return .failure(error)
      }
    }
    return try read.get()
  }

  private static func locked(path: String, name: String) throws(FileFormatError) -> TimedContent {
    guard let header = diffmsm_edf_header_create() else {
      preconditionFailure("there is memory for a header")
    }
    defer { free(header) }
    guard diffmsm_edf_open(path, header) == 0 else {
      let code = diffmsm_edf_type(header)
      if let (announced, found) = sizes(path: path), announced > found {
        throw cutShort(path, "\(announced) bytes, as its header announces", "\(found)")
      }
      throw failure(path: path, code: code)
    }
    let handle = diffmsm_edf_handle(header)
    defer { _ = edfclose_file(handle) }
    let duration = Double(diffmsm_edf_record_duration(header)) * tick
    var streams: [TimedStream] = []
    var keys: [(rate: Double, transducer: String)] = []
    for signal in 0..<Int(diffmsm_edf_signal_count(header)) {
      guard let shape = diffmsm_edf_signal(header, Int32(signal))?.pointee else { continue }
      let perRecord = Int(shape.smp_in_datarecord)
      guard duration > 0, perRecord > 0 else { continue }
      let rate = Double(perRecord) / duration
      let text = { (pointer: UnsafePointer<CChar>?) in
        pointer.map { String(cString: $0).trimming(while: \.isWhitespace) } ?? ""
      }
      let label = text(diffmsm_edf_label(header, Int32(signal)))
      let transducer = text(diffmsm_edf_transducer(header, Int32(signal)))
      var values = Array(repeating: 0.0, count: perRecord * Int(diffmsm_edf_record_count(header)))
      let count = edfread_physical_samples(
        handle, Int32(signal), Int32(clamping: values.count), &values)
      guard Int(count) == values.count else {
        throw cutShort(path, "\(values.count) samples of '\(label)'", "\(count)")
      }
      let index: Int
      if let known = keys.firstIndex(where: { $0 == (rate, transducer) }) {
        index = known
      } else {
        index = streams.count
        keys.append((rate, transducer))
        let times = values.indices.map { Double($0) / rate }
        streams.append(TimedStream(name: transducer, times: times, nominalRate: rate, columns: []))
      }
      let resolution =
        (shape.phys_max - shape.phys_min) / Double(shape.dig_max - shape.dig_min)
      // values are counts times resolution only when nothing was subtracted
      let isPlain = abs(shape.phys_max - Double(shape.dig_max) * resolution) < 0.01 * resolution
      let taken = Set(streams[index].columns.map(\.label))
      streams[index].columns.append(
        TimedStream.Column(
          label: (label.isEmpty ? "channel\(signal + 1)" : label).distinct(from: taken),
          unit: text(diffmsm_edf_unit(header, Int32(signal))), values: values,
          resolution: isPlain ? resolution : nil))
    }
    for index in streams.indices {
      if let own = Self.ownName(keys[index].transducer) {
        streams[index].name = own
        continue
      }
      let plain = streams.count == 1 ? name : "\(name).\(index + 1)"
      streams[index].name = plain.distinct(from: Set(streams[..<index].map(\.name)))
    }
    var content = TimedContent(streams: streams, markers: markers(header, handle: handle))
    content.takeOutMissing()
    return content
  }

  /// The name of the stream that a transducer field of ours notes.
  private static func ownName(_ transducer: String) -> String? {
    let mark = "stream "
    return transducer.hasPrefix(mark) ? String(transducer.dropFirst(mark.count)) : nil
  }

  private static func markers(_ header: UnsafeRawPointer, handle: Int32) -> [TimedMarker] {
    var markers: [TimedMarker] = []
    for index in 0..<Int(diffmsm_edf_annotation_count(header)) {
      var annotation = edf_annotation_struct()
      guard edf_get_annotation(handle, Int32(index), &annotation) == 0 else { continue }
      let duration = Double(annotation.duration_l) * tick
      markers.append(
        TimedMarker(
          time: Double(annotation.onset) * tick,
          duration: annotation.duration_l < 0 ? nil : duration,
          text: withUnsafePointer(to: &annotation) { pointer in
            String(cString: diffmsm_edf_annotation_text(pointer))
          }))
    }
    return markers.sorted { $0.time < $1.time }
  }

  private static func cutShort(
    _ path: String, _ expected: String, _ found: String
  ) -> FileFormatError {
    FileFormatError(
      path: path, expected: expected, found: found,
      remedy: "the file is cut short: restore it from a copy, or repair it with EDFbrowser")
  }

  /// How long the file ought to be by its own header, and how long it is; nil where that tells nothing [bytes].
  private static func sizes(path: String) -> (announced: Int, found: Int)? {
    guard
      let file = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped),
      file.count >= 256
    else { return nil }
    /// A number of eight or four characters, where one may be.
    func number(_ place: Int, _ length: Int = 8) -> Int? {
      guard file.count >= place + length else { return nil }
      let text = String(
        decoding: file[(file.startIndex + place)..<(file.startIndex + place + length)],
        as: UTF8.self)
      return Int(text.trimming(while: \.isWhitespace)).flatMap {
        (0..<(1 << 31)).contains($0) ? $0 : nil
      }
    }
    guard let header = number(184), let records = number(236), let signals = number(252, 4)
    else { return nil }
    // where not even the header is whole, more is missing than can be said
    guard file.count >= header else { return (header, file.count) }
    var samples = 0
    for signal in 0..<signals {
      guard let count = number(256 + 216 * signals + 8 * signal) else { return nil }
      samples += count
    }
    let width = file[file.startIndex] == 0xFF ? 3 : 2
    let (size, overflows) = (samples * width).multipliedReportingOverflow(by: records)
    return overflows ? nil : (header + size, file.count)
  }

  private static func failure(path: String, code: Int32) -> FileFormatError {
    switch code {
    case EDFLIB_NO_SUCH_FILE_OR_DIRECTORY:
      FileFormatError(
        path: path, expected: "an EDF or BDF file", found: "no such file",
        remedy: "check the name and that you may read it", isMissing: true)
    case EDFLIB_FILE_IS_DISCONTINUOUS:
      FileFormatError(
        path: path, expected: "a continuous recording (EDF+C, BDF+C)",
        found: "one with interruptions", remedy: "export its parts as files of their own")
    case EDFLIB_FILE_READ_ERROR:
      cutShort(path, "a whole EDF or BDF file", "fewer bytes than it announces")
    default:
      FileFormatError(
        path: path, expected: "an EDF, EDF+, BDF or BDF+ file as the standard has it",
        found: "a contradiction (EDFlib code \(code))",
        remedy: "export the file again, or repair it with EDFbrowser")
    }
  }
}

extension TimedContent {
  /// Makes gaps again of the stretches that a file of ours says hold no data.
  fileprivate mutating func takeOutMissing() {
    let mark = BiosignalWriter.badMark
    let bad = markers.filter { $0.text.hasPrefix(mark) && $0.duration != nil }
    for index in streams.indices {
      let stream = streams[index]
      let rate = stream.nominalRate
      func rows(_ name: String) -> [Range<Int>] {
        bad.filter { $0.text.dropFirst(mark.count) == name }.map {
          let first = min(max(Int(($0.time * rate).rounded()), 0), stream.times.count)
          let last = Int((($0.time + ($0.duration ?? 0)) * rate).rounded())
          return first..<min(max(last, first), stream.times.count)
        }
      }
      for column in stream.columns.indices {
        for range in rows("\(stream.name)/\(stream.columns[column].label)") {
          for row in range { streams[index].columns[column].values[row] = .nan }
        }
      }
      let missing = rows(stream.name)
      if missing.isEmpty { continue }
      var isThere = Array(repeating: true, count: stream.times.count)
      for range in missing { for row in range { isThere[row] = false } }
      streams[index].keep(isThere)
    }
    markers.removeAll(where: bad.contains)
  }
}
