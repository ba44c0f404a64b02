#!/bin/sh
# Kills a recording daemon 200 times, prints the fault table's figures and damages recordings for a minute; then plugs a virtual device in and out again and again, then streams for minutes; the program's resident size and
# open files must stay flat: soak.sh [CYCLES] [SECONDS] with programs in .build/$CONFIGURATION
set -eu
cycles=${1:-60}
seconds=${2:-600}
programs=.build/${CONFIGURATION:-debug}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# resident size [KiB] and open files of the program under the emulator, once a second
watch() {
  while sleep 1; do
    process=$(pgrep -P "$1" -f 'devices probe' | head -n 1) || continue
    [ -n "$process" ] || continue
    size=$(awk '/VmRSS/ { print $2 }' "/proc/$process/status" 2>/dev/null) || continue
    files=$(ls "/proc/$process/fd" 2>/dev/null | wc -l)
    [ -n "$size" ] && echo "$size $files"
  done
}

# run NAME SECONDS SCRIPT: streams, and compares the first and last quarter of what was watched
run() {
  "$programs/usb-emulator" --device labjack-u6 --script "$3" -- \
    "$programs/diffmsm" devices probe labjack-u6 --seconds "$2" --json \
    >"$folder/result.json" 2>"$folder/complaints" &
  emulator=$!
  watch "$emulator" >"$folder/watched" &
  watcher=$!
  code=0
  wait "$emulator" || code=$?
  kill "$watcher" 2>/dev/null || true
  awk -v name="$1" -v code="$code" '
    { size[NR] = $1; files[NR] = $2 }
    END {
      quarter = int(NR / 4); if (quarter < 1) quarter = 1
      for (i = 2; i <= quarter + 1; i++) { s1 += size[i]; f1 += files[i] }
      for (i = NR - quarter + 1; i <= NR; i++) { s2 += size[i]; f2 += files[i] }
      printf "%s: exit %d, resident %.1f -> %.1f MiB, open files %.1f -> %.1f\n", name, code, \
        s1 / quarter / 1024, s2 / quarter / 1024, f1 / quarter, f2 / quarter
      if (code != 0 || s2 > 1.1 * s1 + 2048 * quarter || f2 > f1 + 2 * quarter) exit 1
    }' "$folder/watched"
  grep -E '"(lost|samples|reconnections|errors|dropped_transfers)"' "$folder/result.json"
}

# tests NAME FIGURES: the tests of that name, and the lines they print
tests() {
  swift test --skip-build --filter "$1" >"$folder/tests" 2>&1 || {
    cat "$folder/tests" >&2
    exit 1
  }
  grep -E "$2" "$folder/tests"
}
export DIFFMSM_KILLS=200 DIFFMSM_FUZZ_SECONDS=60
tests RecordingFaultTests 'killed|Test run with'
tests FeedFaultTests 'fault:|Test run with'
# an hour of simulated time: memory stays flat and every block is accounted for
DIFFMSM_SOAK_SECONDS=3600 tests AcceleratedSoakTests 'accounted:|Test run with'
tests damagedFilesNeverCrash 'fuzz:|Test run with'
# arming from the page; then a page of sixteen traces beside a client that never reads
tests theFeedIsArmed 'skipped|Test run with'
DIFFMSM_WATCH_SECONDS=$seconds
export DIFFMSM_WATCH_SECONDS
tests sixteenTracesScrollEvenly 'dashboard:|skipped|Test run with'
unset DIFFMSM_WATCH_SECONDS DIFFMSM_KILLS DIFFMSM_FUZZ_SECONDS

script=$(awk -v n="$cycles" 'BEGIN {
  for (i = 0; i < n; i++) printf "%s%.1f:unplug,%.1f:replug", (i ? "," : ""), 1 + i * 0.5, 1.2 + i * 0.5 }')
run "$cycles times unplugged" "$(awk -v n="$cycles" 'BEGIN { print 2 + n * 0.5 }')" "$script"
grep -q "\"reconnections\" : $cycles" "$folder/result.json" || {
  echo "soak: not every plugging was followed by samples" >&2
  exit 1
}
run "$seconds s of streaming" "$seconds" ""

# ten million mutated datagrams, none of which the controllers' receiver may accept
cc -std=c99 -O2 -o "$folder/fuzz" feed/tests/fuzz.c feed/diffmsm_receiver.c
"$folder/fuzz" 10700000 "$(date +%s)"
