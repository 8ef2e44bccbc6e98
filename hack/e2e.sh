#!/usr/bin/env bash
# End-to-end tests on a cluster of their own: `make e2e`.
#
# KEEP=1 leaves the cluster running afterwards; RUN=regexp picks stories.
set -euo pipefail
cd "$(dirname "$0")/.."

export PLASTRON_CLUSTER_NAME=${PLASTRON_CLUSTER_NAME:-plastron-e2e}
finish() {
  status=$?
  [[ ${KEEP:-} == 1 ]] || hack/demo/demo.sh down || true
  exit "$status"
}
trap finish EXIT

access=$(hack/demo/demo.sh install | tail -n 2)
export KUBECONFIG=${access%%$'\n'*} KUBECTL=${access##*$'\n'}
go test -tags e2e -count=1 -v -timeout 15m ${RUN:+-run "$RUN"} ./test/e2e/
