internal import Identification

extension ParameterEstimate {
  /// One row for each unknown of `parameters`, in the order of theta, beside the `truth` by name.
  func rows(_ parameters: ParameterSet, truth: [String: Double]) -> [SessionSummary.Row] {
    let valueDeviations = valueDeviations(parameters)
    return parameters.free.indices.map { index in
      let parameter = parameters.free[index]
      let sd = deviations[index]
      let low = parameters.value(of: index, theta: theta[index] - 1.96 * sd)
      let high = parameters.value(of: index, theta: theta[index] + 1.96 * sd)
      let priorMean = parameters.value(of: index, theta: parameter.priorMean)
      let truth = truth[parameter.name]
      return SessionSummary.Row(
        name: parameter.name, unit: parameter.unit, value: values[index],
        deviation: valueDeviations[index], interval: min(low, high)...max(low, high),
        priorMean: priorMean,
        priorDeviation: parameter.isLogarithmic
          ? abs(priorMean) * parameter.priorDeviation : parameter.priorDeviation,
        status: status[index], truth: truth,
        errorInDeviations: truth.map {
          let error =
            parameter.isLogarithmic ? logarithm(values[index] / $0) : values[index] - $0
          return error / sd
        })
    }
  }
}
