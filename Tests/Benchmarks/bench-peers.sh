#!/bin/bash
# The full residual Jacobian of a window in DiffMSM, in C++ by hand, in JAX and in CasADi: the same
# equations, steps and numbers, float64, one thread each. Prints the fifth percentile and the median of
# the processor time [us] and the ratios of the former.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CXX=${CXX:-clang++}

swift build -c release --product LimbBenchmark >&2
swift=.build/release/LimbBenchmark
"$CXX" -std=c++17 -O3 -march=native -ffp-contract=fast peers/limb.cpp -o "$work/limb"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet numpy jax casadi >&2

echo "processor: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1-3 /proc/loadavg)"
echo "commit: $(git rev-parse --short HEAD), $(date -u +%F)"
for muscles in 6 24 96 400; do
  "$swift" 2 "$muscles" "$work/problem$muscles"
  "$work/limb" "$work/problem$muscles"
done | tee "$work/table"
for peer in jax casadi; do
  "$work/venv/bin/python" peers/limb_$peer.py "$work/problem6"
done | tee -a "$work/table"
for muscles in 6 24 96 400; do "$swift" 10 "$muscles"; done

# ratios of the six-muscle arm, fifth percentiles
awk '
  /^(swift|c\+\+|jax|casadi) .*muscles 6 / {
    for (i = 1; i <= NF; i++) {
      if ($i == "forward") f[$1] = $(i + 1)
      if ($i == "jacobian") j[$1] = $(i + 1)
      if ($i == "with-normal-matrix") h = $(i + 1)
    }
  }
  END {
    printf "Jacobian and normal matrix over forward: %.2f\n", j["swift"] / f["swift"]
    printf "forward over C++: %.2f\n", f["swift"] / f["c++"]
    printf "Jacobian and normal matrix over C++: %.2f\n", j["swift"] / h
    printf "JAX jacfwd over DiffMSM: %.1f\n", j["jax"] / j["swift"]
    printf "CasADi compiled over DiffMSM: %.1f\n", j["casadi"] / j["swift"]
  }' "$work/table"
