#!/bin/sh
# Loads what DiffMSM writes in the tools people have, in a throw-away environment; a tool that cannot be
# installed is skipped by name.
set -eu
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
python=$folder/venv/bin/python

# have PACKAGE...: installs them; says their names when that is not possible
have() {
  "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "$@" && return 0
  echo "interop: skipped $*: cannot be installed here" >&2
  return 1
}

# a recording of the product's, as simulate makes it
"$program" simulate --config config/demo-arm.yaml --duration 5s --output "$folder/demo.xdf" >/dev/null

pyxdf() {
  "$python" Tests/interop/check_xdf.py "$folder/demo.xdf" \
    --require virtual-emg16-enc2 --require diffmsm.journal --require diffmsm.events \
    --require diffmsm.estimates --require diffmsm.covariance

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

  # a daemon is killed, and its recording loads
  kills=0
  while [ "$kills" -lt 5 ]; do
    kills=$((kills + 1))
    "$program" run --config config/demo-arm.yaml --record "$folder/kill$kills.xdf" --http off \
      --socket "$folder/kill.sock" >/dev/null 2>&1 &
    daemon=$!
    while [ ! -e "$folder/kill$kills.xdf" ]; do sleep 0.05; done
    sleep "$(awk -v n="$kills" 'BEGIN { srand(n); print 0.3 + 2 * rand() }')"
    kill -9 "$daemon"
    wait "$daemon" 2>/dev/null || true
    "$python" Tests/interop/check_xdf.py "$folder/kill$kills.xdf" --cut --require virtual-emg16-enc2
  done

  # the same file in the same run: twenty times as fast, block by block and into one array as pyxdf does
  swift build -c release --product recording-benchmark
  .build/release/recording-benchmark "$folder"
  "$python" Tests/interop/check_speed.py .build/release/recording-benchmark "$folder/benchmark.xdf"
}
if have pyxdf==1.17.5; then pyxdf; fi

# BDF+ with annotations
"$program" convert "$folder/demo.xdf" --output "$folder/demo.bdf" >/dev/null
"$program" convert "$folder/demo.bdf" --output "$folder/demo.csv" >/dev/null
if have pyedflib==0.1.42 mne==1.13.2; then
  "$python" Tests/interop/check_bdf.py "$folder/demo.bdf" "$folder/demo.csv"
fi

# OpenSim's own readers; angles as a motion, activations, torques and forces
tables=
for quantity in angles activations torques forces; do
  ending=sto
  [ "$quantity" = angles ] && ending=mot
  for format in $ending csv; do
    "$program" convert "$folder/demo.xdf" --of "$quantity" --output "$folder/$quantity.$format" \
      >/dev/null 2>&1
  done
  tables="$tables $folder/$quantity.$ending $folder/$quantity.csv"
done
if have opensim==4.6; then
  # OpenSim leaves a log where it stands
  # shellcheck disable=SC2086 # one word a file
  (cd "$folder" && "$python" "$OLDPWD/Tests/interop/check_sto.py" $tables)
fi

# the BIDS validator on a dataset of ours
"$program" convert "$folder/demo.xdf" --output "$folder/bids" --subject 01 --task reaching >/dev/null
if have bids-validator-deno==3.0.2; then
  "$folder/venv/bin/bids-validator-deno" --ignoreWarnings "$folder/bids"
fi

# motion capture: the golden file is what ezc3d writes today
if have ezc3d==1.7.2; then
  "$python" Tests/interop/make_c3d.py "$folder"
  "$program" convert "$folder/small.c3d" --output "$folder/new.csv" >/dev/null
  "$program" convert Tests/Goldens/c3d/small.c3d --output "$folder/old.csv" >/dev/null
  cmp "$folder/new.small.points.csv" "$folder/old.small.points.csv"
  cmp "$folder/new.small.analog.csv" "$folder/old.small.analog.csv"
  echo "ezc3d: the same points and channels as the golden file"
fi

# bridges: a session that feeds, read by those whom its bridges are for
packaging/bridges.sh "$program" "$folder"
