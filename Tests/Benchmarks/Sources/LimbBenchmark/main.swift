import Algebra
import Glibc
import Identification
import Musculoskeletal

// The product's own window residual on chains of pin joints: one forward simulation (`predict`) and the
// full Jacobian with its normal matrix (`evaluate`). For two joints the problem and the answer are
// written to a file, from which the peers compute the same.
//
// Of more joints a window is one second with a hundred measurements, and one iteration of a fit is timed too.
//
//   LimbBenchmark JOINTS MUSCLES FILE

/// Time on the processor, so that waiting for it does not count [us].
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return 1e6 * Double(time.tv_sec) + 1e-3 * Double(time.tv_nsec)
}

/// Fifth percentile and median over repeats of a few seconds [us].
func measure(_ body: () -> Void) -> (low: Double, median: Double) {
  body()
  var times: [Double] = []
  let begin = processorTime()
  while times.count < 7 || (processorTime() - begin < 1.5e6 && times.count < 400) {
    let start = processorTime()
    body()
    times.append(processorTime() - start)
  }
  times.sort()
  return (times[times.count / 20], times[times.count / 2])
}

let joints = Int(CommandLine.arguments[1]) ?? 2
let muscles = Int(CommandLine.arguments[2]) ?? 6
let chain = Chain(joints: joints, muscles: muscles)
let model = chain.model
let unknowns = model.parameters.count
let theta = Array(repeating: 0.0, count: unknowns)
// a hundred residuals a second and joint at ten joints, five hundred at two
let window = chain.window(stride: joints == 2 ? 1 : 5)
var residual = WindowResidual(model)
let states = 2 * joints
let belief = StateBelief(
  mean: chain.start, covariance: Matrix(rows: states, columns: states),
  sensitivity: Matrix(rows: states, columns: unknowns), theta: theta)

let forward = measure { _ = residual.predict(window, theta: theta, from: chain.start) }
var evaluation = residual.evaluate(window, theta: theta, start: belief)
let jacobian = measure { evaluation = residual.evaluate(window, theta: theta, start: belief) }
// the sensitivities alone, of which the normal matrix, quadratic in the unknowns, is made
var ending = window
for index in ending.isMeasured.indices {
  ending.isMeasured[index] = index >= ending.isMeasured.count - joints
}
let propagation = measure { _ = residual.evaluate(ending, theta: theta, start: belief) }
// a search evaluates at another theta each time: the limb's numbers are made anew
var moved = theta
let search = measure {
  for index in moved.indices { moved[index] = moved[index] == 0 ? 1e-3 : 0 }
  _ = residual.evaluate(window, theta: moved, start: belief)
}
print(
  "swift joints \(joints) muscles \(muscles) unknowns \(unknowns)",
  "forward \(forward.low) \(forward.median) jacobian \(jacobian.low) \(jacobian.median)",
  "sensitivities \(propagation.low) \(propagation.median)",
  "at-another-theta \(search.low) \(search.median)")

// one Gauss-Newton iteration over a window of a second, prior included: what keeps up with the subject
if joints > 2 {
  var step = evaluation.gradient
  let iteration = measure {
    evaluation = residual.evaluate(window, theta: theta, start: belief)
    for index in step.indices {
      evaluation.information[index, index] += 100
      step[index] = -evaluation.gradient[index]
    }
    Cholesky(evaluation.information)?.solve(&step)
  }
  print("swift joints \(joints) muscles \(muscles) iteration \(iteration.low) \(iteration.median)")
}

if joints == 2, CommandLine.arguments.count > 3, let file = fopen(CommandLine.arguments[3], "wb") {
  var numbers = [Double(joints), Double(muscles), Double(chain.steps), chain.step]
  numbers += chain.lengths + chain.coefficients.flatMap { $0 } + chain.numbers.flatMap { $0 }
  numbers += chain.links.flatMap { $0 } + chain.start
  numbers += residual.activations(window, theta: theta)
  let limb = model.parameters.base.limb
  numbers += model.limb.hingeHarmonics(limb, payloadMass: 0).all
  for body in 0..<2 {
    for number in [HingeInertia.mass(body), .massCenter(body), .inertia(body)] {
      numbers += model.limb.hingeHarmonics(limb, payloadMass: 0, by: number).all
    }
  }
  for row in 0..<4 {
    for column in 0..<unknowns { numbers.append(evaluation.end.sensitivity[row, column]) }
  }
  for row in 0..<unknowns {
    for column in 0..<unknowns { numbers.append(evaluation.information[row, column]) }
  }
  fwrite(numbers, 8, numbers.count, file)
  fclose(file)
}
