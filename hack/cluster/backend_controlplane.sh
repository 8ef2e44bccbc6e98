# shellcheck shell=bash
# Sourced by cluster.sh: backend controlplane, only etcd and kube-apiserver, as
# processes of the calling user on free ports of 127.0.0.1. Nothing creates pods,
# so what would run in them (the operator) is started outside.
: "${state:?}" "${kubeconfig:?}" "${here:?}" # set by cluster.sh

controlplane_port() { # a free port, below the range of ephemeral ones; into $port
  for _ in {1..500}; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
  done
  fail "no free port found"
}

controlplane_start() { # PROGRAM ARGUMENT...
  local program=$1 detach=(setsid)
  shift
  command -v setsid >/dev/null || detach=(nohup)
  "${detach[@]}" "$bin/$program" "$@" </dev/null >"$state/log/$program.log" 2>&1 9>&- &
  echo $! >"$state/$program.pid"
  disown
}

controlplane_up() {
  local port bin etcd peer api _
  bin=$("$here/build.sh" envtest)
  echo "$bin" >"$state/bin.path"
  controlplane_port; etcd=http://127.0.0.1:$port
  controlplane_port; peer=http://127.0.0.1:$port
  controlplane_port; api=$port
  pki 127.0.0.1 10.96.0.1 "$api"
  controlplane_start etcd --data-dir "$state/etcd" --unsafe-no-fsync --listen-client-urls "$etcd" \
    --advertise-client-urls "$etcd" --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
    --initial-cluster "default=$peer"
  # Without a controller-manager no namespace has a service account, which the
  # admission plugin would demand of every pod.
  controlplane_start kube-apiserver --etcd-servers="$etcd" --bind-address=127.0.0.1 --secure-port="$api" \
    --service-cluster-ip-range=10.96.0.0/16 --tls-cert-file="$state/pki/api.crt" \
    --tls-private-key-file="$state/pki/api.key" --client-ca-file="$state/pki/ca.crt" \
    --token-auth-file="$state/pki/tokens.csv" --service-account-issuer=https://kubernetes.default.svc \
    --service-account-signing-key-file="$state/pki/sa.key" --service-account-key-file="$state/pki/sa.pub" \
    --authorization-mode=RBAC --allow-privileged=true --disable-admission-plugins=ServiceAccount \
    --endpoint-reconciler-type=none
  say "waiting for kube-apiserver"
  for _ in {1..300}; do
    ! (kubectl get --raw /readyz) >/dev/null 2>&1 || return 0
    if ! controlplane_pid etcd >/dev/null || ! controlplane_pid kube-apiserver >/dev/null; then break; fi
    sleep 0.2
  done
  tail -n 5 "$state/log/etcd.log" "$state/log/kube-apiserver.log" >&2
  fail "kube-apiserver did not become ready"
}

# controlplane_pid PROGRAM prints its process id if it runs. The command line is
# compared because process ids are reused.
controlplane_pid() {
  local pid
  pid=$(cat "$state/$1.pid" 2>/dev/null) || return 1
  case $(ps -o command= -p "$pid" 2>/dev/null) in *"$state"*) echo "$pid" ;; *) return 1 ;; esac
}

controlplane_status() {
  local program pid
  for program in etcd kube-apiserver; do
    pid=$(controlplane_pid "$program") || { echo "$program is not running"; return 1; }
    echo "$program: pid $pid"
  done
  kubectl get --raw /readyz >/dev/null 2>&1 || { echo "kube-apiserver is not ready"; return 1; }
}

controlplane_load() { fail "backend controlplane runs no pods, so it takes no images"; }

controlplane_down() {
  local program pid
  for program in kube-apiserver etcd; do
    pid=$(controlplane_pid "$program") || continue
    kill -9 "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  done
}

controlplane_clean() { controlplane_down; rm -rf "$state"; }

controlplane_host_address() { echo 127.0.0.1; }
