#!/bin/sh
# How much faster than real time a simulated session is lived and a recording is replayed.
set -eu
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "load: $(cut -d ' ' -f 1-3 /proc/loadavg) on $(nproc) cores"
start=$(date +%s.%N)
"$program" simulate --config config/demo-arm.yaml --duration 30s --output "$folder/demo.xdf" >/dev/null
end=$(date +%s.%N)
echo "$start $end" | awk '{ printf "simulated 30.0 s in %.2f s, %.1f times real time\n", $2 - $1, 30 / ($2 - $1) }'
"$program" replay "$folder/demo.xdf" --speed max 2>&1 | grep -E '^(replayed|identical)'

# the signal chain of one channel, beside scipy's where that is installed
swift build -c release --package-path Tests/Benchmarks --product SignalBenchmark >/dev/null
Tests/Benchmarks/.build/release/SignalBenchmark
if python3 -c 'import scipy' 2>/dev/null; then
  python3 Tests/Benchmarks/sosfilt.py
else
  echo "scipy is not installed: its sosfilt is left out"
fi

# writing and reading recordings; make interop holds the reader against pyxdf
swift build -c release --product recording-benchmark >/dev/null
.build/release/recording-benchmark "$folder"

# the controller feed's carriers side by side: latency, torn reads, loss; then its bridges, each heard by who it is for
clang -std=gnu11 -O2 -ISources/CShim/include -o "$folder/feed" \
  feed/tests/bench.c feed/diffmsm_receiver.c Sources/CShim/shim.c -lpthread
code=0
"$folder/feed" 10000000 || code=1
packaging/install-packages.sh interop
packaging/bridges.sh "$program" "$folder" || code=1
exit $code
