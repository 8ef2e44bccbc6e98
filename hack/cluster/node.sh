#!/usr/bin/env bash
# The first process of the node's namespaces, started by backend_local.sh:
# node.sh STATE, with NODE_IP, HOST_IP, NODE_NAME, SERVICE_CIDR, BIN. It
# inherits the lock of cluster.sh as descriptor 9 and is the only one to keep it.
set -euo pipefail
state=$1 pki=$1/pki kubeconfig=$1/kubeconfig
bin=$state/bin

hostname "$NODE_NAME"
mount --bind "$BIN" "$bin" # BIN itself may be hidden by the next mounts
mount --make-rshared /     # unshare made it private: nothing reaches the host
# Fixed paths of containerd, CNI and the kubelet, so their files land in the
# state folder and socket paths stay short.
mount --bind "$state/var-lib" /var/lib
mount --bind "$state/log" /var/log
mount --bind "$state/run" /run
# The kubelet sets these for the whole machine and ends if it can't.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=$state/sysctl/$(tr / _ <<<"${setting%=*}")
  echo "${setting#*=}" >"$file"
  mount --bind "$file" "/proc/sys/${setting%=*}"
done

ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done # backend_local.sh moves it in
ip addr add "$NODE_IP/24" dev eth0
ip link set eth0 up
ip route add default via "$HOST_IP"
sysctl -qw net.ipv4.ip_forward=1
sysctl -qw net.bridge.bridge-nf-call-iptables=1 || true

# run PROGRAM ARGUMENT... starts it again when it ends, as a node's init would.
run() {
  local program=$1
  shift
  while :; do
    "$program" "$@" || true
    echo "node.sh: $program ended, starting it again"
    sleep 1
  done >"$state/log/$(basename "$program").log" 2>&1 9>&- &
}

run "$bin/etcd" --data-dir /var/lib/etcd --unsafe-no-fsync \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
  --initial-cluster default=http://127.0.0.1:2380
run containerd -c "$state/config/containerd.toml"
run "$bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --service-cluster-ip-range="$SERVICE_CIDR" \
  --bind-address=0.0.0.0 --secure-port=6443 --advertise-address="$NODE_IP" --tls-cert-file="$pki/api.crt" \
  --tls-private-key-file="$pki/api.key" --client-ca-file="$pki/ca.crt" --token-auth-file="$pki/tokens.csv" \
  --service-account-issuer=https://kubernetes.default.svc --service-account-signing-key-file="$pki/sa.key" \
  --service-account-key-file="$pki/sa.pub" --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
  --allow-privileged=true --kubelet-preferred-address-types=InternalIP \
  --kubelet-client-certificate="$pki/admin.crt" --kubelet-client-key="$pki/admin.key"
export KUBECACHEDIR=$state/kubectl-cache
until "$bin/kubectl" --kubeconfig "$kubeconfig" get --raw /readyz >/dev/null 2>&1; do sleep 0.2; done

access=(--kubeconfig="$kubeconfig" --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig"
  --leader-elect=false --bind-address=127.0.0.1)
run "$bin/kube-controller-manager" "${access[@]}" --service-account-private-key-file="$pki/sa.key" \
  --root-ca-file="$pki/ca.crt" --use-service-account-credentials=true --cluster-signing-cert-file="$pki/ca.crt" \
  --cluster-signing-key-file="$pki/ca.key" --flex-volume-plugin-dir=/var/lib/kubelet/volumeplugins
run "$bin/kube-scheduler" "${access[@]}"
run "$bin/kubelet" --kubeconfig="$kubeconfig" --config="$state/config/kubelet.yaml" \
  --hostname-override="$NODE_NAME" --node-ip="$NODE_IP"
run "$bin/kube-proxy" --config="$state/config/kube-proxy.yaml"
run "$bin/coredns" -conf "$state/config/Corefile"
while :; do wait -n || sleep 1; done # also reaps orphans
