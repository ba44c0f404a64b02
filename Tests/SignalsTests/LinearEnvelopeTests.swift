import Foundation
import Signals
import TestSupport
import Testing

@Suite struct LinearEnvelopeTests {
  static let chains: [(configuration: EnvelopeConfiguration, rate: Double)] = [
    (EnvelopeConfiguration(), 2000), (EnvelopeConfiguration(), 1000),
    (
      EnvelopeConfiguration(
        lowerCutOff: 30, upperCutOff: 300, bandOrder: 2, smoothingCutOff: 3, smoothingOrder: 4),
      1500
    ),
    (EnvelopeConfiguration(rmsDuration: 0.2), 2000),
  ]

  @Test(arguments: chains)
  func stationaryNoiseGivesOneWithThePredictedSpread(
    configuration: EnvelopeConfiguration, rate: Double
  ) {
    // white noise behind an equal band-pass has the sum of h^2 as its variance
    let bandPass = ButterworthFilter(
      configuration.band(atRate: rate), order: configuration.bandOrder, rate: rate)
    let inBand = sqrt(bandPass.impulseResponse(tolerance: 1e-9).reduce(0) { $0 + $1 * $1 })
    let mvc = 0.4e-3
    // Gaussian EMG of rms s has the mean rectified value s sqrt(2 / pi)
    var envelope = LinearEnvelope(configuration, rate: rate, mvc: mvc * sqrt(2 / .pi))
    var noise = GaussianNoise(seed: 20_250_813)
    for _ in 0..<Int(2 * rate) { _ = envelope.advance(noise.next() * mvc / inBand) }

    // mean and variance of all values, and the variance of means over blocks of two seconds
    let blocks = 400
    let blockLength = Int(2 * rate)
    var (sum, squares, blockSquares) = (0.0, 0.0, 0.0)
    for _ in 0..<blocks {
      var blockSum = 0.0
      for _ in 0..<blockLength {
        let value = envelope.advance(noise.next() * mvc / inBand)
        blockSum += value
        squares += (value - 1) * (value - 1)
      }
      sum += blockSum
      blockSquares += pow(blockSum / Double(blockLength) - 1, 2)
    }
    let count = Double(blocks * blockLength)
    let mean = sum / count
    let spread = sqrt(squares / count - pow(mean - 1, 2)) / mean
    let seconds = count / rate
    let independent = seconds / envelope.correlationTime
    #expect(abs(mean - 1) < 4 * envelope.relativeNoise / sqrt(independent))
    #expect(abs(spread / envelope.relativeNoise - 1) < 0.03)
    // variance of a two-second mean = variance * correlationTime / 2 s; 400 blocks tell it to 7 %
    let correlationTime = blockSquares / Double(blocks) * 2 / (spread * spread)
    #expect(abs(correlationTime / envelope.correlationTime - 1) < 0.2)
  }

  @Test func predictionIsNearTheRuleOfThumb() {
    // sqrt(2 Bn (pi/2 - 1) / (2 B)) with the flat band's width for B and Butterworth's Bn
    let envelope = LinearEnvelope(EnvelopeConfiguration(), rate: 2000, mvc: 1)
    let rule = sqrt(6.66393755467525328 / 430 * (Double.pi / 2 - 1))
    #expect(abs(envelope.relativeNoise / rule - 1) < 0.1)
    #expect(abs(envelope.noise.spectralBandwidth / 430 - 1) < 0.15)
    #expect(abs(envelope.correlationTime - 1 / (2 * 6.66393755467525328)) < 1e-9)
    let narrow = envelope.noise.relativeNoise(ofSpectralBandwidth: 120)
    let ratio = sqrt(envelope.noise.spectralBandwidth / 120)
    #expect(abs(narrow / envelope.relativeNoise - ratio) < 1e-12)
  }

  @Test func narrowerSpectrumIsNoisierAsPredicted() {
    // EMG of 60-160 Hz inside the 20-450 Hz band; B of its density by the same definition
    let rate = 2000.0
    var shaping = ButterworthFilter(.bandPass(lower: 60, upper: 160), order: 3, rate: rate)
    var envelope = LinearEnvelope(EnvelopeConfiguration(), rate: rate, mvc: 1)
    var (power, square) = (0.0, 0.0)
    for index in 0..<2000 {
      let density = shaping.frequencyResponse(at: 0.5 * Double(index)).squaredMagnitude
      power += 0.5 * density
      square += 0.5 * density * density
    }
    let predicted = envelope.noise.relativeNoise(ofSpectralBandwidth: power * power / square)
    var noise = GaussianNoise(seed: 11)
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    for index in 0..<1_600_000 {
      let value = envelope.advance(shaping.advance(noise.next()))
      if index >= 4000 {
        count += 1
        sum += value
        squares += value * value
      }
    }
    let spread = sqrt(squares / count - pow(sum / count, 2)) / (sum / count)
    #expect(abs(spread / predicted - 1) < 0.1)
    #expect(predicted > 1.5 * envelope.relativeNoise)
  }

  @Test func delayIsThatOfAModulatedCarrier() {
    // a 95 Hz carrier whose amplitude swings at 0.2 Hz: the envelope's phase there is the delay,
    // but for the low-pass's own x^2 / 3 = 4e-4 at x = 0.2 / 6 of its cut-off
    let rate = 2000.0
    var envelope = LinearEnvelope(EnvelopeConfiguration(), rate: rate, mvc: 1)
    let (carrier, modulation) = (94.868_329_805, 0.2)
    var (inPhase, quadrature) = (0.0, 0.0)
    for index in 0..<44_000 {
      let time = Double(index) / rate
      let angle = 2 * Double.pi * modulation * time
      let value = envelope.advance((1 + 0.5 * sin(angle)) * sin(2 * .pi * carrier * time))
      if index >= 4000 {  // 20 s, four periods
        inPhase += value * sin(angle)
        quadrature -= value * cos(angle)
      }
    }
    let delay = atan2(quadrature, inPhase) / (2 * .pi * modulation)
    #expect(abs(delay - envelope.delay) < 1e-3 * envelope.delay)
    // low-pass closed form 1 / (W sin(pi/4)) plus a few milliseconds of the band-pass
    #expect(envelope.delay > 0.0375 && envelope.delay < 0.0425)
  }

  @Test func offsetDisappearsAndAmplitudeScales() {
    let rate = 1000.0
    var plain = LinearEnvelope(EnvelopeConfiguration(), rate: rate, mvc: 1e-3)
    var offset = plain
    var (last, lastOffset) = (0.0, 0.0)
    for index in 0..<5000 {
      let wave = 1e-3 * sin(2 * .pi * 97 * Double(index) / rate)
      last = plain.advance(wave)
      lastOffset = offset.advance(0.3 + wave)
    }
    // a rectified sine has the mean 2 / pi of its peak; 97 Hz meets all phases
    #expect(abs(last / (2 / .pi) - 1) < 0.01)
    #expect(abs(last - lastOffset) < 1e-9)
    plain.mvc = 2e-3
    #expect(abs(plain.advance(0) / offset.advance(0.3) - 0.5) < 1e-3)
  }

  @Test func resetStartsFromALevel() {
    var envelope = LinearEnvelope(EnvelopeConfiguration(), rate: 2000, mvc: 1e-4)
    let fresh = envelope
    for index in 0..<100 { _ = envelope.advance(Double(index)) }
    envelope.reset(level: 0.4)
    #expect(abs(envelope.advance(0) - 0.4) < 1e-3)
    envelope.reset()
    #expect(envelope == fresh)
  }

  @Test func upperCutOffStaysClearOfNyquist() {
    let configuration = EnvelopeConfiguration()
    #expect(configuration.usableUpperCutOff(atRate: 2000) == 450)
    #expect(configuration.usableUpperCutOff(atRate: 1000) == 450)
    #expect(configuration.usableUpperCutOff(atRate: 500) == 225)
    #expect(configuration.problems(atRate: 1000).isEmpty)
    #expect(configuration.problems(atRate: 250).isEmpty)
  }

  @Test func everyProblemIsFoundAndSaysWhatToDo() {
    #expect(
      EnvelopeConfiguration().problems(atRate: 40) == [.band(lower: 20, upper: 450, usable: 18)])
    #expect(EnvelopeConfiguration().problems(atRate: .nan).count == 1)
    let problems = EnvelopeConfiguration(
      lowerCutOff: 20, upperCutOff: 10, bandOrder: 0, smoothingCutOff: 30, smoothingOrder: 99
    ).problems(atRate: 1000)
    #expect(
      problems == [
        .band(lower: 20, upper: 10, usable: 10), .smoothing(cutOff: 30, lower: 20),
        .order(key: "bandOrder", 0), .order(key: "smoothingOrder", 99),
      ])
    #expect(problems.allSatisfy { $0.description.contains("expected") })
  }

  @Test func advancingAllocatesNothing() {
    var envelope = LinearEnvelope(EnvelopeConfiguration(), rate: 2000, mvc: 1e-3)
    var sum = envelope.advance(1e-4)
    let made = allocations {
      for _ in 0..<1000 { sum += envelope.advance(1e-4) }
      envelope.reset(level: 0.2)
      envelope.mvc = 2e-3
    }
    #expect(made == 0)
    #expect(sum.isFinite)
    // copies are made at start-up and reset there
    var copies = [envelope, envelope, envelope]
    for index in copies.indices { copies[index].reset() }
    let madeByCopies = allocations {
      for index in copies.indices { sum += copies[index].advance(1e-4) }
    }
    #expect(madeByCopies == 0)
  }
}
