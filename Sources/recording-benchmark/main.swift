import Foundation
import Recordings
import Signals

// What recordings cost: recording-benchmark FOLDER [FILE.xdf ...], or only reading: recording-benchmark --read FILE.xdf ...
//
// 64 channels at 16 kHz of 24-bit counts go through the writer, as a session's recorder writes them: first a
// minute of session time with the disk's durability, then flat out into memory. Then each file, or the one
// just written, is read: checked whole, every stamp into an array, every value block by block in the same
// memory; then with all values in one array, as they are stored (which is what pyxdf gives) and as doubles: new
// memory is then most of the cost. `check_speed.py` reads it with pyxdf, in turn with this.

/// CPU time of this process so far [s].
func processorTime() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
  return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// Memory that is this process's own at its most [MiB].
func residentPeak() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_maxrss) / 1024
}

let channels = 64
let rate = 16_000.0
let stream = StreamDescription(
  name: "emg", type: "EMG", nominalRate: rate,
  channels: (0..<channels).map {
    ChannelDescription(label: "EMG\($0 + 1)", unit: "V", scale: 2.235e-8)
  }, isInteger: true)

/// Blocks of 8 ms of counts of 24 bits, a few different ones.
let blocks = (0..<8).map { number in
  var block = SampleBlock(capacity: 128 * channels)
  block.begin(stream: 0, channelCount: channels, firstSample: 0)
  for sample in 0..<128 {
    let row = block.appendSample()
    for channel in 0..<channels {
      block[row, channel] = Double(
        (number * 7919 + sample * 104_729 + channel * 1_299_709) % (1 << 23))
    }
  }
  return block
}

/// Writes so many seconds of session; wall and CPU time [s], size [bytes].
func write(
  _ path: String, seconds: Double, isDurable: Bool
) throws -> (wall: Double, cpu: Double, bytes: Int) {
  let start = ContinuousClock.now
  let cpu = processorTime()
  var writer = try XDFWriter(path: path, overwrite: true)
  let identifier = try writer.addStream(
    stream, format: .int32, createdAt: SampleTime(nanoseconds: 0), uid: "benchmark")
  let count = Int(seconds * rate / 128)
  for number in 0..<count {
    try writer.append(
      identifier, block: blocks[number % blocks.count], firstStamp: Double(number) * 128 / rate)
    if isDurable, number % 31 == 0 { try writer.flush() }
    if number % 125 == 0 {
      try writer.appendBoundary()
      if isDurable { try writer.synchronize() }
    }
  }
  try writer.close()
  let bytes = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  return ((ContinuousClock.now - start) / .seconds(1), processorTime() - cpu, bytes)
}

/// How values are had.
enum Reading: String, CaseIterable {
  case blocks = "block by block"
  case stored = "at once, as stored"
  case doubles = "at once"
}

/// Reads everything that a file holds; wall time [s], values, and a sum so that nothing is left out.
func read(_ path: String, _ reading: Reading) throws -> (wall: Double, values: Int, sum: Double) {
  let start = ContinuousClock.now
  let reader = try XDFReader(path: path)
  var count = 0
  var sum = 0.0
  for stream in reader.streams {
    count += stream.clock.corrected(reader.stamps(of: stream)).count
    if stream.header.format == .string {
      count += reader.strings(of: stream).count
    } else if reading == .stored, stream.header.format == .int32 {
      let values = reader.counts(of: stream)
      count += values.count
      sum += Double(values.last ?? 0)
    } else if reading != .blocks {
      let values = reader.numbers(of: stream)
      count += values.count
      sum += values.last ?? 0
    } else {
      reader.read(stream) { block, _ in
        count += block.sampleCount * block.channelCount
        sum += block[block.sampleCount - 1, block.channelCount - 1]
      }
    }
  }
  return ((ContinuousClock.now - start) / .seconds(1), count, sum)
}

/// Reads each file in every way, and says how long the quickest of some times took.
func measure(_ files: [String]) throws {
  for file in files {
    let bytes = (try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    for reading in Reading.allCases {
      let runs = try (0..<5).map { _ in try read(file, reading) }
      let wall = runs.map(\.wall).min() ?? 0
      print(
        "reader, \(URL(fileURLWithPath: file).lastPathComponent), \(reading.rawValue): "
          + "\(String(format: "%.4f", wall)) s, \(Int(Double(bytes) / wall / 1e6)) MB/s, "
          + "\(runs[0].values) values, memory at most \(Int(residentPeak())) MiB")
    }
  }
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard let folder = arguments.first, folder != "--read" || arguments.count > 1 else {
  FileHandle.standardError.write(
    Data("recording-benchmark FOLDER [FILE.xdf ...] | --read FILE.xdf ...\n".utf8))
  exit(EX_USAGE)
}
do {
  if folder == "--read" {
    try measure(Array(arguments.dropFirst()))
    exit(EX_OK)
  }
  let path = folder + "/benchmark.xdf"
  let durable = try write(path, seconds: 60, isDurable: true)
  print(
    "writer, 64 channels at 16 kHz, durable: \(String(format: "%.2f", 100 * durable.cpu / 60)) % of a core, "
      + "\(String(format: "%.1f", Double(durable.bytes) / 60e6)) MB/s")
  // memory, where the machine has a folder in it
  let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : folder
  let quick = memory + "/diffmsm-benchmark-\(getpid()).xdf"
  defer { try? FileManager.default.removeItem(atPath: quick) }
  let best =
    try (0..<3).map { _ in
      let run = try write(quick, seconds: 60, isDurable: false)
      return Double(run.bytes) / run.wall
    }.max() ?? 0
  print("writer, flat out to memory: \(Int(best / 1e6)) MB/s")
  try measure(arguments.count > 1 ? Array(arguments[1...]) : [path])
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(EX_IOERR)
}
