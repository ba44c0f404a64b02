#!/bin/sh
# Installs a built program with completions, manual pages, sessions and devices: install.sh PROGRAM PREFIX [DESTDIR]
set -eu
program=$1
prefix=$2
root=${3:-}
share=$root$prefix/share
install -d "$root$prefix/bin" "$share/diffmsm" "$share/doc/diffmsm" "$share/man/man1" \
  "$share/bash-completion/completions" "$share/zsh/vendor-completions" \
  "$share/fish/vendor_completions.d"
install -m 755 "$program" "$root$prefix/bin/diffmsm"
# programs of their own that stand beside it, where they were built
for other in diffmsm-lsl diffmsm-ros2 feed-schema; do
  built=$(dirname "$program")/$other
  [ ! -x "$built" ] || install -m 755 "$built" "$root$prefix/bin/$other"
done
find config devices -name recordings -prune -o -type f -print | while read -r file; do
  install -D -m 644 "$file" "$share/diffmsm/$file"
done
install -m 644 README.md LICENSE NOTICE "$share/doc/diffmsm/"
install -D -m 644 -t "$share/doc/diffmsm/docs" docs/*.md
"$program" --generate-completion-script bash >"$share/bash-completion/completions/diffmsm"
"$program" --generate-completion-script zsh >"$share/zsh/vendor-completions/_diffmsm"
"$program" --generate-completion-script fish >"$share/fish/vendor_completions.d/diffmsm.fish"
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
"$program" generate-manual "$pages"
for page in "$pages"/*.1; do
  gzip -9nc "$page" >"$share/man/man1/$(basename "$page").gz"
done
chmod 644 "$share"/man/man1/* "$share"/bash-completion/completions/diffmsm \
  "$share"/zsh/vendor-completions/_diffmsm "$share"/fish/vendor_completions.d/diffmsm.fish
