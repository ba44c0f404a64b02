import Configuration
import Devices
import Algebra
import Foundation
import Identification
import Recordings
import Signals
import Testing

@testable import Musculoskeletal
@testable import Runtime
@testable import Simulation

/// A person who does what the markers say, well or badly, on the virtual board.
struct CalibrationSession {
  /// Mean rectified band-passed EMG in the strongest contraction, by signal [V].
  static let mvc = [0.42e-3, 0.31e-3, 0.77e-3, 0.18e-3]
  static let names = ["TRIlong", "TRIlat+TRImed", "BIClong+BICshort", "BRA"]
  /// Device channels of each signal, by index.
  static let channels = [[0, 6], [1], [2], [3]]
  static let coordinates = ["r_shoulder_elev", "r_elbow_flex"]
  static let zeros = [0.31, -0.22]
  static let signs = [-1.0, 1]
  /// The pose that the session file states [rad].
  static let pose = [10 * Double.pi / 180, 25 * Double.pi / 180]
  /// From envelope to acceleration [s].
  static let delay = 0.06

  /// How much of its MVC each signal reaches.
  var effort = [1.0, 1, 1, 1]
  /// How long contractions last, by signal [s].
  var hold = [3.6, 3.6, 3.6, 3.6]
  /// Contractions of each signal [1].
  var repeats = 1
  /// The largest voltage that the amplifier of each signal passes [V].
  var rail = [1.0, 1, 1, 1]
  /// Movement during rest [rad].
  var restlessness = 0.0
  /// How far each joint is moved [rad].
  var movement = [0.9, 1.1]
  /// Tasks that are forgotten.
  var forgotten: Set<String> = []
  var seed: UInt64 = 1

  /// One task: marker, beginning and end [s].
  private struct Task {
    var marker: String
    var start: Double
    var end: Double
  }

  private var tasks: [Task] {
    var tasks: [Task] = []
    var time = 0.5
    func add(_ marker: String, _ duration: Double) {
      if !forgotten.contains(marker) {
        tasks.append(Task(marker: marker, start: time, end: time + duration))
      }
      time += duration
    }
    add("rest", 3)
    for (signal, name) in Self.names.enumerated() {
      for _ in 0..<repeats { add("mvc \(name)", hold[signal] + 1.4) }
    }
    add("pose", 1.8)
    for name in Self.coordinates { add("move \(name)", 6) }
    add("end", 0.8)
    return tasks
  }

  /// Angles at `time` [rad].
  func angles(_ time: Double) -> [Double] { motion(time, tasks).angles }

  /// Rates at `time` [rad/s].
  func rates(_ time: Double) -> [Double] { motion(time, tasks).rates }

  /// How long everything takes [s].
  var duration: Double { tasks.map(\.end).max() ?? 0 }

  /// Angles, their rates and accelerations at `time` [rad, rad/s, rad/s^2].
  private func motion(_ time: Double, _ tasks: [Task]) -> (
    angles: [Double], rates: [Double], accelerations: [Double]
  ) {
    var (angles, rates, accelerations) = (Self.pose, [0.0, 0], [0.0, 0])
    for task in tasks where time >= task.start && time < task.end {
      if task.marker == "rest" {
        angles[0] += restlessness * sin(time - task.start)
        rates[0] = restlessness * cos(time - task.start)
      }
      for coordinate in 0..<2 where task.marker == "move \(Self.coordinates[coordinate])" {
        // a hertz, to and fro, in the positive direction first
        let phase = 2 * Double.pi * (time - task.start)
        angles[coordinate] += movement[coordinate] * 0.5 * (1 - cos(phase))
        rates[coordinate] = movement[coordinate] * .pi * sin(phase)
        accelerations[coordinate] = movement[coordinate] * 0.5 * 4 * .pi * .pi * cos(phase)
      }
    }
    return (angles, rates, accelerations)
  }

  /// How hard the muscles of `signal` work at `time`, over their MVC [1].
  private func effort(_ signal: Int, _ time: Double, _ tasks: [Task]) -> Double {
    for task in tasks where time >= task.start && time < task.end {
      if task.marker == "mvc \(Self.names[signal])" {
        let ramp = min((time - task.start - 0.2) / 0.5, (task.end - 0.2 - time) / 0.5, 1)
        return max(ramp, 0) * effort[signal]
      }
    }
    let ahead = motion(time + Self.delay, tasks).accelerations
    let wanted = signal == 2 || signal == 3 ? ahead[0] + ahead[1] : -ahead[0] - ahead[1]
    return max(wanted, 0) / 60
  }

  /// Records the session's whole course at `path`.
  func record(_ configuration: SessionConfiguration, path: String) throws {
    let device = try #require(configuration.sources[0].device)
    let stream = device.streamDescription
    let assembly = try SessionAssembly(configuration, streams: [stream])
    var recorder = try assembly.recorder(
      path: path, overwrite: true, truth: [:], createdAt: nil, durability: .onClose)
    let tasks = tasks
    let rate = stream.nominalRate
    let skeleton = assembly.model.limb.skeleton
    var units = configuration.units.enumerated().map { index, unit in
      func channels(_ letter: String, _ count: Int) -> [Int] {
        (1...count).compactMap { stream.channelIndex("\(index == 0 ? "A" : "B")_\(letter)\($0)") }
      }
      return InertialMeasurement(
        VirtualInertialUnit(
          body: unit.body, orientation: channels("Q", 4), gyroscope: channels("GYR", 3),
          accelerometer: channels("ACC", 3), magnetometer: []),
        random: RandomSource(seed: seed + UInt64(index)))
    }
    let encoders = (1...2).compactMap { stream.channelIndex("ENC\($0)") }
    var random = SplitMix64(state: seed)
    // white noise of unit deviation behind the band-pass has this mean rectified value
    let band = ButterworthFilter(
      .bandPass(lower: 20, upper: min(450, 0.45 * rate)), order: 4, rate: rate)
    let rectified =
      (2 / Double.pi).squareRoot() * (2 * band.equivalentNoiseBandwidth / rate).squareRoot()
    var block = SampleBlock(capacity: 16 * stream.channels.count)
    var waiting = tasks[...]
    let end = tasks.map(\.end).max() ?? 0
    for number in 0..<Int(end * rate / 16) {
      let first = Int64(number * 16)
      let start = Double(first) / rate
      while let task = waiting.first, task.start <= start {
        try recorder.record(
          .command(.marker(task.marker), at: SampleTime(seconds: task.start)), block)
        waiting = waiting.dropFirst()
      }
      block.begin(stream: 0, channelCount: stream.channels.count, firstSample: first)
      for sample in 0..<16 {
        let time = start + Double(sample) / rate
        let row = block.appendSample()
        for (signal, channels) in Self.channels.enumerated() {
          let level = max(effort(signal, time, tasks), 0.004) * Self.mvc[signal] / rectified
          for channel in channels {
            let volts = level * random.gaussian()
            let passed = min(max(volts, -rail[signal]), rail[signal])
            block[row, channel] = (passed / stream.channels[channel].scale).rounded()
          }
        }
        let (angles, rates, _) = motion(time, tasks)
        for index in units.indices {
          units[index].measure(
            configuration.model, skeleton: skeleton, q: angles, u: rates, rate: rate
          ) { block[row, $0] = $1 / stream.channels[$0].scale }
        }
        for coordinate in 0..<2 {
          let reading = Self.zeros[coordinate] + Self.signs[coordinate] * angles[coordinate]
          let channel = encoders[coordinate]
          block[row, channel] = (reading / stream.channels[channel].scale).rounded()
        }
      }
      block.arrival = SampleTime(seconds: start + 15 / rate)
      try recorder.record(.block, block)
    }
    try recorder.close()
  }
}

/// Steele, Lea and Flood's SplitMix64, and Gaussian numbers by Box and Muller.
private struct SplitMix64 {
  var state: UInt64
  var spare: Double?

  init(state: UInt64) { self.state = state }

  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((value ^ (value >> 31)) >> 11) * 0x1p-53
  }

  mutating func gaussian() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }
}
