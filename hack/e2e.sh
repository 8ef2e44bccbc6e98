#!/usr/bin/env bash
# End-to-end tests on a cluster of their own: `make e2e`.
#
# KEEP=1 leaves the cluster running afterwards; RUN=regexp picks stories.
set -euo pipefail
cd "$(dirname "$0")/.."

export PLASTRON_CLUSTER_NAME=${PLASTRON_CLUSTER_NAME:-plastron-e2e}
work=$(mktemp -d)
finish() {
  status=$?
  rm -rf "$work"
  [[ ${KEEP:-} == 1 ]] || hack/demo/demo.sh down || true
  exit "$status"
}
trap finish EXIT

access=$(hack/demo/demo.sh install | tail -n 2)
export KUBECONFIG=${access%%$'\n'*} KUBECTL=${access##*$'\n'}

# The client that stories run as a pod, and the plugin that they run here.
export PLASTRON_E2E_CLIENT=example.invalid/plastron/e2e-client:dev PLASTRON_E2E_PLUGIN=$work/kubectl-plastron
CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$work" ./test/e2e/client ./cmd/kubectl-plastron
hack/cluster/image.sh "$PLASTRON_E2E_CLIENT" "$work/client" "$work/client.tar"
hack/cluster/cluster.sh load "$work/client.tar"

go test -tags e2e -count=1 -v -timeout 25m ${RUN:+-run "$RUN"} ./test/e2e/
