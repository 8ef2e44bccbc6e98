#!/usr/bin/env bash
# Builds the images twice, from two copies of the last commit at two places, and
# compares them byte by byte; also the lists of what is inside. FULL=1 gives each
# build a cache of its own, so that everything is compiled twice.
set -euo pipefail
cd "$(dirname "$0")/.."

commit=$(git rev-parse HEAD) # It may move meanwhile.
work=$(mktemp -d)
finish() {
  chmod -R u+w "$work" # the module cache of a build is read-only
  rm -rf "$work"
}
trap finish EXIT
for copy in one a-longer/path/two; do
  mkdir -p "$work/$copy"
  git archive "$commit" | tar -x -C "$work/$copy"
  (
    cd "$work/$copy"
    [[ ${FULL:-} != 1 ]] || export GOCACHE=$work/cache-${copy##*/}
    go run ./hack/image -out dist -tag reproducible
    for program in plastron manager; do go run ./hack/sbom "dist/$program" >"dist/$program.cdx.json"; done
  )
done
cd "$work"
for file in plastron.tar manager.tar plastron.cdx.json manager.cdx.json; do
  cmp "one/dist/$file" "a-longer/path/two/dist/$file"
  sha256sum "one/dist/$file" | sed 's| .*/|  |'
done
echo "both builds are the same"
