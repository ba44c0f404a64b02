/// A fiber's length over its optimal length on a tendon at slack length, with its partial derivatives.
public struct NormalizedFiberLength: Hashable, Sendable {
  /// l_M / l_0 [1].
  public var value: Double
  /// By ln l_0 [1].
  public var byLogOptimalFiberLength: Double
  /// By ln l_Ts [1].
  public var byLogTendonSlackLength: Double
  /// By the pennation angle at optimal fiber length [1/rad].
  public var byPennation: Double

  /// The fiber of `muscle` at path length `length` [m].
  public init(_ muscle: MuscleParameters, pathLength length: Double) {
    let numbers = FiberNumbers(muscle)
    let optimal = numbers.optimalFiberLength
    let height = optimal * numbers.pennationSine
    let fiber = FiberGeometry(
      along: FiberGeometry.held(length) - numbers.tendonSlackLength, height: height,
      optimalFiberLength: optimal)
    value = fiber.length / optimal
    // dl = cos dx + sin dh
    byLogOptimalFiberLength =
      (fiber.cosine * fiber.alongByLogOptimal + fiber.sine * height) / optimal - value
    byLogTendonSlackLength =
      -fiber.cosine * fiber.alongByRaw * numbers.tendonSlackLength / optimal
    byPennation = fiber.sine * numbers.pennationCosine
  }
}
