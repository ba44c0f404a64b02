import RealModule

/// Chooses how the coefficients of a design are rounded, so that their errors cancel.
///
/// The poles of a narrow filter lie within w = 2 pi cutOff / rate of z = 1, where a coefficient's last digit
/// moves the response by 2^-54 / w^2: 1e-8 at a cut-off of 1e-5 of the rate. No coefficients of double
/// precision do better in one section, but those of several sections may be rounded against each other.
/// Each section's a1 and a2 are tried one unit of the last place up and down, section after section,
/// and what brings the largest error over a few frequencies down is kept.
enum CoefficientRounding {
  /// The sections, not yet scaled, whose scaled cascade comes nearest to `exact` at `frequencies`.
  ///
  /// - Parameters:
  ///   - reference: where the cascade is scaled to unit gain [rad a sample].
  ///   - frequencies: where it is compared [rad a sample].
  ///   - exact: the design's gain at each of them (as many as frequencies).
  static func polished(
    _ sections: [SecondOrderSection], reference: Double, frequencies: [Double],
    exact: [ComplexNumber]
  ) -> [SecondOrderSection] {
    let all = frequencies + [reference]
    let candidates = sections.map(neighbours)
    let responses = candidates.map { list in
      list.map { section in all.map { section.frequencyResponse(atAngularFrequency: $0) } }
    }
    var choice = Array(repeating: 0, count: sections.count)
    func error() -> Double {
      var product = Array(repeating: ComplexNumber(real: 1), count: all.count)
      for (section, candidate) in choice.enumerated() {
        for index in all.indices {
          product[index] = product[index] * responses[section][candidate][index]
        }
      }
      let scale = ComplexNumber(real: product[frequencies.count].magnitude)
      return frequencies.indices.reduce(0) { largest, index in
        let ratio = product[index] / scale / exact[index]
        return max(largest, (ratio - ComplexNumber(real: 1)).magnitude)
      }
    }
    var least = error()
    for _ in 0..<3 {
      for section in sections.indices {
        var best = choice[section]
        for candidate in candidates[section].indices {
          choice[section] = candidate
          let found = error()
          if found < least { (least, best) = (found, candidate) }
        }
        choice[section] = best
      }
    }
    return sections.indices.map { candidates[$0][choice[$0]] }
  }

  /// The section as it is, then those with a1 and a2 a unit of the last place away.
  private static func neighbours(_ section: SecondOrderSection) -> [SecondOrderSection] {
    var all = [section]
    for first in [0.0, -1, 1] {
      for second in [0.0, -1, 1] where first != 0 || second != 0 {
        let a1 = section.a1 + first * section.a1.ulp
        // what a1 adds to the sum 1 + a1 + a2 is taken from a2 first
        let a2 = section.a2 == 0 ? 0 : section.a2 - (a1 - section.a1) + second * section.a2.ulp
        all.append(
          SecondOrderSection(b0: section.b0, b1: section.b1, b2: section.b2, a1: a1, a2: a2))
      }
    }
    return all
  }
}
