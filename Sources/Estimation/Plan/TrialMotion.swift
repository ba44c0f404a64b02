public import Identification
internal import Musculoskeletal
internal import RealModule
internal import Signals
internal import Simulation

/// The grid that a trial's windows would be recorded on.
public struct TrialGrid: Sendable, Hashable {
  /// The estimator's step [s].
  public var step: Double
  /// Steps between measurements [1].
  public var measurementStride: Int
  /// Steps of envelope before a window [1].
  public var historySteps: Int

  /// A grid; see the properties.
  public init(step: Double, measurementStride: Int, historySteps: Int) {
    precondition(step > 0 && measurementStride > 0 && historySteps >= 0, "a grid goes forward")
    self.step = step
    self.measurementStride = measurementStride
    self.historySteps = historySteps
  }
}

extension TrialCandidate {
  /// What would be recorded of this trial if the limb's numbers were those of `system`.
  ///
  /// The virtual subject moves that limb. Its excitations stand for the envelopes, each channel's own
  /// gain and shape undone, and its angles are read without noise: how noisy both are, the identification's
  /// own noise model says when it weighs them.
  public func motion(
    _ model: LimbEstimationModel, system: SystemParameters, grid: TrialGrid, duration: Double
  ) -> MotionStretch {
    let steps = max(1, Int((duration / grid.step).rounded())) / grid.measurementStride
    let stepCount = max(1, steps) * grid.measurementStride
    let channelCount = system.channels.count
    let count = model.limb.coordinateCount
    var window = Window(
      index: 0, start: SampleTime(nanoseconds: 0), step: grid.step, stepCount: stepCount,
      historySteps: grid.historySteps, channelCount: channelCount, coordinateCount: count,
      measurementStride: grid.measurementStride, followsPrevious: false)
    window.isMeasured = window.isMeasured.map { _ in true }
    var subject = VirtualSubject(model.limb, configuration: subject, truth: system.limb)
    // 2.5 ms at a time, half the lag between will and excitation
    let parts = max(1, Int((200 * grid.step).rounded(.up)))
    let begin = 2 * grid.historySteps
    for row in 0...window.halfStepCount {
      for channel in 0..<channelCount {
        window.envelopes[row * channelCount + channel] = Self.envelope(
          channel, of: subject, model: model, parameters: system.channels[channel])
      }
      if row >= begin, (row - begin) % (2 * grid.measurementStride) == 0 {
        let measurement = (row - begin) / (2 * grid.measurementStride)
        for coordinate in 0..<count {
          window.angles[measurement * count + coordinate] =
            subject.q[coordinate] + system.angleOffsets[coordinate]
        }
      }
      for _ in 0..<parts { subject.advance(step: 0.5 * grid.step / Double(parts)) }
      if row >= begin, (row - begin) % 2 == 0, (row - begin) / 2 < stepCount {
        window.payload[(row - begin) / 2] = subject.payload
      }
    }
    return MotionStretch(window)
  }

  /// The envelope that shows the mean excitation of a channel's muscles [1].
  ///
  /// excitation = (exp(A g e) - 1) / (exp(A) - 1), solved for e.
  private static func envelope(
    _ channel: Int, of subject: VirtualSubject, model: LimbEstimationModel,
    parameters: ChannelParameters
  ) -> Double {
    var sum = 0.0
    var number = 0
    for muscle in model.channels.indices where model.channels[muscle] == channel {
      sum += subject.excitations[muscle]
      number += 1
    }
    guard number > 0 else { return 0 }
    let excitation = sum / Double(number)
    let shape = parameters.shapeFactor
    let driven =
      abs(shape) < 1e-6
      ? excitation : Double.log(onePlus: excitation * Double.expMinusOne(shape)) / shape
    return driven / parameters.gain
  }
}
