#!/bin/sh
# Installs the Debian packages of the named purposes that are missing: install-packages.sh build test
set -eu
list=$(dirname "$0")/debian-packages.txt
missing=
for purpose in "$@"; do
  for package in $(awk -v purpose="$purpose" '$1 == purpose { print $2 }' "$list"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
      missing="$missing $package"
  done
done
[ -n "$missing" ] || exit 0
echo "installing:$missing" >&2
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
$as_root apt-get update -qq
# shellcheck disable=SC2086 # one word a package
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >&2
