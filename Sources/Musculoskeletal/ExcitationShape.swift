internal import RealModule

/// The curved relation from a normalised, rectified and filtered EMG to excitation or activation.
///
/// e(u) = (exp(A u) - 1) / (exp(A) - 1) with the shape factor A from -3 to 0, straight at zero
/// (Lloyd and Besier, J. Biomech. 36 (2003), equation 3); its Taylor series near A = 0.
public enum ExcitationShape {
  /// The value e [1] at `input` u [1] and its derivatives by u and by A.
  public static func point(
    _ input: Double, shapeFactor: Double
  ) -> (value: Double, byInput: Double, byShapeFactor: Double) {
    let input = FiberGeometry.held(input)
    if abs(shapeFactor) < 1e-4 {
      // second order in A, so that the switch between both forms is below 1e-13
      let curve = input * (input - 1)
      let bend = curve * (2 * input - 1)
      return (
        input + shapeFactor / 2 * curve + shapeFactor * shapeFactor / 12 * bend,
        1 + shapeFactor / 2 * (2 * input - 1)
          + shapeFactor * shapeFactor / 12 * (6 * input * input - 6 * input + 1),
        curve / 2 + shapeFactor / 6 * bend
      )
    }
    let exponent = shapeFactor * input
    // an input far outside [0, 1] must not overflow
    let inner = min(exponent, 40)
    let rise = Double.exp(inner)
    let scale = Double.expMinusOne(shapeFactor)
    let value = (Double.expMinusOne(inner) + rise * (exponent - inner)) / scale
    return (
      value, shapeFactor * rise / scale, (input * rise - value * (scale + 1)) / scale
    )
  }
}
