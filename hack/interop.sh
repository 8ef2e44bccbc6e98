#!/usr/bin/env bash
# Real clients from package registries against the real binary: `make interop`.
#
#   hack/interop.sh [CLIENT...]   all clients, or those that are named; see test/interop
#
# Without INTEROP_REGISTRY it builds plastron and runs `plastron dev` once per
# flavour. A client that cannot run here is named with the reason; with CI=true
# that fails. What clients need is installed below the user's cache folder, one
# folder per set of pinned versions.
#
#   INTEROP_REGISTRY   URL of a registry that runs already; only one flavour is run then
#   INTEROP_KAFKA      address of a broker that belongs to it
#   INTEROP_REST       URL of a REST proxy of both
#   INTEROP_FLAVOUR    whose behaviour to expect there (karapace)
#   INTEROP_BINARY     plastron, when it is built already
#   INTEROP_TABLE      file that gets the table of results, as Markdown
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/plastron/interop
all=(confluent-kafka confluent-schemaregistry kafkajs franz-go schema-registry-converter schemathesis)
clients=("$@")
((${#clients[@]})) || clients=("${all[@]}")

work=$(mktemp -d)
server=""
finish() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap finish EXIT

began=$SECONDS
say() { printf '%4d s  %s\n' "$((SECONDS - began))" "$*"; }
fail() { echo "make interop: $*" >&2; exit 1; }

# need PROGRAM...: the reason why a client cannot run, or nothing.
need() {
  local program
  for program; do
    command -v "$program" >/dev/null || echo "$program is not installed"
  done
}

# folder_for FILE...: the cache folder for what these files pin.
folder_for() {
  echo "$cache/$(basename "$(dirname "$1")")-$(cat "$@" | sha256sum | cut -c1-12)"
}

# Each kind of client has an install_KIND (into its cache folder, once, with its
# output in a log) and a run_KIND; $1 is the folder below test/interop.

missing_python() {
  need python3
  ! command -v python3 >/dev/null || python3 -c 'import ensurepip' 2>/dev/null || echo "python3 lacks venv"
}
pins_python() { echo "test/interop/$1/requirements.txt"; }
install_python() {
  python3 -m venv "$2/venv"
  "$2/venv/bin/pip" install --quiet --disable-pip-version-check -r "test/interop/$1/requirements.txt"
}
run_python() { PYTHONDONTWRITEBYTECODE=1 PATH="$2/venv/bin:$PATH" python "test/interop/$1/main.py"; }

missing_node() { need node npm; }
pins_node() { echo "test/interop/$1/package.json test/interop/$1/package-lock.json"; }
install_node() {
  cp "test/interop/$1/package.json" "test/interop/$1/package-lock.json" "$2"
  (cd "$2" && npm ci --ignore-scripts --omit=dev --omit=optional --no-audit --no-fund --loglevel=error)
}
run_node() { NODE_PATH="$2/node_modules" node "test/interop/$1/main.js"; }

missing_go() { need go; }
pins_go() { echo "test/interop/$1/go.mod test/interop/$1/go.sum"; }
install_go() { go -C "test/interop/$1" mod download; }
run_go() { go -C "test/interop/$1" build -o "$2/client" . && "$2/client"; }

missing_rust() {
  need cargo
  ! command -v cargo >/dev/null || cargo_is_new_enough || echo "$(cargo --version) is too old, the client needs 1.88"
}
cargo_is_new_enough() {
  local have
  have=$(cargo --version | awk '{print $2}')
  [[ $(printf '%s\n' 1.88.0 "$have" | sort -V | head -1) == 1.88.0 ]]
}
pins_rust() { echo "test/interop/$1/Cargo.toml test/interop/$1/Cargo.lock"; }
build_rust() { CARGO_TARGET_DIR="$2/target" cargo build --quiet --locked --manifest-path "test/interop/$1/Cargo.toml"; }
install_rust() { build_rust "$@"; }
run_rust() { build_rust "$@" && "$2/target/debug/interop"; }

kind_of() {
  case $1 in
    confluent-kafka | schemathesis) echo python ;;
    confluent-schemaregistry | kafkajs) echo node ;;
    franz-go) echo go ;;
    schema-registry-converter) echo rust ;;
    *) fail "no client is called $1; there are ${all[*]}" ;;
  esac
}

# prepare CLIENT: leaves its folder in $work/CLIENT.folder, or the reason why
# there is none in $work/CLIENT.missing.
prepare() {
  local client=$1 kind folder reason pins start=$SECONDS
  kind=$(kind_of "$client")
  reason=$("missing_$kind")
  if [[ -n $reason ]]; then
    echo "$reason" | paste -sd, >"$work/$client.missing"
    return
  fi
  read -ra pins <<<"$("pins_$kind" "$client")"
  folder=$(folder_for "${pins[@]}")
  if [[ ! -e $folder/complete ]]; then
    say "$client: installing into $folder"
    rm -rf "$folder"
    mkdir -p "$folder"
    if ! "install_$kind" "$client" "$folder" >"$work/$client.log" 2>&1; then
      cat "$work/$client.log" >&2
      echo "installing it failed, see above" >"$work/$client.missing"
      return
    fi
    touch "$folder/complete"
    say "$client: installed in $((SECONDS - start)) s"
  fi
  echo "$folder" >"$work/$client.folder"
}

# serve FLAVOUR: runs plastron dev, sets INTEROP_*.
serve() {
  local _
  : >"$work/banner"
  # The variable has been renamed; a name that a build does not know is ignored.
  KARAPACE_API_FLAVOR=$1 KARAPACE_FLAVOUR=$1 "$binary" dev --data "" \
    --kafka-port 0 --registry-port 0 --rest-port 0 >"$work/banner" 2>"$work/server.log" &
  server=$!
  for _ in {1..300}; do
    ! grep -q '^ready in' "$work/banner" || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  grep -q '^ready in' "$work/banner" || { cat "$work/server.log" >&2; fail "plastron dev did not become ready"; }
  INTEROP_REGISTRY=$(awk '$1 == "registry" {print $2}' "$work/banner")
  INTEROP_KAFKA=$(awk '$1 == "Kafka" {print $2}' "$work/banner")
  INTEROP_REST=$(awk '$1 == "REST" {print $3}' "$work/banner")
  export INTEROP_REGISTRY INTEROP_KAFKA INTEROP_REST
}

stop() {
  kill "$server"
  wait "$server" || { cat "$work/server.log" >&2; fail "plastron dev did not end well"; }
  server=""
}

# run_clients FLAVOUR: adds to $work/results lines of client, flavour, state, feature, reason.
run_clients() {
  local flavour=$1 client kind start status
  export INTEROP_FLAVOUR=$flavour
  for client in "${clients[@]}"; do
    [[ -e $work/$client.folder ]] || continue
    kind=$(kind_of "$client")
    start=$SECONDS status=0
    "run_$kind" "$client" "$(cat "$work/$client.folder")" >"$work/out" 2>"$work/err" || status=$?
    awk -F '\t' -v OFS='\t' -v client="$client" -v flavour="$flavour" \
      '$1 == "ok" || $1 == "FAIL" {print client, flavour, $1, $2, $3}' "$work/out" >>"$work/results"
    awk -F '\t' '$1 == "ok" {n++} $1 == "FAIL" {print "        FAIL " $2 ": " $3} $1 == "note" {print "        " $2} END {print "        " n + 0 " checks passed"}' "$work/out"
    say "$client, $flavour: $((SECONDS - start)) s, exit code $status"
    if ((status != 0)); then
      failed+=("$client with flavour $flavour")
      tail -n 300 "$work/err" | cut -c 1-400 >&2
    elif ! grep -q '^ok' "$work/out"; then
      failed+=("$client with flavour $flavour: it checked nothing")
    fi
  done
}

# table: the results as Markdown, clients as columns, one mark per flavour.
table() {
  awk -F '\t' '
    { key = $1 FS $4
      if (!($4 in rank)) { rank[$4] = ++rows; row[rows] = $4 }
      if (!($1 in seen)) { seen[$1] = ++columns; column[columns] = $1 }
      cell[key] = cell[key] (key in cell && cell[key] != "" ? " " : "") ($3 == "ok" ? "✓" : "✗") }
    END {
      printf "| |"; for (c = 1; c <= columns; c++) printf " %s |", column[c]
      printf "\n|---|"; for (c = 1; c <= columns; c++) printf "---|"
      print ""
      for (r = 1; r <= rows; r++) {
        printf "| %s |", row[r]
        for (c = 1; c <= columns; c++) printf " %s |", cell[column[c] FS row[r]]
        print ""
      } }' "$work/results"
}

for client in "${clients[@]}"; do
  kind_of "$client" >/dev/null
done
say "preparing ${clients[*]}"
preparations=()
for client in "${clients[@]}"; do
  prepare "$client" &
  preparations+=($!)
done
if [[ -z ${INTEROP_REGISTRY:-} ]]; then
  binary=${INTEROP_BINARY:-$work/plastron}
  if [[ -z ${INTEROP_BINARY:-} ]]; then
    CGO_ENABLED=0 go build -o "$binary" ./cmd/plastron
    say "plastron: built"
  fi
fi
wait "${preparations[@]}"

failed=()
touch "$work/results"
if [[ -n ${INTEROP_REGISTRY:-} ]]; then
  run_clients "${INTEROP_FLAVOUR:-karapace}"
else
  for flavour in karapace confluent; do
    serve "$flavour"
    run_clients "$flavour"
    stop
  done
fi

echo
table | tee "${INTEROP_TABLE:-/dev/null}"
echo
for client in "${clients[@]}"; do
  [[ -e $work/$client.missing ]] || continue
  echo "NOT RUN: $client: $(cat "$work/$client.missing")"
  [[ ${CI:-} != true ]] || failed+=("$client did not run (CI=true, so nothing may be left out)")
done
say "$(grep -c $'\tok\t' "$work/results" || true) checks passed, $(grep -c $'\tFAIL\t' "$work/results" || true) failed"
if ((${#failed[@]})); then
  printf 'make interop: failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
