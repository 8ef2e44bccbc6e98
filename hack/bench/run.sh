#!/usr/bin/env bash
# Prints the figures of docs/performance.md that need no cluster: make bench.
# They depend on the machine and on what else it does; the demo prints its own.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

echo "== $(go version), $(nproc) cores"
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$out/plastron" ./cmd/plastron
size=$(stat -c %s "$out/plastron")
awk -v b="$size" 'BEGIN {printf "binary, static: %.1f MiB (bar: 30)\n", b / 1048576}'
if ((size > 30 * 1048576)); then
  echo "the binary is over its bar" >&2
  exit 1
fi
go run ./hack/bench/coldstart -n "${RUNS:-11}" "$out/plastron"
go run ./hack/bench/produce -n "${REQUESTS:-5000}" "$out/plastron"
echo "== registry, whole chain without the network"
go test -run '^$' -bench 'BenchmarkGetByID' -benchmem -benchtime 20000x ./runtime/app
