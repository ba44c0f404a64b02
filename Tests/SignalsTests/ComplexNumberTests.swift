import Foundation
import Testing

@testable import Signals

@Suite struct ComplexNumberTests {
  @Test func quotientUndoesProduct() {
    let (left, right) = (
      ComplexNumber(real: 3, imaginary: -4), ComplexNumber(real: -1, imaginary: 2)
    )
    #expect(left * right == ComplexNumber(real: 5, imaginary: 10))
    #expect(left * right / right == left)
    #expect(left + right - right == left)
    #expect(left.magnitude == 5 && left.squaredMagnitude == 25)
  }

  @Test func polarFormComesBack() {
    for phase in [-3.0, -1.5, 0, 0.1, 2, 3.1] {
      let number = ComplexNumber(magnitude: 2.5, phase: phase)
      #expect(abs(number.magnitude - 2.5) < 1e-15)
      #expect(abs(number.phase - phase) < 1e-15)
    }
  }

  @Test func squareRootSquaredIsTheNumberInTheRightHalfPlane() {
    for (real, imaginary) in [(3.0, 4.0), (-3, 4), (-3, -4), (0, 2), (-9, 0), (9, 0), (-1e8, 1e-8)]
    {
      let number = ComplexNumber(real: real, imaginary: imaginary)
      let root = number.squareRoot
      #expect(root.real >= 0)
      #expect((root * root - number).magnitude <= 1e-15 * number.magnitude)
      #expect(imaginary >= 0 ? root.imaginary >= 0 : root.imaginary < 0)
    }
    #expect(ComplexNumber(real: 0).squareRoot == ComplexNumber(real: 0))
  }
}
