#!/usr/bin/env bash
# Runs every fuzz target that the tree has for the given time each.
set -euo pipefail
cd "$(dirname "$0")/.."
duration=${1:-20s}
grep -rlE --include='*_test.go' '^func Fuzz' . | while read -r file; do
  grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | sed 's/func //' | while read -r target; do
    echo "== $(dirname "$file") $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$duration" "$(dirname "$file")"
  done
done
