#!/usr/bin/env bash
# Prints a folder for KUBEBUILDER_ASSETS (kube-apiserver and etcd), from the first of:
#
#   1. KUBEBUILDER_ASSETS, if it is set and holds both
#   2. what hack/cluster/build.sh has built before
#   3. prebuilt programs by setup-envtest, a download of seconds
#      (skipped with PLASTRON_ENVTEST=build)
#   4. a build by hack/cluster/build.sh: 7 to 10 minutes, once
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
setup_envtest=sigs.k8s.io/controller-runtime/tools/setup-envtest@v0.25.1
kubernetes=1.37.x
say() { echo "envtest: $*" >&2; }

complete() { [[ -n $1 && -x $1/kube-apiserver && -x $1/etcd ]]; }
if complete "${KUBEBUILDER_ASSETS:-}"; then
  (cd "$KUBEBUILDER_ASSETS" && pwd)
  exit
fi
[[ -z ${KUBEBUILDER_ASSETS:-} ]] || say "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS has no kube-apiserver and etcd, looking elsewhere"

# A finished build answers at once, without a download.
if built=$("$here/../cluster/build.sh" --check envtest); then
  echo "$built"
  exit
fi

# bounded SECONDS COMMAND: macOS has no timeout(1).
bounded() {
  local pid timer status=0
  "${@:2}" &
  pid=$!
  (sleep "$1" && kill "$pid") >/dev/null 2>&1 &
  timer=$!
  wait "$pid" || status=$?
  kill "$timer" 2>/dev/null || true
  return "$status"
}

if [[ ${PLASTRON_ENVTEST:-} != build ]]; then
  tmp=$(mktemp -d)
  trap 'rm -rf "$tmp"' EXIT
  say "trying setup-envtest (prebuilt programs), at most 60 s to compile it and 20 s to download"
  if ! (cd "$tmp" && GOBIN=$tmp GOFLAGS='' bounded 60 go install "$setup_envtest") >"$tmp/log" 2>&1; then
    say "setup-envtest could not be compiled: $(tail -n 1 "$tmp/log")"
  elif assets=$(bounded 20 "$tmp/setup-envtest" use "$kubernetes" -p path 2>"$tmp/log") && complete "$assets"; then
    echo "$assets"
    exit
  else
    say "setup-envtest could not download them, is this machine offline? $(tail -n 1 "$tmp/log")"
  fi
fi

say "building kube-apiserver and etcd from source (7 to 10 minutes, once)"
exec "$here/../cluster/build.sh" envtest
