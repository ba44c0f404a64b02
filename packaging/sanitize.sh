#!/bin/sh
# The program under Thread Sanitizer and Address Sanitizer: a virtual device unplugged and plugged in again and again, then
# streaming, then a whole session with its services; any report fails: sanitize.sh [CYCLES] [SECONDS]
set -eu
cycles=${1:-60}
seconds=${2:-60}
emulator=.build/debug/usb-emulator
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# what the sanitizers write is kept apart from what the program says
export TSAN_OPTIONS="log_path=$folder/report exitcode=66 suppressions=$PWD/packaging/tsan.suppressions"
# the emulator's library is loaded before the sanitizer's
export ASAN_OPTIONS="log_path=$folder/report exitcode=66 verify_asan_link_order=0 detect_leaks=0"
script=$(awk -v n="$cycles" 'BEGIN {
  for (i = 0; i < n; i++) printf "%s%.1f:unplug,%.1f:replug", (i ? "," : ""), 1 + i, 1.5 + i }')

# run NAME COMMAND...: the command, which must end well and leave no report
run() {
  name=$1
  shift
  code=0
  "$@" >"$folder/output" 2>"$folder/complaints" || code=$?
  reports=$(cat "$folder"/report.* 2>/dev/null | grep -c 'WARNING: ThreadSanitizer\|ERROR: AddressSanitizer' || true)
  echo "$name: exit $code, $reports reports"
  if [ "$code" != 0 ] || [ "$reports" != 0 ]; then
    cat "$folder"/report.* 2>/dev/null | head -n 80 >&2
    tail -n 5 "$folder/complaints" >&2
    exit 1
  fi
}

for kind in thread address; do
  swift build --sanitize="$kind" --scratch-path ".build-$kind" --product diffmsm >"$folder/build" 2>&1 || {
    tail -n 20 "$folder/build" >&2
    exit 1
  }
  program=.build-$kind/debug/diffmsm
  run "$kind, $cycles times unplugged" "$emulator" --device labjack-u6 --script "$script" -- \
    "$program" devices probe labjack-u6 --seconds $((cycles + 2)) --json
  grep -E '"(reconnections|lost|samples)"' "$folder/output"
  run "$kind, $seconds s of streaming" "$emulator" --device openbci-cyton -- \
    "$program" devices probe openbci-cyton --seconds "$seconds" --json
  rm -rf "$folder/session"
  mkdir "$folder/session"
  run "$kind, a session with its recording" "$program" run --config config/demo-arm.yaml --duration 20s \
    --record "$folder/session/demo.xdf" --set "identification.window=2 s"
done
