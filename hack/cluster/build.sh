#!/usr/bin/env bash
# Builds the programs of the test cluster from Go modules, once, into a cache
# folder outside the checkout. The folder is printed on the last line of stdout.
#
#   build.sh envtest   kube-apiserver, etcd, kubectl (all that envtest needs)
#   build.sh all       these and controller-manager, scheduler, kubelet, kube-proxy, CoreDNS
#   build.sh --check envtest|all   builds nothing: exit code 1 unless all is there
#
# PLASTRON_KEEP_GOCACHE=1 keeps the Go build cache (4.7 GB) for a later rebuild.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
check=false
[[ ${1:-} != --check ]] || { check=true; shift; }
what=${1:-all}
case $what in envtest | all) ;; *) echo "usage: build.sh [--check] [envtest|all]" >&2; exit 2 ;; esac

say() { printf 'build: %5ds %s\n' "$SECONDS" "$*" >&2; }
fail() { echo "build: $*" >&2; exit 1; }
command -v go >/dev/null || fail "Go is needed to build the cluster's programs"

version=$(sed -n 's/^\tk8s.io\/kubernetes v\([0-9.]*\)$/\1/p' "$here/go.mod")
root=${XDG_CACHE_HOME:-$HOME/.cache}/plastron/cluster
bin=$root/$version-$(cd "$here" && go env GOVERSION)

stamp() { cksum <"$here/$1/go.mod"; }
# A program is current when it was built from this go.mod: the folder's name
# says nothing about the versions of etcd and CoreDNS.
current() { [[ -x $bin/$1 && -f $bin/.$1.stamp && $(<"$bin/.$1.stamp") == "$(stamp "$2")" ]]; }
missing() {
  local module=$1 name
  shift
  for name; do current "$name" "$module" || echo "$name"; done
}

envtest=(kube-apiserver etcd kubectl)
rest=(kube-controller-manager kube-scheduler kubelet kube-proxy)
[[ $what == all ]] || rest=()
if [[ -z $(missing . "${envtest[@]}" ${rest[@]+"${rest[@]}"}) ]] &&
  { [[ $what == envtest ]] || current coredns coredns; }; then
  echo "$bin"
  exit
fi
! $check || exit 1
mkdir -p "$bin"

# The lock is inherited by `go build`, so it is free only when no build runs,
# also after a SIGKILL of this script.
if command -v flock >/dev/null; then
  exec 9>"$root/.lock"
  flock -n 9 || { say "another build is running, waiting for it"; flock 9; }
fi

tmp='' builder=''
cleanup() {
  [[ -z $builder ]] || kill "$builder" 2>/dev/null || true
  [[ -z $builder ]] || wait "$builder" 2>/dev/null || true
  # `go build` may still be writing when its first files are removed.
  for _ in 1 2 3; do
    [[ -n $tmp ]] || break
    rm -rf "$tmp" 2>/dev/null || { sleep 1; continue; }
    break
  done
}
trap cleanup EXIT
trap 'exit 130' INT TERM
rm -rf "$root"/tmp.* # of builds that were killed; we hold the lock
tmp=$(mktemp -d "$root/tmp.XXXXXX")
export GOCACHE=$tmp/gocache CGO_ENABLED=0
[[ ${PLASTRON_KEEP_GOCACHE:-} != 1 ]] || GOCACHE=$root/gocache

# compile MODULE PROGRAM... builds the missing ones of a module in one `go build`.
compile() {
  local module=$1 name packages=() names status=0 next=$((SECONDS + 20))
  shift
  mapfile -t names < <(missing "$module" "$@")
  [[ ${#names[@]} -gt 0 ]] || return 0
  say "building ${names[*]}"
  for name in "${names[@]}"; do
    case $name in
      etcd) packages+=(go.etcd.io/etcd/server/v3) ;;
      coredns) packages+=(.) ;;
      *) packages+=("k8s.io/kubernetes/cmd/$name") ;;
    esac
  done
  local v=k8s.io/component-base/version minor=${version#*.}
  local flags="-s -w -X $v.gitVersion=v$version -X $v.gitMajor=${version%%.*} -X $v.gitMinor=${minor%.*}"
  rm -rf "$tmp/out" && mkdir "$tmp/out"
  (cd "$here/$module" && exec go build -v -trimpath -buildvcs=false -ldflags "$flags" -o "$tmp/out/" "${packages[@]}") \
    >"$tmp/log" 2>&1 &
  builder=$!
  while kill -0 "$builder" 2>/dev/null; do
    sleep 0.5
    ((SECONDS < next)) || { say "$(grep -c . "$tmp/log" || true) packages compiled"; next=$((SECONDS + 20)); }
  done
  wait "$builder" || status=$?
  builder=''
  ((status == 0)) || { grep -vE '^[a-z0-9.-]+(/[A-Za-z0-9._~-]+)*$' "$tmp/log" >&2 || tail "$tmp/log" >&2; fail "go build failed"; }
  [[ ! -e $tmp/out/server ]] || mv "$tmp/out/server" "$tmp/out/etcd" # a package path that ends in /server/v3
  for name in "${names[@]}"; do
    mv -f "$tmp/out/$name" "$bin/$name"
    stamp "$module" >"$bin/.$name.stamp"
  done
  say "built ${names[*]}"
}

compile . "${envtest[@]}"
if [[ $what == all ]]; then
  compile . "${rest[@]}"
  compile coredns coredns
fi
echo "$bin"
