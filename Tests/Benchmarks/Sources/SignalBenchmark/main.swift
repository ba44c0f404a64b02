import Glibc
import Signals

// How many samples a second the chain of one EMG channel filters on one core: a band-pass of order 4,
// rectification and a low-pass of order 2, five sections in all. Best of several rounds, because other
// programs only ever make a round slower. bench.sh runs scipy's sosfilt beside it.

/// Time on the processor, so that waiting for it does not count [s].
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// Millions of samples a second of `body`, which filters `count` samples, in the best of some rounds.
func rate(count: Int, _ body: () -> Void) -> Double {
  body()
  var best = Double.infinity
  for _ in 0..<25 {
    let start = processorTime()
    body()
    best = min(best, processorTime() - start)
  }
  return Double(count) / best / 1e6
}

let count = 1 << 16
let block = 256
let input = (0..<count).map { 1e-3 * Double(($0 * 37) % 101 - 50) / 50 }

func run(_ name: String, _ configuration: EnvelopeConfiguration) {
  var envelope = LinearEnvelope(configuration, rate: 2000, mvc: 1e-3)
  envelope.reset()
  var buffer = [Double](repeating: 0, count: block)
  let blocks = rate(count: count) {
    var start = 0
    while start < count {
      for index in 0..<block { buffer[index] = input[start + index] }
      var span = buffer.mutableSpan
      envelope.advance(&span)
      start += block
    }
  }
  var sum = 0.0
  let singles = rate(count: count) {
    for value in input { sum += envelope.advance(value) }
  }
  precondition(sum.isFinite, "filters of finite samples")
  print("\(name): \(blocks.rounded()) M samples/s in blocks, \(singles.rounded()) one by one")
}

run("band-pass, rectifier, low-pass", EnvelopeConfiguration())
run(
  "the same behind three notches",
  EnvelopeConfiguration(notch: NotchConfiguration(frequency: 50)))
