#!/bin/sh
# Lets systemd read the service's file as it would on a machine where the package is installed.
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# systemd-analyze looks for the program that is named
sed 's,/usr/bin/diffmsm,/bin/true,; /^Documentation=/d' "$here/debian/diffmsm.service" \
  >"$work/diffmsm.service"
complaints=$(systemd-analyze verify --man=no "$work/diffmsm.service" 2>&1) || {
  echo "$complaints" >&2
  exit 1
}
if [ -n "$complaints" ]; then
  echo "$complaints" >&2
  exit 1
fi
systemd-analyze security --offline=true --threshold=40 "$work/diffmsm.service" | tail -n 1
