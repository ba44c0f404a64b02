#!/bin/sh
# The reference of every module's public declarations as one DocC archive, warnings as errors: docs.sh [FOLDER].
# By the toolchain's own docc: the plugin for SwiftPM would be one more package to fetch for every build.
set -eu
out=${1:-out/docs}
docc=$(dirname "$(readlink -f "$(command -v swift)")")/docc
[ -x "$docc" ] || {
  echo "docs: the toolchain has no docc; install a whole one from swift.org" >&2
  exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

swift package dump-symbol-graph --skip-synthesized-members >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}
graphs=$(sed -n 's/^Files written to //p' "$work/log")
failed=0
# KernelsV3 is Kernels for other processors
for folder in Sources/*/; do
  module=$(basename "$folder")
  [ -f "$graphs/$module.symbols.json" ] && [ "$module" != KernelsV3 ] || continue
  mkdir "$work/$module"
  cp "$graphs/$module.symbols.json" "$work/$module"
  for extension in "$graphs/$module@"*.symbols.json; do
    [ ! -f "$extension" ] || cp "$extension" "$work/$module"
  done
  "$docc" convert --additional-symbol-graph-dir "$work/$module" \
    --fallback-display-name "$module" --fallback-bundle-identifier "diffmsm.$module" \
    --fallback-default-module-kind Module --warnings-as-errors \
    --output-dir "$work/$module.doccarchive" >"$work/$module.log" 2>&1 || {
    echo "docs: $module" >&2
    cat "$work/$module.log" >&2
    failed=1
  }
done
[ "$failed" = 0 ] || exit 1
rm -rf "$out"
mkdir -p "$(dirname "$out")"
"$docc" merge "$work"/*.doccarchive --synthesized-landing-page-name DiffMSM \
  --synthesized-landing-page-kind Modules --output-path "$out" >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}
echo "docs: $(ls -d "$work"/*.doccarchive | wc -l) modules without a warning in $out; serve the folder over HTTP and open documentation/"
