internal import CLibEDF
import Synchronization

/// Writes streams and remarks into one BDF+ file, through EDFlib.
///
/// A BDF file has one beginning and no interruption: streams are laid on a common timeline that begins with
/// the earliest of them, to the nearest of their own samples; what is missing is zero under an annotation
/// that begins with `BAD`, which MNE leaves out. Counts of up to 24 bits stay counts.
struct BiosignalWriter {
  /// What the header says about who and when.
  struct Description {
    /// A code, never a name.
    var subject = "X"
    /// Year, month, day, hour, minute, second; nil when unknown.
    var start: [Int32]?
  }

  /// A signal of the file.
  struct Signal {
    var label: String
    var unit: String
    var stream: String
    /// True for voltages, which are taken for EMG.
    var isEMG: Bool
    /// Samples a second, exactly as the file has it [Hz].
    var rate: Double
    /// Largest value of the scale [unit].
    var physicalMaximum: Double
    fileprivate var perRecord: Int
    fileprivate var digital: [Int32]
  }

  private(set) var signals: [Signal] = []
  private(set) var markers: [TimedMarker] = []
  /// Where the file's time is zero on the streams' timeline [s].
  private(set) var origin = 0.0
  /// How long a record lasts [10 us].
  private var recordDuration = 100_000
  private var recordCount = 0

  /// How annotations of stretches without data begin; the stream's name follows, and a channel's after a slash.
  static let badMark = "BAD_no_data "

  private static let largestCount = 8_388_607.0

  /// Lays `content` on the timeline of a file that `path` names in messages.
  init(_ content: TimedContent, path: String) throws(FileFormatError) {
    for stream in content.streams where stream.nominalRate == 0 {
      throw FileFormatError(
        path: path, expected: "streams of a regular rate", found: "'\(stream.name)' without one",
        remedy: "leave it out with --streams, or write .csv or .xdf", isOutput: true)
    }
    let rates = Set(content.streams.map(\.nominalRate)).sorted()
    guard let duration = Self.recordDuration(for: rates) else {
      throw FileFormatError(
        path: path, expected: "rates of which a record of at most 60 s holds whole samples",
        found: rates.map { "\($0) Hz" }.joined(separator: ", "),
        remedy: "write the streams into files of their own with --streams", isOutput: true)
    }
    recordDuration = duration
    let seconds = Double(duration) * 1e-5
    origin = content.streams.compactMap(\.times.first).min() ?? 0
    let end = content.streams.map { ($0.times.last ?? 0) + 1 / $0.nominalRate }.max() ?? 0
    recordCount = max(1, Int(((end - origin) / seconds - 1e-6).rounded(.up)))
    markers = content.markers.map {
      TimedMarker(time: $0.time - origin, duration: $0.duration, text: $0.text)
    }
    var labels: Set<String> = []
    for stream in content.streams {
      let perRecord = Int((stream.nominalRate * seconds).rounded())
      let places = places(of: stream, rate: Double(perRecord) / seconds)
      note(
        stream, places: places, count: perRecord * recordCount, rate: Double(perRecord) / seconds)
      for column in stream.columns {
        var label = Self.ascii(column.label, 16).distinct(from: labels)
        if label.count > 16 { label = String(label.suffix(16)) }
        labels.insert(label)
        signals.append(
          signal(
            column, stream, label: label, perRecord: perRecord,
            rate: Double(perRecord) / seconds, places: places))
      }
    }
    markers.sort { $0.time < $1.time }
  }

  /// The shortest record that holds a whole number of samples of every rate [10 us].
  private static func recordDuration(for rates: [Double]) -> Int? {
    // 1 s where it will do, then the shortest of whole 10 ms, then of whole ms
    let candidates =
      [100_000] + Array(stride(from: 1000, through: 6_000_000, by: 1000))
      + Array(stride(from: 100, through: 6_000_000, by: 100))
    return candidates.first { duration in
      rates.allSatisfy {
        let count = $0 * Double(duration) * 1e-5
        // a millionth of the rate is less than clocks differ by
        return count > 0.5 && abs(count - count.rounded()) < 1e-6 * count
      }
    }
  }

  /// Which sample of the file each row becomes; rows follow one another but at gaps.
  private func places(of stream: TimedStream, rate: Double) -> [Int] {
    var places: [Int] = []
    places.reserveCapacity(stream.times.count)
    for (row, time) in stream.times.enumerated() {
      if row == 0 || stream.gaps.contains(row) {
        let place = Int(((time - origin) * rate).rounded())
        places.append(max(place, (places.last ?? -1) + 1))
      } else {
        places.append(places[row - 1] + 1)
      }
    }
    return places
  }

  /// Adds an annotation for each stretch without data.
  private mutating func note(
    _ stream: TimedStream, places: [Int], count: Int, rate: Double
  ) {
    func add(from first: Int, to last: Int, _ name: String) {
      markers.append(
        TimedMarker(
          time: Double(first) / rate, duration: Double(last - first) / rate,
          text: "\(Self.badMark)\(name)"))
    }
    var next = 0
    for place in places {
      if place != next { add(from: next, to: place, stream.name) }
      next = place + 1
    }
    if next < count { add(from: next, to: count, stream.name) }
    // values that were not measured
    for column in stream.columns {
      let name = "\(stream.name)/\(column.label)"
      var first: Int?
      for (row, value) in column.values.enumerated() {
        if value.isFinite {
          if let start = first { add(from: start, to: places[row], name) }
          first = nil
        } else if first == nil {
          first = places[row]
        }
      }
      if let first, let last = places.last { add(from: first, to: last + 1, name) }
    }
  }

  private func signal(
    _ column: TimedStream.Column, _ stream: TimedStream, label: String, perRecord: Int,
    rate: Double, places: [Int]
  ) -> Signal {
    let largest = column.values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    // volts become microvolts, so that the header's eight characters are digits of the number
    let (unit, factor) =
      column.unit == "V" ? ("uV", 1e6) : (Self.ascii(column.unit.isEmpty ? "1" : column.unit, 8), 1)
    var scale = largest * factor
    if let resolution = column.resolution, largest <= Self.largestCount * resolution {
      scale = Self.largestCount * resolution * factor
    }
    let maximum = Self.eightCharacters(scale)
    // what the header's number makes of a count differs from the resolution in its seventh digit at most
    let perUnit =
      (column.resolution == nil ? Self.largestCount / maximum : Self.largestCount / scale)
    var digital = Array(repeating: Int32(0), count: perRecord * recordCount)
    for (row, value) in column.values.enumerated() where value.isFinite {
      let place = places[row]
      guard digital.indices.contains(place) else { continue }
      let count = (value * factor * perUnit).rounded()
      digital[place] = Int32(min(max(count, -Self.largestCount), Self.largestCount))
    }
    return Signal(
      label: label, unit: unit, stream: stream.name,
      isEMG: PhysicalUnit(column.unit)?.siUnit == "V", rate: rate, physicalMaximum: maximum,
      perRecord: perRecord, digital: digital)
  }

  /// The next number, away from zero, that minus sign and eight characters can write.
  private static func eightCharacters(_ value: Double) -> Double {
    guard value > 0 else { return 1 }
    // seven characters after the sign: digits and a point
    var step = 1.0
    if value < 99_999 {
      step = 1e-5
      var limit = 10.0
      while value >= limit - step {
        step *= 10
        limit *= 10
      }
    }
    return max((value / step - 1e-9).rounded(.up) * step, step)
  }

  /// Letters that EDF headers can hold, at most `count`.
  private static func ascii(_ text: String, _ count: Int) -> String {
    let plain = text.replacing("\u{B5}", with: "u").replacing("\u{3BC}", with: "u")
      .replacing("\u{B0}", with: "deg")
    return String(
      String.UnicodeScalarView(
        plain.unicodeScalars.map { (32..<127).contains($0.value) ? $0 : "_" }
          .prefix(count)))
  }

  /// Writes the file at `path`, which must not be in use.
  func write(to path: String, description: Description) throws(FileFormatError) {
    let code: Int32 = BiosignalReader.library.withLock { _ in
      locked(path: path, description: description)
    }
    guard code >= 0 else {
      throw FileFormatError(
        path: path, expected: "a BDF+ file to be written", found: "EDFlib code \(code)",
        remedy: code == EDFLIB_NUMBER_OF_SIGNALS_INVALID
          ? "choose at most 640 channels with --streams"
          : "check that the folder exists, is yours and has room", isOutput: true)
    }
  }

  private func locked(path: String, description: Description) -> Int32 {
    let handle = edfopen_file_writeonly(path, EDFLIB_FILETYPE_BDFPLUS, Int32(signals.count))
    if handle < 0 { return handle }
    var code: Int32 = 0
    func check(_ result: Int32) { if result < 0, code == 0 { code = EDFLIB_FILE_WRITE_ERROR } }
    for (index, signal) in signals.enumerated() {
      let index = Int32(index)
      check(edf_set_samplefrequency(handle, index, Int32(signal.perRecord)))
      check(edf_set_physical_maximum(handle, index, signal.physicalMaximum))
      check(edf_set_physical_minimum(handle, index, -signal.physicalMaximum))
      check(edf_set_digital_maximum(handle, index, Int32(Self.largestCount)))
      check(edf_set_digital_minimum(handle, index, -Int32(Self.largestCount)))
      check(edf_set_label(handle, index, signal.label))
      check(edf_set_physical_dimension(handle, index, signal.unit))
      check(edf_set_transducer(handle, index, Self.ascii("stream \(signal.stream)", 80)))
    }
    if recordDuration != 100_000 {
      check(edf_set_datarecord_duration(handle, Int32(recordDuration)))
    }
    // 1985 is the year that the format uses for no date
    let start = description.start ?? [1985, 1, 1, 0, 0, 0]
    check(
      edf_set_startdatetime(handle, start[0], start[1], start[2], start[3], start[4], start[5]))
    check(edf_set_patientcode(handle, Self.ascii(description.subject, 60)))
    check(edf_set_equipment(handle, "DiffMSM"))
    let annotationSignals = (markers.count + recordCount - 1) / recordCount
    check(edf_set_number_of_annotation_signals(handle, Int32(min(max(annotationSignals, 1), 64))))
    for record in 0..<recordCount {
      for signal in signals {
        let first = record * signal.perRecord
        var samples = Array(signal.digital[first..<(first + signal.perRecord)])
        check(edfwrite_digital_samples(handle, &samples))
      }
      if code < 0 { break }
    }
    for marker in markers {
      check(
        edfwrite_annotation_utf8(
          handle, Int64((max(marker.time, 0) * 1e4).rounded()),
          marker.duration.map { Int64(($0 * 1e4).rounded()) } ?? -1, marker.text))
    }
    if edfclose_file(handle) < 0, code == 0 { code = EDFLIB_FILE_WRITE_ERROR }
    return code
  }
}
