import Foundation
import Signals
import TestSupport
import Testing

@Suite struct AngleSmootherTests {
  static let methods: [AngleSmoother.Method] = [
    .butterworth(cutOff: 12), .butterworth(cutOff: 25, order: 4), .movingAverage(samples: 10),
  ]

  @Test(arguments: methods)
  func startsWithoutTransient(method: AngleSmoother.Method) {
    var smoother = AngleSmoother(method, rate: 1000)
    for _ in 0..<500 { #expect(abs(smoother.advance(1.234) - 1.234) < 1e-11) }
    _ = smoother.advance(5)
    smoother.reset()
    #expect(abs(smoother.advance(-0.5) + 0.5) < 1e-11)
  }

  @Test(arguments: methods)
  func rampLagsByTheDelay(method: AngleSmoother.Method) {
    let rate = 1000.0
    var smoother = AngleSmoother(method, rate: rate)
    var last = 0.0
    for index in 0..<2000 { last = smoother.advance(2 * Double(index) / rate) }
    #expect(abs(last - 2 * (1999 / rate - smoother.delay)) < 1e-9)
  }

  @Test func delaysAreTheClosedForms() {
    // order 2: sqrt(2) / W with the prewarped W = 2 rate tan(pi cutOff / rate); boxcar: (N - 1) / 2
    let butterworth = AngleSmoother(.butterworth(cutOff: 12), rate: 1000)
    #expect(abs(butterworth.delay - sqrt(2) / (2000 * tan(.pi * 12 / 1000))) < 1e-14)
    #expect(AngleSmoother(.movingAverage(samples: 10), rate: 1000).delay == 0.0045)
  }

  @Test(arguments: methods)
  func advancingAllocatesNothing(method: AngleSmoother.Method) {
    var smoother = AngleSmoother(method, rate: 1000)
    var sum = smoother.advance(1)
    smoother.reset()
    sum += smoother.advance(1)
    let made = allocations {
      for _ in 0..<100 { sum += smoother.advance(2) }
      smoother.reset()
      sum += smoother.advance(3)
    }
    #expect(made == 0)
    #expect(sum.isFinite)
  }
}
