#!/bin/sh
# Overloads sessions on purpose and compares the latency from libusb's callback to the feed's write:
#   overload.sh PROGRAM EMULATOR [SECONDS] [CASE...]     cases: calm estimator clients rate disk; without any, these
# A USB board with 16 EMG channels and 2 encoders at 2 kHz is emulated and plays a virtual subject; ten windows a second are
# estimated; the feed goes over shared memory and UDP. All runs on two cores, one of which is kept busy throughout. A case begins calm,
# is overloaded for SECONDS, and must have recovered five seconds later. The stalled disk needs root and a loop device, and is left
# out with a word where they are not to be had. The case endurance is calm without the busy core.
set -eu
program=$(realpath "$1")
emulator=$(realpath "$2")
shift 2
seconds=${1:-20}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- calm estimator clients rate disk
session_file=packaging/latency-arm.yaml
folder=$(mktemp -d)
busy=
session=
# shellcheck disable=SC2317 # called at the end
tidy() {
  kill $busy $session 2>/dev/null || true
  fsfreeze -u "$folder/disk" 2>/dev/null || true
  umount "$folder/disk" 2>/dev/null || true
  rm -rf "$folder" /dev/shm/diffmsm-latency
}
trap tidy EXIT
export DIFFMSM_SOCKET="$folder/control.sock"
web=127.0.0.1:8723
failed=0
fail() {
  echo "$1" >&2
  failed=1
}

# what the board plays: ten seconds of a virtual subject that wears sixteen channels
"$program" simulate --config $session_file --set "virtual_subject={}" --set "identification.window=1 s" \
  --set "sources=[{ name: board, device: virtual-emg16-enc2, virtual: { seed: 1 } }]" \
  --duration 10s --seed 3 --output "$folder/arm.xdf" >/dev/null 2>&1
"$program" convert "$folder/arm.xdf" --output "$folder/arm.csv" >/dev/null
sleep 1
cores=$(taskset -cp $$ | sed 's/.*: //; s/-/,/')
first=${cores%%,*}
last=${cores##*,}
case " $* " in
  *" endurance "*) ;;
  *)
    taskset -c "$last" sh -c 'while :; do :; done' &
    busy=$!
    ;;
esac

# the number under a key of a status
number() { sed -n "s/.*\"$2\":\([0-9.e-]*\).*/\1/p" "$folder/$1.json" | head -n 1; }
micro() { awk -v x="$(number "$1" "$2")" 'BEGIN { print 1e6 * x }'; }
# the samples of the one stream
samples() { sed -n 's/.*"samples":\([0-9]*\).*/\1/p' "$folder/$1.json"; }
keep() { "$program" status --json >"$folder/$1.json"; }
metric() { python3 -c 'import sys, urllib.request
for line in urllib.request.urlopen("http://" + sys.argv[1] + "/metrics").read().decode().splitlines():
    if line.startswith(sys.argv[2]): print(line)' "$web" "$1"; }
# grown NAME KEY: what a number grew by from the fifth second after the overload to the eighth
grown() { echo $(($(number "$1-later" "$2") - $(number "$1-after" "$2"))); }

# run NAME ARGUMENT...: a session that is calm, overloaded, and calm again
run() {
  name=$1
  shift
  script=
  [ "$name" != rate ] || script="0s:fast=10,${seconds}s:fast=1"
  taskset -c "$first,$last" "$emulator" --device Tests/DeviceEmulationTests/devices/emg16-enc2.yaml --play "$folder/arm.csv" \
    --wait --script "$script" -- "$program" run --config $session_file --http $web --log journal "$@" \
    >"$folder/$name.out" 2>"$folder/$name.told" &
  session=$!
  tries=0
  until keep "$name" 2>/dev/null && [ "$(number "$name" adopted)" -gt 0 ]; do
    tries=$((tries + 1))
    [ $tries -lt 60 ] || { cat "$folder/$name.told" >&2; exit 1; }
    sleep 0.5
  done
  # the board is no program that waits for a processor
  chrt -a -r -p 10 "$session" 2>/dev/null || true
  sleep 2
  "during_$name"
  # the kernel holds megabytes for a client that reads nothing, before anybody notices
  [ "$name" != clients ] || [ "$seconds" -gt 90 ] || sleep $((90 - seconds))
  sleep "$seconds"
  keep "$name"
  "seen_$name"
  "after_$name"
  sleep 5
  keep "$name-after"
  sleep 3
  keep "$name-later"
  kill "$session"
  code=0
  wait "$session" || code=$?
  # a recording that lacks steps is an error that the session ends with
  expected=0
  [ "$name" != disk ] || expected=74
  [ "$code" = "$expected" ] || fail "$name: the session ended with $code instead of $expected"
  session=
  printf '%-10s blocks %6d  p50 %7.1f us  p99 %7.1f us  p99.9 %7.1f us  max %7.1f us  windows %d, skipped %d, lost samples %d, unrecorded %d, %s\n' \
    "$name" "$(number "$name" blocks)" "$(micro "$name" p50)" "$(micro "$name" p99)" \
    "$(micro "$name" p999)" "$(micro "$name" max)" "$(number "$name" windows)" \
    "$(number "$name" skipped_windows)" "$(number "$name" lost_samples)" "$(number "$name" lost_steps)" \
    "$(sed -n 's/.*"name":"pipeline","scheduling":"\([^,"]*\).*/\1/p' "$folder/$name.json")"
  if [ -e "$folder/calm.json" ] && [ "$(awk -v a="$(number calm p99)" -v b="$(number "$name" p99)" \
    'BEGIN { print (b > 2 * a) }')" = 1 ]; then
    fail "$name: p99 is more than twice the calm one"
  fi
  # whatever it was, a few seconds later the session is as it was before, and nobody started it again
  for key in lost_samples skipped_windows lost_steps dropped; do
    [ "$(grown "$name" $key)" -eq 0 ] || fail "$name: $key still grows after the overload"
  done
  [ "$(grown "$name" adopted)" -gt 20 ] || fail "$name: $(grown "$name" adopted) estimates in three seconds after the overload"
  grep -q '"is_input_lost":false' "$folder/$name-later.json" || fail "$name: a stream is silent after the overload"
}

during_calm() { :; }
during_endurance() { :; }
# nothing is lost or dropped, and the quantiles are in the metrics
seen_calm() {
  metric diffmsm_latency_quantile_seconds
  for key in lost_samples gaps dropped lost_steps cut_off_clients; do
    [ "$(number "$name" $key)" -eq 0 ] || fail "$name: $key is $(number "$name" $key)"
  done
  awk -v windows="$(number "$name" windows)" -v skipped="$(number "$name" skipped_windows)" \
    -v time="$(number "$name" time)" -v samples="$(samples "$name")" 'BEGIN {
    rate = (windows - skipped) / time
    printf "%d samples in %.1f s, none missed; %.1f windows a second estimated\n", samples, time, rate; exit rate < 9 }' ||
    fail "$name: fewer than nine windows a second were estimated"
  case $(cat "$folder/$name.json") in
    *'"name":"pipeline","scheduling":"SCHED_FIFO'*)
      awk -v p99="$(number "$name" p99)" 'BEGIN { exit !(p99 < 1e-3) }' || fail "$name: p99 is beyond a millisecond" ;;
    *) echo "$name: SCHED_FIFO is not granted, so p99 is not judged" ;;
  esac
}
seen_endurance() { seen_calm; }
after_calm() { :; }
after_endurance() { :; }

# the estimator's thread gets a twentieth of the busy core: nice 13 weighs 56 beside 1024
during_estimator() {
  process=$(number estimator process)
  thread=$(ps -T -p "$process" -o tid=,comm= | awk '$2 == "estimator" { print $1 }')
  taskset -cp "$last" "$thread" >/dev/null
  renice -n 13 -p "$thread" >/dev/null
}
seen_estimator() {
  [ "$(number estimator skipped_windows)" -gt 0 ] || fail "estimator: no window was skipped"
  "$program" status | grep 'TROUBLE: pipeline to estimator' || fail "estimator: status tells of nothing"
  metric 'diffmsm_windows_total{outcome="skipped"}'
}
after_estimator() {
  renice -n 0 -p "$thread" >/dev/null
  taskset -cp "$first,$last" "$thread" >/dev/null
}

# dashboards that never read, and others that ask and never read, on the control socket and on the web server
during_clients() {
  python3 - "$DIFFMSM_SOCKET" "$web" 90 <<'CLIENTS' &
import socket, sys, time
host, port = sys.argv[2].split(":")
def connect(buffer=4096):
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    one.connect((host, int(port)))
    return one
control = [socket.socket(socket.AF_UNIX) for _ in range(8)]
for one in control: one.connect(sys.argv[1])
web = [connect() for _ in range(8)]
dashboards = [connect() for _ in range(4)]
for one in dashboards:
    one.sendall(("GET /dashboard/stream HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % sys.argv[2]).encode())
for one in control + web: one.setblocking(False)
end = time.time() + float(sys.argv[3]) + 2
while time.time() < end:
    for sockets, words in ((control, b'{"request": "status"}\n'),
                           (web, b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")):
        for one in sockets:
            try: one.send(words * 20)
            except OSError: pass
    time.sleep(0.01)
CLIENTS
}
seen_clients() {
  "$program" status | grep 'dashboards take nothing' || fail "clients: status does not tell of dashboards that take nothing"
  "$program" status | grep 'clients cut off' || fail "clients: status does not tell of clients that were cut off"
  metric 'diffmsm_dashboard_clients{state="behind"}'
}
after_clients() { :; }

# ten times the packet rate, from a board that forgets what its description says
during_rate() {
  before=$(samples rate)
  calm_rate=$(awk -v n="$before" -v t="$(number rate time)" 'BEGIN { print n / t }')
  kill -USR1 "$session"
}
seen_rate() {
  grown=$(($(samples rate) - before))
  awk -v n="$grown" -v s="$seconds" -v r="$calm_rate" 'BEGIN {
    printf "rate: %.0f samples a second came, %.1f times as many as before\n", n / s, n / s / r; exit n / s < 9 * r }' ||
    fail "rate: ten times was asked for, and less than nine times came"
  "$program" status | grep 'Hz in the mean'
  "$program" status | grep 'TROUBLE: .* samples are lost' || fail "rate: status tells of nothing"
}
after_rate() { :; }

# a disk that takes nothing, and later takes everything again; the next recording is whole
during_disk() { fsfreeze -f "$folder/disk"; }
seen_disk() {
  [ "$(number disk lost_steps)" -gt 0 ] || fail "disk: no step was left out of the recording"
  "$program" status | grep 'TROUBLE: the recording lacks' || fail "disk: status tells of nothing"
  metric diffmsm_recording_lost_steps_total
}
after_disk() {
  fsfreeze -u "$folder/disk"
  sleep 1
  "$program" record stop
  "$program" record start "$folder/disk/next.xdf"
}

for name in "$@"; do
  case $name in
    estimator | clients | rate) run "$name" ;;
    calm | endurance) run "$name" --record "$folder/$name.xdf" ;;
    disk)
      truncate -s 64M "$folder/disk.img"
      mkdir "$folder/disk"
      if mkfs.ext4 -q "$folder/disk.img" 2>/dev/null && mount -o loop "$folder/disk.img" "$folder/disk" 2>/dev/null; then
        run disk --record "$folder/disk/r.xdf"
        "$program" replay "$folder/disk/r.xdf" | tail -n 1
      else
        echo "disk: left out, no loop device can be mounted"
      fi
      ;;
    *) fail "overload: no case is named $name; there are calm, estimator, clients, rate, disk, endurance" ;;
  esac
done
exit $failed
