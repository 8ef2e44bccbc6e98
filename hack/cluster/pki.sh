# shellcheck shell=bash
# Sourced by cluster.sh: certificates, tokens and the kubeconfig file of the
# backends that run Kubernetes' programs themselves.
: "${state:?}" "${kubeconfig:?}" "${name:?}" # set by cluster.sh

# pki ADDRESS SERVICE_ADDRESS writes $state/pki and $state/kubeconfig for an
# apiserver at https://ADDRESS:PORT.
pki() {
  local address=$1 service=$2 port=$3 token dir=$state/pki
  command -v openssl >/dev/null || fail "openssl is missing"
  (umask 077 && mkdir -p "$dir")
  token=$(openssl rand -hex 32)
  (
    umask 077
    cd "$dir"
    signed() { # FILE SUBJECT EXTENSIONS
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr"
      openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 \
        -extfile <(printf '%b' "$3") -out "$1.crt"
    }
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=kubernetes-ca \
      -keyout ca.key -out ca.crt
    signed api /CN=kube-apiserver "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:kubernetes,DNS:kubernetes.default,\
DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost,IP:127.0.0.1,IP:$address,IP:$service"
    # The apiserver's certificate as a client of the kubelet.
    signed admin /O=system:masters/CN=admin extendedKeyUsage=clientAuth
    openssl genrsa -out sa.key 2048
    openssl rsa -in sa.key -pubout -out sa.pub
    echo "$token,admin,admin,\"system:masters\"" >tokens.csv
  ) 2>"$state/log/openssl.log" || { cat "$state/log/openssl.log" >&2; fail "openssl failed"; }
  (umask 077 && cat >"$kubeconfig") <<Y
apiVersion: v1
kind: Config
current-context: $name
clusters:
  - name: $name
    cluster:
      server: https://$address:$port
      certificate-authority-data: $(base64 <"$dir/ca.crt" | tr -d '\n')
contexts:
  - name: $name
    context: {cluster: $name, user: admin}
users:
  - name: admin
    user: {token: $token}
Y
}
