# shellcheck shell=bash
# Sourced by cluster.sh: backend local, a whole Kubernetes node in one process
# tree with mount, network, process and host name spaces of its own. When its
# first process dies, the kernel ends all others and removes their mounts,
# interfaces and routes; only the state folder and cgroups are left.
: "${state:?}" "${kubeconfig:?}" "${name:?}" "${here:?}" "${lock:?}" # set by cluster.sh

node_net=${PLASTRON_NODE_NET:-172.30.0}
service_cidr=${PLASTRON_SERVICE_CIDR:-10.96.0.0/16}
pod_cidr=${PLASTRON_POD_CIDR:-10.244.0.0/24}
host_ip=$node_net.1 node_ip=$node_net.2 service_ip=${service_cidr%.*}.1
node_name=$name-node link=${name:0:14}0 cgroup=/$name volumes=${PLASTRON_VOLUMES:-40}

# local_impossible prints why this machine can't run the backend, or fails.
local_impossible() {
  if [[ $(uname -s) != Linux ]]; then
    echo "not Linux"
  elif [[ $UID != 0 ]]; then
    echo "not root"
  elif ! command -v unshare >/dev/null || ! unshare --mount --net --pid --uts --fork true 2>/dev/null; then
    echo "namespaces can't be made here"
  elif [[ -z $(local_cgroups) ]]; then
    echo "cgroups are not writable"
  else
    return 1
  fi
}

# local_cgroups prints the roots of the cgroup hierarchies (one with cgroup v2).
local_cgroups() {
  local root
  for root in /sys/fs/cgroup /sys/fs/cgroup/*/; do
    [[ ! -f $root/cgroup.procs || ! -w $root/cgroup.procs ]] || echo "${root%/}"
    [[ ! -f $root/cgroup.controllers || $root != /sys/fs/cgroup ]] || break
  done
}

local_packages() {
  local missing=() pair
  for pair in containerd:containerd ctr:containerd runc:runc iptables:iptables conntrack:conntrack ip:iproute2 \
    unshare:util-linux flock:util-linux pgrep:procps sysctl:procps openssl:openssl; do
    command -v "${pair%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  cni=/usr/lib/cni
  [[ -x $cni/bridge || ! -x /opt/cni/bin/bridge ]] || cni=/opt/cni/bin
  [[ -x $cni/bridge ]] || missing+=(containernetworking-plugins)
  [[ ${#missing[@]} -gt 0 ]] || return 0
  mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
  command -v apt-get >/dev/null || fail "missing, please install: ${missing[*]}"
  say "installing ${missing[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$state/log/apt.log" 2>&1 || { tail -n 5 "$state/log/apt.log" >&2; fail "could not install ${missing[*]}"; }
}

# local_config FILE prints a file of config/ with its placeholders filled in.
local_config() {
  sed -e "s|@STATE@|$state|g" -e "s|@NAME@|$name|g" -e "s|@NODE@|$node_name|g" -e "s|@CNI@|$cni|g" \
    -e "s|@SNAPSHOTTER@|$snapshotter|g" -e "s|@CGROUP@|$cgroup|g" -e "s|@NODE_IP@|$node_ip|g" \
    -e "s|@HOST_IP@|$host_ip|g" -e "s|@POD_CIDR@|$pod_cidr|g" -e "s|@SERVICE_CIDR@|$service_cidr|g" "$here/config/$1"
}

local_up() {
  local bin reason i outer inner='' cni snapshotter=overlayfs root
  ! reason=$(local_impossible) || fail "backend local is not possible here: $reason"
  local_packages
  bin=$("$here/build.sh" all)
  echo "$bin" >"$state/bin.path"
  [[ -z $(ip -4 -o addr show to "$node_net.0/24") ]] || fail "$node_net.0/24 is in use here, set PLASTRON_NODE_NET"
  [[ $(stat -f -c %T "$state") != overlayfs ]] || snapshotter=native # overlays don't stack

  say "starting the node"
  echo "$host_ip" >"$state/host-address" # the variables need not be set again for it
  pki "$node_ip" "$service_ip" 6443
  mkdir -p "$state"/{bin,cni,config,images,pv,run/lock,sysctl,var-lib}
  for i in containerd.toml kubelet.yaml kube-proxy.yaml Corefile; do local_config "$i" >"$state/config/$i"; done
  local_config cni.conflist >"$state/cni/10-bridge.conflist"
  : >"$state/resolv.conf" # no name server but the cluster's own
  for root in $(local_cgroups); do
    mkdir -p "$root$cgroup" # the kubelet doesn't create its root
    if [[ $root == */cpuset ]]; then # empty when new with cgroup v1, and then nothing can run in it
      for i in cpuset.cpus cpuset.mems; do cat "$root/$i" >"$root$cgroup/$i"; done
    elif [[ $root == /sys/fs/cgroup ]]; then # cgroup v2: controllers are passed down one by one
      for i in $(<"$root/cgroup.controllers"); do
        { echo "+$i" >"$root/cgroup.subtree_control"; echo "+$i" >"$root$cgroup/cgroup.subtree_control"; } 2>/dev/null || true
      done
    fi
  done
  NODE_IP=$node_ip HOST_IP=$host_ip NODE_NAME=$node_name SERVICE_CIDR=$service_cidr BIN=$bin \
    setsid unshare --mount --net --pid --uts --fork --kill-child --mount-proc \
    bash "$here/node.sh" "$state" </dev/null >"$state/log/node.log" 2>&1 &
  outer=$!
  disown
  for _ in {1..100}; do inner=$(pgrep -P "$outer") && break; sleep 0.05; done
  [[ -n $inner ]] || { cat "$state/log/node.log" >&2; fail "the node did not start"; }
  ip link add "$link" type veth peer name eth0 netns "$inner"
  ip addr add "$host_ip/24" dev "$link"
  ip link set "$link" up
  ip route add "$service_cidr" via "$node_ip"
  ip route add "$pod_cidr" via "$node_ip"

  local_pause "$bin"
  say "waiting for kube-apiserver"
  local_until 120 kubectl get --raw /readyz
  local_load "$bin/pause.tar"
  say "waiting for the node to be ready"
  local_until 120 kubectl wait --for=condition=Ready --timeout=5s "node/$node_name"
  local_storage | kubectl apply -f - >/dev/null
  local_until 60 kubectl -n default get serviceaccount default # without it a pod is refused
}

# local_until SECONDS COMMAND... repeats it; the node must stay alive meanwhile.
local_until() {
  local end=$((SECONDS + $1))
  shift
  until ("$@") >/dev/null 2>"$state/log/until.log"; do # a subshell, or a trap's messages would go there too
    [[ -n $(local_pids) ]] || { tail -n 5 "$state/log/node.log" >&2; fail "the node has died"; }
    ((SECONDS < end)) || { cat "$state/log/until.log" >&2; fail "gave up waiting for: $*"; }
    sleep 0.2
  done
}

# local_pause makes the image that holds a pod's namespaces open, kept with the programs.
local_pause() {
  local bin=$1
  [[ ! -f $bin/pause.tar ]] || return 0
  (cd "$here" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$state/pause" ./pause)
  "$here/image.sh" localhost/pause:1 "$state/pause" "$bin/pause.tar.$$"
  mv -f "$bin/pause.tar.$$" "$bin/pause.tar"
}

local_storage() {
  local i
  local_config storageclass.yaml
  for ((i = 1; i <= volumes; i++)); do
    mkdir -p "$state/pv/$i"
    echo ---
    local_config volume.yaml | sed "s|@NUMBER@|$i|g"
  done
}

local_load() {
  local file
  for file; do
    for _ in {1..50}; do
      [[ ! -S $state/run/containerd/containerd.sock ]] || break
      sleep 0.2
    done
    ctr -a "$state/run/containerd/containerd.sock" -n k8s.io images import "$file" >&2
  done
}

# local_pids prints the processes that keep the node alive: unshare and node.sh.
local_pids() {
  local pid
  for pid in $(pgrep -f node.sh); do
    case $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) in
      *"bash $here/node.sh $state ") echo "$pid" ;;
      *"/node.sh $state ") echo "$pid" ;; # started from another checkout
    esac
  done
}

local_status() {
  [[ -n $(local_pids) ]] || { echo "the node is not running"; return 1; }
  kubectl get --request-timeout=5s nodes -o wide 2>&1 || return 1
  kubectl wait --for=condition=Ready --timeout=1s "node/$node_name" >/dev/null 2>&1
}

local_down() {
  local pid
  for pid in $(local_pids); do kill -9 "$pid" 2>/dev/null || true; done
  # node.sh holds the lock; it is free when the last process of the node is gone.
  [[ ! -e $lock ]] || flock -w 30 "$lock" true || fail "processes of the node do not end"
  local_remove
}

local_clean() { local_remove; }

local_remove() {
  local root
  # A connection that was open when its process was killed can keep the network
  # namespace, and with it our end of the link, for minutes.
  ip link del "$link" 2>/dev/null || true
  for _ in {1..100}; do # the kernel removes the namespaces a moment later
    for root in $(local_cgroups); do
      [[ ! -d $root$cgroup ]] || find "$root$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
    { compgen -G "/sys/fs/cgroup$cgroup" || compgen -G "/sys/fs/cgroup/*$cgroup" || ip link show "$link"; } >/dev/null 2>&1 || break
    sleep 0.1
  done
  rm -rf --one-file-system "$state"
}

local_host_address() { cat "$state/host-address" 2>/dev/null || echo "$host_ip"; }
