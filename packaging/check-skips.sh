#!/bin/sh
# Compares the tests that a run skipped with the list of those that may be: check-skips.sh LOG LIST
set -eu
skipped=$(mktemp)
trap 'rm -f "$skipped"' EXIT
# the test's name as the run prints it, with or without quotes, without the reason
sed -n 's/^[^A-Za-z"]*Test \(.*\) skipped\.\{0,1\}\(: .*\)\{0,1\}$/\1/p' "$1" |
  sed 's/^"\(.*\)"$/\1/' | sort -u >"$skipped"
unexpected=$(grep -v '^#' "$2" | sort -u | comm -13 - "$skipped")
echo "skipped: $(wc -l <"$skipped") tests" >&2
[ -z "$unexpected" ] || {
  echo "$2: error: these tests were skipped and are not in the list; run them or list them:" >&2
  echo "$unexpected" >&2
  exit 1
}
