#!/bin/sh
# Overloads sessions of an emulated USB device on purpose and compares the latency from libusb's callback to the end
# of the pipeline: overload.sh PROGRAM EMULATOR [SECONDS]. One core is kept busy throughout. The stalled disk needs
# root and a loop device, and is left out with a word where they are not to be had.
set -eu
program=$(realpath "$1")
emulator=$(realpath "$2")
seconds=${3:-20}
folder=$(mktemp -d)
busy=
# shellcheck disable=SC2317 # called at the end
tidy() {
  kill $busy 2>/dev/null || true
  fsfreeze -u "$folder/disk" 2>/dev/null || true
  umount "$folder/disk" 2>/dev/null || true
  rm -rf "$folder"
}
trap tidy EXIT
export DIFFMSM_SOCKET="$folder/control.sock"
sh -c 'while :; do :; done' &
busy=$!
failed=0
device=labjack-u6

# the number under a key of a case's status
number() { sed -n "s/.*\"$2\":\([0-9.e-]*\).*/\1/p" "$folder/$1.json" | head -n 1; }
micro() { awk -v x="$(number "$1" "$2")" 'BEGIN { print 1e6 * x }'; }

# run NAME ARGUMENT...: a session whose last status is kept as NAME.json
run() {
  name=$1
  shift
  "$emulator" --device "$device" -- "$program" run --config config/u6-elbow-encoders.yaml \
    --http 127.0.0.1:8723 --log journal --duration "$((seconds + 8))s" "$@" \
    >"$folder/$name.out" 2>"$folder/$name.told" &
  session=$!
  sleep 4
  "during_$name"
  sleep "$seconds"
  "$program" status --json >"$folder/$name.json" || cat "$folder/$name.told"
  "after_$name"
  wait "$session" || true
  printf '%-10s blocks %6d  p50 %7.1f us  p99 %7.1f us  p99.9 %7.1f us  max %7.1f us  windows %d, skipped %d, unrecorded %d, lost samples %d\n' \
    "$name" "$(number "$name" blocks)" "$(micro "$name" p50)" "$(micro "$name" p99)" \
    "$(micro "$name" p999)" "$(micro "$name" max)" "$(number "$name" windows)" \
    "$(number "$name" skipped_windows)" "$(number "$name" lost_steps)" \
    "$(number "$name" lost_samples)"
  awk -v a="$(number calm p99)" -v b="$(number "$name" p99)" -v name="$name" \
    -v lost="$(number "$name" lost_samples)" 'BEGIN {
      if (lost > 0 && name != "rate") { print name ": samples were lost"; exit 1 }
      if (b > 2 * a && b > 5e-4) { printf "%s: p99 is %.1f times the calm one\n", name, b / a; exit 1 }
    }' || failed=1
}
during_calm() { :; }
after_calm() { :; }
during_estimator() { :; }
after_estimator() {
  [ "$(number estimator skipped_windows)" -gt 0 ] || { echo "no window was skipped"; failed=1; }
  "$program" status | grep TROUBLE || failed=1
}
# clients that ask and never read, on the control socket and on the web server
during_clients() {
  python3 - "$DIFFMSM_SOCKET" "$seconds" <<'CLIENTS' &
import socket, sys, time
control = [socket.socket(socket.AF_UNIX) for _ in range(8)]
web = [socket.create_connection(("127.0.0.1", 8723)) for _ in range(8)]
for one in control: one.connect(sys.argv[1])
for one in control + web: one.setblocking(False)
end = time.time() + float(sys.argv[2])
while time.time() < end:
    for sockets, words in ((control, b'{"request": "status"}\n'),
                           (web, b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")):
        for one in sockets:
            try: one.send(words * 20)
            except OSError: pass
    time.sleep(0.01)
CLIENTS
}
after_clients() { :; }
# a disk that takes nothing, and later takes everything again
during_disk() { fsfreeze -f "$folder/disk"; }
after_disk() {
  fsfreeze -u "$folder/disk"
  sleep 1
  "$program" status | grep '^recording: ' || failed=1
}

during_rate() { :; }
# the ring drops what it has no room for, and says so; what is left still comes in time
after_rate() {
  pushed=$(sed -n 's/.*"name":"source to pipeline","pushed":\([0-9]*\).*/\1/p' "$folder/rate.json")
  echo "rate: pushed ${pushed:-?}, dropped $(sed -n 's/.*"dropped":\([0-9]*\),"name":"source to pipeline".*/\1/p' "$folder/rate.json")"
  # the emulator itself may be what is too slow on a busy machine, so the factor is told
  echo "rate: $(number rate samples) samples, calm $(number calm samples)"
  [ "$(number rate samples)" -gt "$((2 * $(number calm samples)))" ] || {
    echo "rate: no more samples came"
    failed=1
  }
}

run calm
run estimator --set identification.iterations=100 --set identification.memory=2000 \
  --set "identification.window=100 ms"
run clients
# a board that sends ten times as fast as its description says
sed 's/^rate: \([0-9]*\) /rate: \10 /' devices/labjack-u6.yaml >"$folder/labjack-u6.yaml"
device=$folder/labjack-u6.yaml
run rate
device=labjack-u6
truncate -s 64M "$folder/disk.img"
mkdir "$folder/disk"
if mkfs.ext4 -q "$folder/disk.img" 2>/dev/null &&
  mount -o loop "$folder/disk.img" "$folder/disk" 2>/dev/null; then
  run disk --record "$folder/disk/r.xdf"
  "$program" replay "$folder/disk/r.xdf" | tail -n 1
else
  echo "disk: left out, no loop device can be mounted"
fi
exit $failed
