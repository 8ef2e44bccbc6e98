#!/usr/bin/env bash
# A Kubernetes cluster for tests and demos on this machine.
#
#   cluster.sh up              start it, or say that it runs already
#   cluster.sh load FILE...    import docker-format image archives
#   cluster.sh down            stop it and leave nothing behind
#   cluster.sh status          what runs; exit code 1 if it does not
#   cluster.sh kubeconfig      print the path of the kubeconfig file
#   cluster.sh backend         print kind, local or controlplane
#   cluster.sh host-address    print the address under which pods reach this machine
#
# Backends, the first possible one is taken; PLASTRON_CLUSTER=NAME forces one:
#
#   kind           Docker answers
#   local          Linux and root: all of Kubernetes in namespaces of its own, without images
#   controlplane   etcd and kube-apiserver as ordinary processes: kubectl works, pods do not run
#
# Other variables (the ranges matter to local only; a second cluster needs all of its own):
#
#   PLASTRON_CLUSTER_NAME    plastron
#   PLASTRON_CLUSTER_STATE   ${XDG_STATE_HOME:-$HOME/.local/state}/plastron/NAME
#   PLASTRON_NODE_NET        172.30.0        of these .1 is this machine, .2 the node
#   PLASTRON_SERVICE_CIDR    10.96.0.0/16
#   PLASTRON_POD_CIDR        10.244.0.0/24
#   PLASTRON_VOLUMES         20              ready-made PersistentVolumes
#   PLASTRON_KIND_NODE                       image of kind's node, for another Kubernetes than kind's own
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=${PLASTRON_CLUSTER_NAME:-plastron}
[[ $name =~ ^[a-z][a-z0-9-]{0,30}$ ]] || { echo "cluster: bad name '$name'" >&2; exit 2; }
kind_version=v0.33.0

say() { printf 'cluster: %4ds %s\n' "$SECONDS" "$*" >&2; }
fail() { echo "cluster: $*" >&2; exit 1; }

# The state folder holds unix sockets, whose paths are limited to 107 bytes,
# and must not lie in a folder that the node hides behind a mount.
state=${PLASTRON_CLUSTER_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/plastron/$name}
[[ ${#state} -le 60 && $state != /run/* && $state != /var/lib/* && $state != /var/log/* && $state != *[[:space:]]* ]] ||
  state=${TMPDIR:-/tmp}/plastron-$UID-$name
[[ ${#state} -le 60 ]] || fail "the state folder $state has too long a name, set PLASTRON_CLUSTER_STATE"
lock=$state.lock
kubeconfig=$state/kubeconfig
export KUBECACHEDIR=$state/kubectl-cache # not ~/.kube/cache

kubectl() { "$(<"$state/bin.path")/kubectl" --kubeconfig "$kubeconfig" "$@"; }

# shellcheck source-path=SCRIPTDIR source=pki.sh
. "$here/pki.sh"
# shellcheck source-path=SCRIPTDIR source=backend_kind.sh
. "$here/backend_kind.sh"
# shellcheck source-path=SCRIPTDIR source=backend_local.sh
. "$here/backend_local.sh"
# shellcheck source-path=SCRIPTDIR source=backend_controlplane.sh
. "$here/backend_controlplane.sh"

# choose sets $backend and $why: of the running cluster, or of a new one.
choose() {
  local reason
  if [[ -f $state/backend ]]; then
    backend=$(<"$state/backend") why="it is there"
    [[ -z ${PLASTRON_CLUSTER:-} || $PLASTRON_CLUSTER == "$backend" ]] ||
      fail "cluster '$name' exists with backend $backend, not $PLASTRON_CLUSTER: take it down first"
  elif [[ -n ${PLASTRON_CLUSTER:-} ]]; then
    backend=$PLASTRON_CLUSTER why="PLASTRON_CLUSTER says so"
    case $backend in kind | local | controlplane) ;; *) fail "PLASTRON_CLUSTER=$backend: kind, local or controlplane" ;; esac
  elif docker info >/dev/null 2>&1; then
    backend=kind why="Docker answers"
  elif reason=$(local_impossible); then
    backend=controlplane why="no Docker, and no local node: $reason"
  else
    backend=local why="no Docker, but Linux and root"
  fi
}

up() {
  choose
  say "backend $backend ($why)"
  mkdir -p "$(dirname "$state")"
  if command -v flock >/dev/null; then
    exec 9>>"$lock"
    flock -n 9 || wait_for_other
    echo $$ >"$lock"
  fi
  if [[ -f $state/ready ]] && "${backend}_status" >/dev/null; then
    say "already running"
    return
  fi
  trap 'say "up failed, removing what was started"; keep_logs; down' EXIT
  trap 'trap - EXIT; say "interrupted, removing what was started"; down; exit 130' INT TERM
  "${backend}_clean" # what a crashed run left
  rm -rf "$state.failed"
  (umask 077 && mkdir -p "$state/log")
  [[ -O $state ]] || fail "$state belongs to somebody else"
  echo "$backend" >"$state/backend"
  "${backend}_up"
  touch "$state/ready"
  trap - EXIT INT TERM
  say "up: export KUBECONFIG=$kubeconfig"
}

# wait_for_other is called when the lock is held: by a complete node, by another
# run of `up`, or by the node of a run that was killed, which is then removed.
wait_for_other() {
  until [[ -f $state/ready ]]; do
    case $(ps -o args= -p "$(<"$lock")" 2>/dev/null) in
      *cluster.sh\ up*) sleep 0.2 ;;
      *)
        [[ ! -f $state/ready ]] || break # it has just finished
        say "an earlier run of 'up' was killed, removing what it started"
        "${backend}_down"
        mkdir -p "$(dirname "$state")"
        exec 9>>"$lock"
        flock -w 30 9 || fail "another run is busy with $state"
        return
        ;;
    esac
  done
  "${backend}_status" >/dev/null || fail "cluster '$name' is running but not healthy, see $state/log; 'down' removes it"
  say "already running"
  exit 0
}

keep_logs() {
  kept=$state.failed
  rm -rf "$kept"
  if [[ -n $(ls "$state/log" 2>/dev/null) ]]; then cp -r "$state/log" "$kept" && say "logs are in $kept"; fi
}

down() {
  [[ -n ${kept:-} ]] || rm -rf "$state.failed"
  [[ -e $state || -e $lock ]] || { say "cluster '$name' is not there"; return; }
  choose
  exec 9>&- # ours; else local_down would wait for ourselves
  "${backend}_down"
  rm -rf --one-file-system "$state" 2>/dev/null || rm -rf "$state"
  rm -f "$lock"
  rmdir "$(dirname "$state")" 2>/dev/null || true # ours, if no other cluster is in it
  say "down"
}

load() {
  [[ $# -gt 0 ]] || fail "load: which archive?"
  local file
  for file; do [[ -f $file ]] || fail "load: no file $file"; done
  running
  "${backend}_load" "$@"
}

running() {
  [[ -f $state/ready ]] || fail "cluster '$name' is not running"
  choose
}

status() {
  [[ -f $state/ready ]] || { echo "cluster '$name' is not running"; return 1; }
  choose
  echo "cluster '$name', backend $backend, logs in $state/log"
  "${backend}_status"
}

case ${1:-} in
  up | down | status | load) "$@" ;;
  kubeconfig) running; echo "$kubeconfig" ;;
  backend) choose; echo "$backend" ;;
  host-address) choose; "${backend}_host_address" ;;
  *) sed -n '2,/^set /p' "$0" | sed '$d; s/^# \{0,1\}//' >&2; exit 2 ;;
esac
