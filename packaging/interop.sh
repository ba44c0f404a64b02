#!/bin/sh
# Loads recordings with pyxdf in a throw-away environment; skipped by name when it cannot be installed.
set -eu
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
if ! "$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyxdf==1.17.5; then
  echo "interop: skipped pyxdf: the package index cannot be reached" >&2
  exit 0
fi
python=$folder/venv/bin/python

# a recording of the product's, as simulate makes it
"$program" simulate --config config/demo-arm.yaml --duration 5s --output "$folder/demo.xdf" >/dev/null
"$python" Tests/interop/check_xdf.py "$folder/demo.xdf" \
  --require virtual-emg16-enc2 --require diffmsm.journal --require diffmsm.events \
  --require diffmsm.estimates

# random counts with lost packets, number for number, whole and cut
DIFFMSM_INTEROP_FOLDER="$folder" swift test --filter InteroperationFiles
check() {
  "$python" Tests/interop/check_xdf.py "$@" \
    --counts "emg=$folder/session.emg.csv" --counts "encoder=$folder/session.encoder.csv" \
    --require emg --require encoder --require diffmsm.journal --require diffmsm.events
}
check "$folder/session.xdf"
for number in 1 2 3 4 5; do check "$folder/cut$number.xdf" --cut; done
if [ -e "$folder/converted.xdf" ]; then
  "$python" Tests/interop/check_xdf.py "$folder/converted.xdf" --require emg --require knee_angle
else
  echo "interop: skipped the converted trial: the reference data are not there" >&2
fi
