// The 18-number problem that OpenSim Moco was timed on: one noise-free second of arm26's angles, maximum
// isometric force, optimal fiber and tendon slack length of six muscles, everything else known, guesses 10 %
// off. Prints each seed, then the medians. Usage: PublishedSecond MODEL.osim TRAJECTORY.csv [SEEDS]
import Algebra
import Estimation
import Foundation
import Identification
import Musculoskeletal
import OpenSimFiles
import Signals

guard CommandLine.arguments.count >= 3 else {
  print("usage: PublishedSecond arm26_nowrap.osim traj_A_dgf_rigid_nowrap.csv [seeds]")
  exit(64)
}
let problem = try PublishedSecond(
  model: CommandLine.arguments[1], trajectory: CommandLine.arguments[2])
let count = CommandLine.arguments.count > 3 ? Int(CommandLine.arguments[3]) ?? 20 : 20
var seconds: [Double] = []
var errors: [Double] = []
for seed in 1...count {
  let before = processorSeconds()
  let found = problem.fit(seed: UInt64(seed))
  let spent = processorSeconds() - before
  seconds.append(spent)
  errors.append(found?.meanError ?? .infinity)
  print(
    String(
      format: "seed %2d: %.2f CPU s, %d evaluations, %d starts, mean error %.2e %%", seed, spent,
      found?.evaluations ?? 0, found?.starts ?? 0, found?.meanError ?? .infinity))
}
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
let converged = errors.filter { $0 < 1e-3 }.count
print(
  String(
    format: "%d of %d below 1e-3 %%; median %.2f CPU s and %.2e %%, slowest %.2f s, worst %.2e %%",
    converged, count, median(seconds), median(errors), seconds.max() ?? 0, errors.max() ?? 0))
print("OpenSim Moco on the same second: 301 CPU s, 400 iterations, not converged, 1.7 %")
exit(converged == count ? 0 : 1)

func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
