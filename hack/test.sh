#!/usr/bin/env bash
# Runs every test that needs no cluster: `make test`.
#
# It gets what it needs itself. What a machine cannot give is left out, named
# with its reason at the end; with CI=true a missing part fails instead.
set -euo pipefail
cd "$(dirname "$0")/.."

left_out=()
kafka_state=""

finish() {
  if [[ -n $kafka_state ]]; then
    hack/kafka/kafka.sh down >/dev/null 2>&1 || true
    rm -rf "$kafka_state"
  fi
}
trap finish EXIT

# leave_out PART REASON
leave_out() {
  if [[ ${CI:-} == true ]]; then
    echo "make test: $1 cannot run: $2 (CI=true, so nothing may be left out)" >&2
    exit 1
  fi
  left_out+=("$1: $2")
}

race=()
if command -v gcc >/dev/null || command -v clang >/dev/null; then
  race=(-race)
else
  leave_out "the race detector" "no C compiler on this machine"
fi

mapfile -t packages < <(go list ./...)

echo "== control-plane programs for the controller tests"
if assets=$(hack/envtest/assets.sh); then
  export KUBEBUILDER_ASSETS=$assets
else
  leave_out "controllers/envtest" "no control-plane programs, see above"
  mapfile -t packages < <(go list ./... | grep -v /controllers/envtest)
fi

# Nodes whose sessions last a second get the processors for themselves: beside
# other packages they would lose them to hunger, which is not what is tested.
alone='/test/(faults|migration)'
mapfile -t steady < <(printf '%s\n' "${packages[@]}" | grep -E "$alone")
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | grep -vE "$alone")

echo "== unit, conformance and controller tests"
go test ${race[@]+"${race[@]}"} -shuffle=on -timeout 8m "${packages[@]}"

echo "== what Argo CD and Flux make of our objects"
go -C test/gitops test -shuffle=on -timeout 5m ./...

echo "== faults and migrations"
go test ${race[@]+"${race[@]}"} -p 1 -parallel 1 -shuffle=on -timeout 8m "${steady[@]}"

if ((${#race[@]})); then
  # The detector makes code many times slower; without it the run above had
  # these tests already.
  echo "== budgets: processor time and memory, without the race detector"
  mapfile -t packages < <(grep -rl --include='*_test.go' '^//go:build !race$' . | xargs -n 1 dirname | sort -u)
  go test -shuffle=on -timeout 5m -run '^Test(Hostile|.*Allocat)' "${packages[@]}"
fi

echo "== the same on a real Kafka"
if ! command -v java >/dev/null || ! command -v mvn >/dev/null; then
  leave_out "tests on a real Kafka" "java and mvn are needed"
else
  kafka_state=$(mktemp -d)
  export KAFKA_DIR=$kafka_state
  hack/kafka/kafka.sh up 1
  mapfile -t packages < <(grep -rl --include='*_test.go' '^//go:build realkafka$' . | xargs -n 1 dirname | sort -u)
  PLASTRON_TEST_KAFKA=$(hack/kafka/kafka.sh bootstrap) \
    go test ${race[@]+"${race[@]}"} -tags realkafka -p 1 -shuffle=on -timeout 10m -count=1 "${packages[@]}"
fi

if ((${#left_out[@]})); then
  echo "== left out"
  printf '%s\n' "${left_out[@]}"
fi
