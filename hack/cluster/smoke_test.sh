#!/usr/bin/env bash
# Shows that a running cluster does what the product needs: images, workloads
# under the restricted Pod Security Standard, service DNS, volumes. Start it
# after `cluster.sh up`; it removes what it made.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
KUBECONFIG=$("$here/cluster.sh" kubeconfig)
export KUBECONFIG
PATH=$PATH:$("$here/build.sh" envtest) # for kubectl, if there is none
tmp=$(mktemp -d)
export KUBECACHEDIR=$tmp/kubectl
trap 'kubectl delete namespace smoke --ignore-not-found --wait=true >/dev/null; rm -rf "$tmp"' EXIT

check() { # WHAT EXPECTED COMMAND... repeats it for a while
  local got _
  for _ in {1..20}; do
    got=$("${@:3}" 2>&1) || true
    # shellcheck disable=SC2053 # EXPECTED is a pattern
    [[ $got != $2 ]] || { echo "ok: $1"; return; }
    sleep 0.5
  done
  echo "FAILED: $1: got '$got', not '$2'" >&2
  exit 1
}
get() { kubectl get --raw "/api/v1/namespaces/smoke/pods/$1:8080/proxy$2"; }

(cd "$here" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$tmp/smoke" ./smoke)
"$here/image.sh" example.invalid/smoke:test "$tmp/smoke" "$tmp/smoke.tar"
"$here/cluster.sh" load "$tmp/smoke.tar"
kubectl apply -f "$here/smoke/manifests.yaml" >/dev/null
kubectl -n smoke rollout status deployment/web --timeout=90s
kubectl -n smoke rollout status statefulset/store --timeout=90s

check "a pod answers" store-0 get store-0 /
check "name of a Service" 'web-*' get store-0 '/fetch?url=http://web.smoke.svc.cluster.local/'
check "short name of a Service" 'web-*' get store-0 '/fetch?url=http://web/'
check "name of a pod behind a headless Service" store-1 get store-0 '/fetch?url=http://store-1.store:8080/'
check "a volume takes a file" kept get store-0 '/note?text=kept'
kubectl -n smoke delete pod store-0 --wait=true >/dev/null
kubectl -n smoke rollout status statefulset/store --timeout=90s
check "the file is there after the pod's deletion" kept get store-0 /note
check "a name that does not exist" '*no such host*' get store-0 '/fetch?url=http://nothing.smoke.svc.cluster.local/'
