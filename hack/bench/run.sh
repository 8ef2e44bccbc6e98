#!/usr/bin/env bash
# Prints the figures of docs/performance.md that need no cluster: make bench.
# They depend on the machine and on what else it does; the demo prints its own.
# With QUICK=1 the registry's take one minute instead of four; JSON=FILE keeps
# them. hack/bench/load compares any two registries by URL.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=$(mktemp -d)
load=${LOAD:-3s}
if [[ -n ${QUICK:-} ]]; then
  load=1s
fi
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
echo "== registry; generator, registry and broker share the cores"
go build -o "$out/registry" ./hack/bench/registry
"$out/registry" ${QUICK:+-quick} -json "${JSON:-$out/registry.json}" "$out/plastron"
echo "== REST proxy; generator, proxy and broker share the cores"
go run ./hack/bench/rest ${QUICK:+-quick} "$out/plastron"
echo "== other requests, 50 connections"
go build -o "$out/load" ./hack/bench/load
"$out/plastron" dev --data "" --kafka-port 0 --registry-port 18981 --rest-port 0 >"$out/dev.log" 2>&1 &
dev=$!
trap 'kill "$dev" 2>/dev/null; rm -rf "$out"' EXIT
until curl -fsS -o /dev/null "http://127.0.0.1:18981/_health?ready=true" 2>/dev/null; do sleep 0.1; done
for workload in latest subjects lookup compatibility register; do
  "$out/load" -a http://127.0.0.1:18981 -workload "$workload" -rounds 1 -duration "$load"
done
echo "== replay, backup and restore"
go run ./hack/bench/replay -n 3
go run ./hack/bench/replay -n 3 -records 1000000 -versions 1000
go test -run '^$' -bench 'Get|Restore' -benchtime 1x ./runtime/backup
echo "== schema formats; eight runs each, for benchstat"
go test -run '^$' -bench 'Parse1KB|Compare50Fields' -benchmem -benchtime 2000x -count 8 ./runtime/format/avro
go test -run '^$' -bench 'Transitive' -benchmem -benchtime 20x -count 8 ./runtime/compat
echo "== one record, with twmb/avro and hamba/avro"
go test -run '^$' -bench 'Avro(From|To)JSON' -benchmem -benchtime 10000x -count 8 ./runtime/serde
