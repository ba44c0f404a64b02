/// The compiled variant of the hot loop that this processor gets.
public enum StepKernels {
  /// Its name, for recordings: results repeat to the last digit only on the same one.
  public static var name: String {
    LimbStep.Variant.fastest == .version3 ? "AVX2" : "baseline"
  }
}
