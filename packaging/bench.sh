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
