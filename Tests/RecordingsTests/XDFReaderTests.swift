import Foundation
import Signals
import TestSupport
import Testing

@testable import Recordings

/// Bytes of a chunk with a length byte, tag and stream.
private func chunk(_ tag: UInt8, _ stream: UInt8? = 1, _ content: [UInt8]) -> [UInt8] {
  let body = [tag, 0] + (stream.map { [$0, 0, 0, 0] } ?? []) + content
  return [4, UInt8(body.count & 255), UInt8(body.count >> 8), 0, 0] + body
}

private func header(_ elements: String) -> [UInt8] {
  chunk(2, 1, Array("<info>\(elements)</info>".utf8))
}

private let magic = Array("XDF:".utf8)
private let plainHeader = header(
  "<name>s</name><channel_count>2</channel_count><channel_format>int16</channel_format>"
    + "<nominal_srate>10</nominal_srate>")

/// Bytes with the kind of their fault and the byte that is to blame.
private let contradictions: [([UInt8], XDFError.Kind, Int)] = [
  ([UInt8](), XDFError.Kind.notXDF, 0),
  (Array("XDG:".utf8), .notXDF, 0),
  (magic + [3, 4, 1, 0, 0, 0], .wrongChunk, 4),
  (magic + [1, 1, 1, 0], .wrongChunk, 4),
  (magic + [1, 4, 3, 0, 0, 0], .wrongChunk, 4),
  (magic + chunk(3, 1, [1, 0]), .unknownStream, 4),
  (magic + chunk(4, 1, Array(repeating: 0, count: 16)), .unknownStream, 4),
  (magic + header("<name>unclosed"), .wrongHeader, 4),
  (magic + header("<channel_count>0</channel_count>"), .wrongHeader, 4),
  (
    magic
      + header("<channel_count>99999999999999999999</channel_count><channel_format>int8"),
    .wrongHeader, 4
  ),
  (
    magic
      + header("<channel_count>1</channel_count><channel_format>int7</channel_format>"),
    .wrongHeader, 4
  ),
  (
    magic
      + header(
        "<channel_count>1</channel_count><channel_format>int8</channel_format>"
          + "<nominal_srate>nan</nominal_srate>"), .wrongHeader, 4
  ),
  (magic + plainHeader + plainHeader, .wrongHeader, 4 + plainHeader.count),
  // A count of 2^64 - 1 samples, a count of two with room for one, one with room for two.
  (
    magic + plainHeader + chunk(3, 1, [8] + Array(repeating: 255, count: 8)), .wrongSamples,
    4 + plainHeader.count
  ),
  (
    magic + plainHeader + chunk(3, 1, [1, 2, 0, 1, 2, 3, 4]), .wrongSamples, 4 + plainHeader.count
  ),
  (
    magic + plainHeader + chunk(3, 1, [1, 1, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]), .wrongSamples,
    4 + plainHeader.count
  ),
  (
    magic + plainHeader + chunk(3, 1, [1, 1, 7, 1, 2, 3, 4]), .wrongSamples,
    4 + plainHeader.count + 13
  ),
  (magic + plainHeader + chunk(4, 1, [0]), .wrongChunk, 4 + plainHeader.count),
  // A length beyond the end with a boundary chunk after it is no cut file.
  (
    magic + [4, 255, 255, 0, 0, 1, 0] + chunk(5, nil, XDFTag.boundaryIdentifier), .wrongChunk, 4
  ),
]

@Suite struct XDFReaderTests {
  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func minimalFileOfTheXDFProject() throws {
    let reader = try XDFReader(path: sharedData.appendingPathComponent("xdf/minimal.xdf").path)
    #expect(reader.streams.map(\.id.number) == [0, 0x02C0_FFEE])
    #expect(reader.lostByteCount == 0)
    let numbers = reader.streams[0]
    #expect(numbers.header.name == "SendDataC" && numbers.header.format == .int16)
    #expect(numbers.header.nominalRate == 10 && numbers.header.uid == "xdfwriter_11_int")
    #expect(
      reader.numbers(of: numbers) == [
        192, 255, 238, 12, 22, 32, 13, 23, 33, 14, 24, 34, 15, 25, 35, 12, 22, 32, 13, 23, 33, 14,
        24, 34, 15, 25, 35,
      ])
    // pyxdf 1.17.5: load_xdf(.., synchronize_clocks=False, dejitter_timestamps=False)
    let stamps = reader.stamps(of: numbers)
    for (stamp, expected) in zip(stamps, stride(from: 5.1, to: 5.95, by: 0.1)) {
      #expect(abs(stamp - expected) < 1e-12)
    }
    #expect(stamps.count == 9)
    #expect(
      numbers.clockOffsets == [
        XDFClockOffset(time: 6.1, offset: -0.1), XDFClockOffset(time: 7.1, offset: -0.1),
      ])
    #expect(abs(numbers.clock.corrected(stamps)[0] - 5.0) < 1e-12)
    let texts = reader.strings(of: reader.streams[1])
    #expect(
      Array(texts.dropFirst())
        == ["Hello", "World", "from", "LSL", "Hello", "World", "from", "LSL"])
    #expect(texts[0].hasPrefix("<?xml"))
  }

  /// Values by pyxdf 1.17.5, load_xdf(.., dejitter_timestamps=False), repr of stamps 0, 1, -2, -1.
  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func clockResetsOfTheXDFProject() throws {
    let reader = try XDFReader(path: sharedData.appendingPathComponent("xdf/clock_resets.xdf").path)
    let markers = try #require(reader.stream(named: "MyMarkerStream"))
    let eeg = try #require(reader.stream(named: "BioSemi"))
    #expect(markers.sampleCount == 175 && eeg.sampleCount == 27815)
    #expect(markers.clockOffsets.count == 115 && eeg.clockOffsets.count == 115)
    let texts = reader.strings(of: markers)
    #expect(texts.prefix(5) == ["XXX", "Test", "Blah", "Test", "Test-1-2-3"])
    #expect(texts.suffix(2) == ["Test-1-2-3", "XXX"])
    let values = reader.numbers(of: eeg)
    #expect(
      values[0] == Double(Float(0.14180787)) && values[27815 * 8 - 1] == Double(Float(0.8916361)))
    #expect(abs(values.reduce(0, +) - 111465.4) < 0.5)
    for (stream, expected) in [
      (markers, [812.9279042059788, 815.717412793194, 1380.047107153141, 1380.8194507223984]),
      (eeg, [810.0948474500328, 810.1056565373437, 1383.0823195261119, 1383.0923258825392]),
    ] {
      #expect(stream.clock.segmentCount == 2)
      let stamps = stream.clock.corrected(reader.stamps(of: stream))
      let ends = [stamps[0], stamps[1], stamps[stamps.count - 2], stamps[stamps.count - 1]]
      for (stamp, reference) in zip(ends, expected) {
        #expect(abs(stamp - reference) < 5e-5, "\(stamp) is not pyxdf's \(reference)")
      }
      #expect(zip(stamps.dropFirst(), stamps).allSatisfy { $0 > $1 })
    }
  }

  @Test(.enabled(if: hasSharedData, "needs the reference data"))
  func realRecordingAlignsItsClocks() throws {
    let reader = try XDFReader(
      path: sharedData.appendingPathComponent("xdf/real_emg_gonio_knee.xdf").path)
    let emg = try #require(reader.stream(named: "EMG"))
    let gonio = try #require(reader.stream(named: "Gonio"))
    #expect(emg.sampleCount == 13480 && gonio.sampleCount == 674)
    let emgStamps = emg.clock.corrected(reader.stamps(of: emg))
    let raw = gonio.clock.corrected(reader.stamps(of: gonio))
    // pyxdf 1.17.5 with dejitter_timestamps=False: 5000.00128815899 and 5013.459909717624.
    #expect(abs(raw[0] - 5000.00128815899) < 2e-5)
    #expect(abs(raw[673] - 5013.459909717624) < 2e-5)
    let counters = ForeignTimeline.counters(of: raw, rate: 50)
    #expect(counters == Array(0..<674))
    let straight = ForeignTimeline.straightened(raw, counters: counters, rate: 50)
    // The README's figure: within 0.2 ms after correction; pyxdf's own is 5000.00014731.
    #expect(abs(straight[0] - emgStamps[0]) < 2e-4)
    #expect(abs(straight[0] - 5000.00014731) < 2e-5)
    #expect(reader.strings(of: try #require(reader.stream(named: "Markers"))).count == 2)
  }

  @Test(
    .enabled(if: hasSharedData, "needs the reference data"),
    arguments: [
      ("xdf_rs_chunk_length_lie.xdf", XDFError.Kind.wrongChunk, 0x40),
      ("xdf_rs_out_of_order_sample_chunk.xdf", XDFError.Kind.wrongHeader, 0x147),
    ])
  func malformedFilesOfOtherProjectsGiveErrors(
    name: String, kind: XDFError.Kind, offset: Int
  ) throws {
    let path = sharedData.appendingPathComponent("xdf/\(name)").path
    let error = #expect(throws: XDFError.self) { _ = try XDFReader(path: path) }
    #expect(error?.kind == kind)
    #expect(error?.byteOffset == offset, "\(error?.description ?? "")")
  }

  /// Each contradiction is named with the byte of the chunk (or sample) that holds it.
  @Test(arguments: contradictions)
  func contradictionsAreNamed(bytes: [UInt8], kind: XDFError.Kind, offset: Int) {
    let error = #expect(throws: XDFError.self) {
      _ = try XDFReader(bytes: Data(bytes), path: "x.xdf")
    }
    #expect(error?.kind == kind)
    #expect(error?.byteOffset == offset, "\(error?.description ?? "")")
    #expect(error?.remedy.isEmpty == false && error?.expected.isEmpty == false)
  }

  @Test func missingStampsFollowFromTheRate() throws {
    let stamp: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 0, 0x40]
    let bytes =
      magic + plainHeader + chunk(3, 1, [1, 2] + stamp + [1, 0, 2, 0, 0, 3, 0, 255, 255])
      + chunk(5, nil, XDFTag.boundaryIdentifier) + chunk(77, nil, [1, 2, 3])
      + chunk(3, 1, [4, 1, 0, 0, 0, 0, 5, 0, 6, 0])
    let reader = try XDFReader(bytes: Data(bytes), path: "x.xdf")
    let stream = reader.streams[0]
    #expect(reader.stamps(of: stream) == [2, 2.1, 2.2])
    #expect(reader.numbers(of: stream) == [1, 2, 3, -1, 5, 6])
    #expect(stream.chunkStarts == [0, 2])
    #expect(reader.unknownChunkCount == 1)
    #expect(stream.footer == nil)
  }

  /// Cut anywhere, a recording gives every whole chunk before the cut and counts the rest.
  @Test func cutFilesGiveWhatIsWhole() throws {
    let folder = try ScratchFolder()
    let path = folder.path("whole.xdf")
    let steps = try recordExample(to: path, seconds: 0.25, seed: 5)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    var generator = SplitMix64(seed: 11)
    let cuts =
      Array(4..<200) + (0..<300).map { _ in Int.random(in: 200..<bytes.count, using: &generator) }
    var replayed: Set<Int> = []
    for cut in cuts {
      let reader = try XDFReader(bytes: bytes.prefix(cut), path: "cut.xdf")
      let whole = try XDFReader(bytes: bytes.prefix(cut - reader.lostByteCount), path: "cut.xdf")
      #expect(whole.lostByteCount == 0)
      #expect(whole.streams.map(\.sampleCount) == reader.streams.map(\.sampleCount))
      let source = try RecordingSource(reader)
      if source.preamble != nil {
        let found = try allSteps(source)
        #expect(found == Array(steps.prefix(found.count)))
        replayed.insert(found.count)
      }
    }
    #expect(replayed.count > 30)
    // Zeros that a loss of power leaves at the end are no damage either.
    let padded = bytes + Data(count: 4096)
    #expect(try XDFReader(bytes: padded, path: "zeros.xdf").lostByteCount == 4096)
  }

  /// Damaged bytes give an error or some recording, never a crash, a hang or a huge allocation.
  ///
  /// `make soak` sets `DIFFMSM_FUZZ_SECONDS`, and goes on for so long with seeds of its own.
  @Test(.timeLimit(.minutes(5)), arguments: [1, 2, 3, 4] as [UInt64])
  func damagedFilesNeverCrash(seed: UInt64) throws {
    let before = try residentPeak()
    let seconds = ProcessInfo.processInfo.environment["DIFFMSM_FUZZ_SECONDS"].flatMap(Double.init)
    let end = ContinuousClock.now + .seconds(seconds ?? 0)
    var round: UInt64 = 0
    repeat {
      try fuzz(seed: seed + 1000 * round)
      round += 1
    } while ContinuousClock.now < end
    // all suites share the process, so this is what they took together [MiB]
    #expect(try residentPeak() - before < 1500)
    if seconds != nil { print("fuzz: seed \(seed), \(1000 * round) files") }
  }

  private func fuzz(seed: UInt64) throws {
    let folder = try ScratchFolder()
    let path = folder.path("seed.xdf")
    try recordExample(to: path, seconds: 0.05, seed: seed, streams: [exampleStreams[1]])
    var originals = [[UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))]
    if hasSharedData {
      let foreign = sharedData.appendingPathComponent("xdf/minimal.xdf")
      originals.append([UInt8](try Data(contentsOf: foreign)))
    }
    var generator = SplitMix64(seed: seed)
    var accepted = 0
    var refused = 0
    for round in 0..<1000 {
      var bytes = originals[round % originals.count]
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch generator.next() % 6 {
        case 4:
          // a stretch moves: chunks out of order, twice or in one another
          let length = min(Int.random(in: 1...200, using: &generator), bytes.count - place)
          let piece = Array(bytes[place..<(place + length)])
          bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &generator))
        case 5: bytes.removeSubrange(min(max(place, 4), bytes.count)...)
        case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes[place] ^= 1 << UInt8(generator.next() % 8)
        case 2: bytes.remove(at: place)
        default:
          let end = min(bytes.count, place + 8)
          bytes.replaceSubrange(place..<end, with: Array(repeating: 255, count: end - place))
        }
      }
      do {
        let salvage = XDFSalvage.allCases[Int(generator.next() % 3)]
        let reader = try XDFReader(
          bytes: Data(bytes), path: "seed \(seed) round \(round)", salvage: salvage)
        for stream in reader.streams where stream.header.format != .string {
          #expect(
            reader.numbers(of: stream).count == stream.sampleCount * stream.header.channelCount)
          guard stream.header.format == .int32 else { continue }
          #expect(reader.counts(of: stream).map(Double.init) == reader.numbers(of: stream))
        }
        _ = try allSteps(try RecordingSource(reader))
        accepted += 1
      } catch is XDFError {
        refused += 1
      }
    }
    #expect(accepted > 50 && refused > 100, "accepted \(accepted), refused \(refused)")
  }
}

/// The most memory that the process ever had resident [MiB].
private func residentPeak() throws -> Double {
  let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM") })
  return Double(line.filter(\.isNumber)).map { $0 / 1024 } ?? 0
}

/// Everything a source tells.
private func allSteps(_ source: RecordingSource) throws -> [FullStep] {
  try steps(of: source)
}
