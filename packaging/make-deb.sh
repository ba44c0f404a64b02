#!/bin/sh
# Makes a Debian package of a built program: make-deb.sh PROGRAM FOLDER. What it depends on is asked of the program.
set -eu
program=$1
out=$2
here=$(dirname "$0")
version=$("$program" --version)
architecture=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/debian/diffmsm
mkdir -p "$root/DEBIAN" "$out"

cp "$program" "$work/program"
strip --strip-unneeded "$work/program"
"$here/install.sh" "$program" /usr "$root"
install -m 755 "$work/program" "$root/usr/bin/diffmsm"
gzip -9n "$root"/usr/share/doc/diffmsm/NOTICE
mv "$root/usr/share/doc/diffmsm/LICENSE" "$root/usr/share/doc/diffmsm/copyright"
install -D -m 644 "$here/debian/diffmsm.service" "$root/usr/lib/systemd/system/diffmsm.service"
install -D -m 644 "$here/debian/session.yaml" "$root/etc/diffmsm/session.yaml"
for device in devices/*.yaml; do install -D -m 644 "$device" "$root/etc/diffmsm/$device"; done
install -d "$root/usr/lib/udev/rules.d"
# the service's group may open devices, too
"$program" devices install-udev --folder devices |
  sed 's/MODE="0660"/MODE="0660", GROUP="diffmsm"/' >"$root/usr/lib/udev/rules.d/60-diffmsm.rules"
install -d "$root/etc/security/limits.d"
cat >"$root/etc/security/limits.d/diffmsm.conf" <<LIMITS
# members of the group may run sessions in real time
@diffmsm - rtprio 30
@diffmsm - memlock unlimited
LIMITS
for script in postinst prerm postrm; do
  install -m 755 "$here/debian/$script" "$root/DEBIAN/$script"
done
(cd "$root" && find etc -type f | sort | sed 's,^,/,') >"$root/DEBIAN/conffiles"

# dpkg-shlibdeps wants a source package around it
printf 'Source: diffmsm\n\nPackage: diffmsm\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O debian/diffmsm/usr/bin/* 2>/dev/null |
  sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "make-deb.sh: dpkg-shlibdeps found no dependencies" >&2; exit 1; }
cat >"$root/DEBIAN/control" <<CONTROL
Package: diffmsm
Version: $version
Architecture: $architecture
Maintainer: The DiffMSM authors <diffmsm@localhost>
Installed-Size: $(du -sk "$root" | cut -f 1)
Depends: $depends, adduser
Section: science
Priority: optional
Description: muscle and bone parameters from EMG and joint angles, live
 Reads surface EMG and joint angles from USB acquisition hardware, keeps a
 differentiable musculoskeletal model fitted to them while the subject moves,
 and gives an exoskeleton controller the subject's own parameters with honest
 error bars. For research only, not a medical device.
CONTROL
find "$root" -type d -exec chmod 755 {} +
package=$out/diffmsm_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package"
echo "$package"
