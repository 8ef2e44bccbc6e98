#!/usr/bin/env bash
# The page of /ui in a real, headless Chromium against the real binary: `make
# browser`. CHROMIUM names another browser; PICTURES=1 keeps pictures of the
# page, and a failed test always does, in SCREENSHOTS (default: a new folder).
set -euo pipefail
cd "$(dirname "$0")/.."

find_browser() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [[ -n $name ]] && command -v "$name"; then
      return
    fi
  done
  return 1
}

if ! CHROMIUM=$(find_browser); then
  echo "make browser: there is no Chromium here. Install it with: apt-get install chromium" >&2
  echo "(Debian; elsewhere any Chromium or Chrome will do), or name one with CHROMIUM=program." >&2
  if [[ ${CI:-} == true ]]; then
    exit 1
  fi
  echo "make browser: nothing was tested" >&2
  exit 0
fi

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export CHROMIUM PLASTRON=$out/plastron SCREENSHOTS=${SCREENSHOTS:-$(mktemp -d)}
CGO_ENABLED=0 go build -o "$PLASTRON" ./cmd/plastron
"$CHROMIUM" --version
go -C test/browser test -count=1 ${PICTURES:+-v} -timeout 5m ./...
rmdir "$SCREENSHOTS" 2>/dev/null || echo "pictures are in $SCREENSHOTS"
