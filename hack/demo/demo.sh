#!/usr/bin/env bash
# The whole road once: Kubernetes, Kafka, the operator, the samples, a record.
#
#   demo.sh up        everything, ends with a summary          (make demo)
#   demo.sh install   cluster, images, operator and Kafka only (make e2e)
#   demo.sh down      remove all of it                         (make demo-down)
#
# KAFKA=apache            a real Apache Kafka on this machine instead of the embedded broker as a pod
# PLASTRON_CLUSTER=...    force kind, local or controlplane (hack/cluster/cluster.sh picks otherwise)
# PLASTRON_CLUSTER_NAME   name of the cluster, "plastron-demo" unless set
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."

export PLASTRON_CLUSTER_NAME=${PLASTRON_CLUSTER_NAME:-plastron-demo}
kafka=${KAFKA:-embedded}
tag=${TAG:-dev}
state=${XDG_STATE_HOME:-$HOME/.local/state}/plastron/$PLASTRON_CLUSTER_NAME-processes
export KAFKA_DIR=$state/kafka
cluster=hack/cluster/cluster.sh
started=$SECONDS

say() { printf '\033[1m%4ds\033[0m %s\n' "$((SECONDS - started))" "$*" >&2; }
fail() { say "$*"; exit 1; }
# shellcheck source=processes.sh
. "$here/processes.sh"
# shellcheck source=loop.sh
. "$here/loop.sh"

case $kafka in embedded | apache) ;; *) fail "KAFKA=$kafka: embedded and apache are known" ;; esac

down() {
  stop_processes
  if [[ -d $KAFKA_DIR ]]; then hack/kafka/kafka.sh down || true; fi
  $cluster down
  rm -rf "$state"
}

images() {
  say "building both images"
  go run ./hack/image -out dist -tag "$tag"
  $cluster load dist/plastron.tar dist/manager.tar
}

operator() {
  say "installing the operator with its Helm chart"
  go tool -modfile=hack/tools/go.mod helm upgrade --install plastron charts/plastron \
    --namespace plastron-system --create-namespace \
    --set image.tag="$tag" --set workloadImage.tag="$tag" --wait --timeout 3m >&2
}

embedded_kafka() {
  say "starting the embedded broker as a pod (for development: KAFKA=apache takes a real Kafka)"
  sed "s|{{TAG}}|$tag|" "$here/kafka.yaml" | kubectl apply -f - >&2
  kubectl rollout status deployment/kafka --timeout=120s >&2
}

apache_kafka() {
  local address
  say "starting a real Apache Kafka on this machine"
  mkdir -p "$KAFKA_DIR"
  KAFKA_LISTEN_HOST=$($cluster host-address) hack/kafka/kafka.sh up 1 >&2
  address=$(hack/kafka/kafka.sh bootstrap)
  go run ./hack/demo/topic "$address" orders
  sed -e "s|{{HOST}}|${address%:*}|" -e "s|{{PORT}}|${address##*:}|" "$here/kafka-host.yaml" | kubectl apply -f - >&2
}

# Without nodes nothing runs in the cluster: the operator and `plastron dev`
# are processes of this machine, and kubectl works as always.
outside() {
  say "no nodes here: the operator and plastron dev run as processes of yours"
  make build >&2
  kubectl apply -k config/crd >&2
  start_process plastron bin/plastron dev --data "$state/data" --topic orders
  wait_http "http://127.0.0.1:8081/_health?ready=true"
  start_process manager env KUBECONFIG="$KUBECONFIG" bin/manager --leader-elect=false \
    --metrics-bind-address=0 --health-probe-bind-address=0
}

install() {
  mkdir -p "$state"
  trap 'trap - INT TERM; say "interrupted, removing what was started"; down; exit 130' INT TERM
  say "Kubernetes"
  $cluster up >&2
  backend=$($cluster backend)
  KUBECONFIG=$($cluster kubeconfig)
  export KUBECONFIG
  kubectl_program=$(hack/cluster/build.sh --check envtest)/kubectl || kubectl_program=$(command -v kubectl) ||
    fail "kubectl is needed with backend $backend"
  kubectl() { "$kubectl_program" "$@"; }
  if [[ $backend == controlplane ]]; then
    outside
    return
  fi
  images
  operator
  if [[ $kafka == apache ]]; then apache_kafka; else embedded_kafka; fi
}

case ${1:-} in
  up)
    install
    samples
    round_trip
    summary
    ;;
  install)
    install
    printf '%s\n' "$KUBECONFIG" "$kubectl_program"
    ;;
  down) down ;;
  *)
    sed -n '2,/^set /p' "${BASH_SOURCE[0]}" | sed '$d;s/^# \{0,1\}//' >&2
    exit 2
    ;;
esac
