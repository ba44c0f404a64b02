import Foundation
import Signals
import TestSupport
import Testing

@Suite struct FilterGoldenTests {
  @Test func responsesOfTheSameSectionsAreScipys() throws {
    let goldens = try FilterGoldens.read()
    #expect(goldens.cascades.count == 24)
    var worst = 0.0
    for golden in goldens.cascades {
      for (input, expected, peak) in [
        ({ $0 == 0 ? 1.0 : 0 }, golden.impulse, golden.peaks[0]),
        ({ _ in 1.0 }, golden.step, golden.peaks[1]),
      ] as [((Int) -> Double, [Double], Double)] {
        var cascade = golden.cascade
        let output = (0...goldens.samples.last!).map { cascade.advance(input($0)) }
        for (sample, expected) in zip(goldens.samples, expected) {
          worst = max(worst, abs(output[sample] - expected) / peak)
        }
      }
    }
    print("responses against scipy: largest difference \(worst) of the peak")
    #expect(worst <= 1e-12)
  }

  @Test func designsAreNoWorseThanScipys() throws {
    let designs = try FilterGoldens.read().designs
    #expect(designs.count == 45)
    var (ours, theirs) = (0.0, 0.0)
    for design in designs {
      // the error of one rounding of 1 + a1 + a2 = w^2 is 2^-54 / w^2; scipy may be luckier than that
      let warped = 2 * Double.pi * design.cuts[0] / design.rate
      let floor = 1e-14 + Double(design.order) * 0x1p-54 / (warped * warped)
      #expect(
        design.error <= max(design.scipyError, floor),
        "\(design.kind) \(design.order) \(design.cuts) \(design.rate): \(design.error), \(design.scipyError)"
      )
      ours += log(max(design.error, 1e-16))
      theirs += log(max(design.scipyError, 1e-16))
    }
    let count = Double(designs.count)
    print("design errors, geometric mean: \(exp(ours / count)), scipy \(exp(theirs / count))")
    #expect(ours < theirs)
  }

  @Test func notchIsScipys() throws {
    let golden = try FilterGoldens.read().notch
    let notch = NotchFilter(
      NotchConfiguration(frequency: 50, harmonics: 1, width: 2), rate: 1000)
    let section = notch.cascade.sections[0]
    for (value, expected) in zip(
      [section.b0, section.b1, section.b2, 1, section.a1, section.a2], golden[0] + golden[1])
    {
      #expect(abs(value - expected) <= 1e-14)
    }
  }

  @Test func zeroPhaseIsScipys() throws {
    let golden = try FilterGoldens.read().zeroPhase
    let input = (0..<200).map { Double(($0 * 37) % 101 - 50) / 50 }
    let output = FilterGoldens.cascade(golden.sections).zeroPhase(input)
    for (index, expected) in golden.output.enumerated() {
      #expect(abs(output[7 * index] - expected) <= 1e-12)
    }
  }

  @Test(arguments: [1, 3, 64, 1000])
  func blocksOfAnySizeGiveTheBitsOfSingleSamples(size: Int) {
    let input = (0..<3000).map { Double(($0 * 37) % 101 - 50) / 50 }
    let band = ButterworthFilter(.bandPass(lower: 20, upper: 450), order: 4, rate: 2000)
    let envelope = LinearEnvelope(
      EnvelopeConfiguration(notch: NotchConfiguration(frequency: 50)), rate: 2000, mvc: 0.3)
    var (single, singleEnvelope) = (band, envelope)
    let expected = input.map { single.advance($0) }
    let expectedEnvelope = input.map { singleEnvelope.advance($0) }
    var (block, blockEnvelope) = (band, envelope)
    var (output, outputEnvelope): ([Double], [Double]) = ([], [])
    var start = 0
    while start < input.count {
      var piece = Array(input[start..<min(start + size, input.count)])
      var other = piece
      var span = piece.mutableSpan
      block.advance(&span)
      output += piece
      var otherSpan = other.mutableSpan
      blockEnvelope.advance(&otherSpan)
      outputEnvelope += other
      start += size
    }
    #expect(output == expected)
    #expect(outputEnvelope == expectedEnvelope)
    #expect(block == single && blockEnvelope == singleEnvelope)
  }

  @Test func blocksAllocateNothing() {
    var envelope = LinearEnvelope(
      EnvelopeConfiguration(notch: NotchConfiguration(frequency: 50)), rate: 2000, mvc: 0.3)
    var samples = (0..<256).map { Double(($0 * 37) % 101 - 50) / 50 }
    let run = {
      var span = samples.mutableSpan
      envelope.advance(&span)
    }
    run()
    #expect(allocations(during: run) == 0)
  }
}
