#!/usr/bin/env bash
# Measures the operator with many Subjects: make bench-operator. SUBJECTS=500 is
# a look; JSON=FILE keeps the figures.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
KUBEBUILDER_ASSETS=$(hack/envtest/assets.sh)
export KUBEBUILDER_ASSETS
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$out/" ./cmd/plastron ./cmd/manager
go build -o "$out/operator" ./hack/bench/operator
"$out/operator" -subjects "${SUBJECTS:-10000}" -json "${JSON:-}" "$out/plastron" "$out/manager"
