/// The root of the mean square of the last N samples.
///
///     y[n] = sqrt((x[n]^2 + ... + x[n-N+1]^2) / N)
///
/// Its delay is (N - 1) / 2 samples. The sum does not drift; see `MovingAverage`.
public struct MovingRMS: Hashable, Sendable {
  /// The mean of the squares [the signal's unit squared].
  private var meanSquare: MovingAverage

  /// A root mean square over `samples` samples, empty.
  public init(samples: Int) {
    meanSquare = MovingAverage(samples: samples)
  }

  /// Takes the next sample and gives the root mean square of the last ones.
  public mutating func advance(_ input: Double) -> Double {
    max(meanSquare.advance(input * input), 0).squareRoot()
  }

  /// Forgets all samples.
  public mutating func reset() { meanSquare.reset() }

  /// The delay at every frequency, (N - 1) / (2 rate), at a sampling `rate` [Hz] [s].
  public func delay(atRate rate: Double) -> Double { meanSquare.delay(atRate: rate) }
}

extension MovingRMS: Resumable {
  /// The samples held.
  public mutating func carry(_ archive: inout StateArchive) {
    archive.carry(&meanSquare)
  }
}
