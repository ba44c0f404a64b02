#!/bin/sh
# A session that feeds, heard by pylsl, Cyclone DDS and a node of ROS 2 over its bridges: bridges.sh PROGRAM FOLDER, with a Python
# environment in FOLDER/venv; what cannot be installed is skipped by name.
set -eu
program=$1
folder=$2
[ -x "$folder/venv/bin/python" ] || python3 -m venv "$folder/venv"
python=$folder/venv/bin/python
have() {
  "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "$@" && return 0
  echo "bridges: skipped $*: cannot be installed here" >&2
  return 1
}

feeds="feed={ torque_limit: { r_elbow_flex: 60 N*m }, shared_memory: /diffmsm-interop, monitor: /diffmsm-interop-monitor, scale: ratios-only, relative_sd: 100 % }"
bridged() {
  "$program" run --config config/demo-arm.yaml --set "$feeds" --http off --socket "$folder/bridge.sock" \
    --record "$folder/bridge.xdf" --force >/dev/null 2>&1 &
  daemon=$!
  sleep 3
  code=0
  "$@" || code=$?
  kill "$daemon"
  wait "$daemon" || code=1
  rm -f /dev/shm/diffmsm-interop /dev/shm/diffmsm-interop-monitor
  return $code
}
if have pylsl==1.18.6 numpy==2.4.6; then bridged "$python" Tests/interop/check_lsl.py /diffmsm-interop-monitor; fi
if have cyclonedds==11.0.1; then
  "$program" feed --config config/demo-arm.yaml --set "$feeds" --json >"$folder/outline.json"
  bridged "$python" Tests/interop/check_ros2.py "$folder/outline.json" "$program" "$folder/bridge.sock"
  # a node of ROS 2 itself, from the community's wheels
  if have 'ros-kilted-rclpy[fastrtps]==9.1.2' ros-kilted-sensor-msgs==5.5.1 ros-kilted-diagnostic-msgs==5.5.1; then
    bridged "$python" Tests/interop/check_rclpy.py "$folder/outline.json"
  fi
fi
