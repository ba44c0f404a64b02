#!/bin/sh
# Runs all tests that are built, and keeps what they print: test.sh LOG
# In three runs: tests that wait for programs hold the few threads that asynchronous services answer on, and they come
# one after the other, since they watch the clock. The fault table and the page's long tests are make soak's.
set -eu
log=$1
: >"$log"
status=0
run() {
  { swift test --skip-build "$@" 2>&1 || echo failed >"$log.failed"; } | tee -a "$log"
  if [ -e "$log.failed" ]; then
    rm "$log.failed"
    status=1
  fi
}
run --filter ServicesTests
run --skip ServicesTests --skip CommandTests --skip DeviceEmulationTests
run --no-parallel --filter CommandTests --filter DeviceEmulationTests --skip FeedFaultTests --skip theFeedIsArmed \
  --skip sixteenTraces
# what browser tests saw, for whoever looks at a run later
if [ -d out/pictures ]; then
  echo "pictures of dashboard and report in out/pictures: $(ls out/pictures | tr '\n' ' ')" | tee -a "$log"
fi
exit $status
