#!/bin/sh
# Installs a package into a clean Debian 12 and runs doctor and the demo there: try-deb.sh PACKAGE [FOLDER]
# Needs root for debootstrap and chroot; the folder is kept when it is named, so that a second try is quick.
set -eu
package=$1
folder=${2:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'umount "$folder/root/proc" 2>/dev/null; rm -rf "$folder"' EXIT
else
  mkdir -p "$folder"
  trap 'umount "$folder/root/proc" 2>/dev/null || true' EXIT
fi
root=$folder/root
mirror=${DEBIAN_MIRROR:-$(awk '/^URIs:/ { print $2; exit } /^deb / { print $2; exit }' \
  /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true)}
if [ ! -x "$root/usr/bin/apt-get" ]; then
  debootstrap --variant=minbase bookworm "$root" "${mirror:-http://deb.debian.org/debian}"
fi
cp "$package" "$root/tmp/diffmsm.deb"
# apt's own settings of this machine, such as a proxy
cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
mount -t proc proc "$root/proc"
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }
inside apt-get update -qq
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  --reinstall /tmp/diffmsm.deb
inside getent group diffmsm
inside diffmsm --version
inside diffmsm check-config /etc/diffmsm/session.yaml
inside sh -c 'diffmsm doctor || [ $? -eq 69 ]'
rm -f "$root/tmp/demo.xdf"
inside diffmsm run --config /etc/diffmsm/session.yaml --duration 20s --record /tmp/demo.xdf \
  --state /tmp/state.json &
session=$!
sleep 8
# the group's members may control the daemon, nobody else; a marker reaches it
[ "$(inside stat -c '%a %G' /tmp/diffmsm-0/control.sock)" = "660 diffmsm" ]
inside diffmsm status
inside diffmsm marker in the clean room
wait "$session"
inside diffmsm replay /tmp/demo.xdf | tail -n 1 | grep '^identical: '
echo "the package runs in a clean Debian 12"
