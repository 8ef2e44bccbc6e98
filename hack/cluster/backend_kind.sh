# shellcheck shell=bash
# Sourced by cluster.sh: backend kind, Kubernetes in a Docker container.
: "${state:?}" "${kubeconfig:?}" "${name:?}" "${kind_version:?}" "${here:?}" # set by cluster.sh

# PLASTRON_KIND_NODE picks a Kubernetes: an image of kindest/node, with its digest.
node_image=${PLASTRON_KIND_NODE:-}

kind() {
  if [[ $(command kind version -q 2>/dev/null) == "${kind_version#v}" ]]; then
    command kind "$@"
  else
    (cd "${TMPDIR:-/tmp}" && go run "sigs.k8s.io/kind@$kind_version" "$@")
  fi
}

kind_up() {
  kind create cluster --name "$name" --kubeconfig "$kubeconfig" --config "$here/config/kind.yaml" --wait 180s \
    ${node_image:+--image "$node_image"} >&2
}

kind_status() { [[ -f $kubeconfig ]] && kind get nodes --name "$name" 2>/dev/null | grep .; }

kind_load() {
  local file
  for file; do
    kind load image-archive "$(cd "$(dirname "$file")" && pwd)/$(basename "$file")" --name "$name" >&2
  done
}

kind_down() {
  docker info >/dev/null 2>&1 || return 0 # no engine, no containers
  kind delete cluster --name "$name" --kubeconfig "$kubeconfig" >&2
}

kind_clean() {
  docker info >/dev/null 2>&1 || fail "backend kind needs a Docker engine that answers"
  kind_down
  rm -rf "$state"
}

kind_host_address() {
  docker network inspect kind --format '{{range .IPAM.Config}}{{println .Gateway}}{{end}}' | grep -m1 -F .
}
