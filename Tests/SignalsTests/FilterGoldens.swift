import Foundation
import Signals
import TestSupport

/// What scipy and mpmath say about filters; Tests/Goldens/signals/generate.py made it.
struct FilterGoldens: Decodable {
  /// Sections of scipy.signal.butter and their responses.
  struct Cascade: Decodable {
    var kind: String
    var order: Int
    var rate: Double
    var sections: [[Double]]
    var impulse: [Double]
    var step: [Double]
    var peaks: [Double]

    var cascade: SectionCascade { FilterGoldens.cascade(sections) }
  }

  /// Exact gains of a design and scipy's error in them.
  struct Design: Decodable {
    var kind: String
    var order: Int
    var rate: Double
    var cuts: [Double]
    var frequencies: [Double]
    var gains: [[Double]]
    var scipyError: Double

    var filter: ButterworthFilter {
      let band: FilterBand =
        switch kind {
        case "lowpass": .lowPass(cutOff: cuts[0])
        case "highpass": .highPass(cutOff: cuts[0])
        default: .bandPass(lower: cuts[0], upper: cuts[1])
        }
      return ButterworthFilter(band, order: order, rate: rate)
    }

    /// The largest relative error of our gains.
    var error: Double {
      zip(frequencies, gains).reduce(0) { largest, pair in
        let gain = filter.frequencyResponse(at: pair.0)
        let exact = pair.1
        let scale = hypot(exact[0], exact[1])
        return max(largest, hypot(gain.real - exact[0], gain.imaginary - exact[1]) / scale)
      }
    }
  }

  struct ZeroPhase: Decodable {
    var sections: [[Double]]
    var output: [Double]
  }

  var samples: [Int]
  var cascades: [Cascade]
  var designs: [Design]
  var zeroPhase: ZeroPhase
  var notch: [[Double]]

  static func read() throws -> FilterGoldens {
    let file = repository.appendingPathComponent("Tests/Goldens/signals/filters.json")
    return try JSONDecoder().decode(FilterGoldens.self, from: Data(contentsOf: file))
  }

  static func cascade(_ rows: [[Double]]) -> SectionCascade {
    SectionCascade(
      rows.map { SecondOrderSection(b0: $0[0], b1: $0[1], b2: $0[2], a1: $0[4], a2: $0[5]) })
  }
}
