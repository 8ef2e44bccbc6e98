# shellcheck shell=bash
# The loop that the demo shows: apply the samples, produce and consume a
# record, say what runs. Sourced by demo.sh.
: "${started:?}" "${kafka:?}" # set by demo.sh, like $backend later

registry=http://127.0.0.1:18081
proxy=http://127.0.0.1:18082
v2=application/vnd.kafka.v2+json
avro=application/vnd.kafka.avro.v2+json

# await_ready shows the objects whenever their conditions change, until all
# are Ready.
await_ready() {
  local seen='' now deadline=$((SECONDS + 240))
  while ((SECONDS < deadline)); do
    now=$(kubectl get schemaregistry,restproxy,subject --no-headers \
      -o custom-columns='K:.kind,N:.metadata.name,R:.status.conditions[?(@.type=="Ready")].status,W:.status.conditions[?(@.type=="Ready")].reason' 2>/dev/null || true)
    if [[ $now != "$seen" ]]; then
      say "$(awk 'BEGIN {ORS="  "} {print $2 "=" ($3 == "True" ? "Ready" : $4)}' <<<"$now")"
      seen=$now
    fi
    if [[ -n $now ]] && ! awk '$3 != "True" {exit 1}' <<<"$now"; then
      sleep 0.5
      continue
    fi
    [[ -z $now ]] || return 0
  done
  kubectl get schemaregistry,restproxy,subject,pods -o wide >&2
  fail "the samples did not become Ready"
}

samples() {
  say "kubectl apply -k config/samples"
  if [[ ${backend:?}  == controlplane ]]; then
    kubectl apply -k hack/demo/controlplane >&2
    registry=http://127.0.0.1:8081 proxy=http://127.0.0.1:8082
  else
    kubectl apply -k config/samples >&2
  fi
  await_ready
  [[ $backend != controlplane ]] || return 0
  forward svc/registry 18081:8081
  forward svc/rest 18082:8082
}

# ask METHOD URL [BODY [CONTENT-TYPE]] prints the answer; not 2xx is a failure.
ask() {
  curl -sS --fail-with-body --max-time 30 -X "$1" "$2" ${3:+-d "$3"} ${4:+-H "Content-Type: $4"} -H "Accept: ${5:-*/*}"
}

round_trip() {
  local id instance records deadline=$((SECONDS + 60))
  id=$(kubectl get subject orders-value -o 'jsonpath={.status.schemaID}')
  say "producing a record with schema $id, which the Subject orders-value declared"
  ask POST "$proxy/topics/orders" \
    "{\"value_schema_id\": $id, \"records\": [{\"value\": {\"id\": \"o-1\", \"customer\": \"c-7\", \"amount\": 12.5}}]}" "$avro" >&2
  echo >&2
  say "consuming it back"
  instance=$proxy/consumers/demo-$$/instances/one
  ask POST "$proxy/consumers/demo-$$" '{"name": "one", "format": "avro", "auto.offset.reset": "earliest"}' "$v2" >/dev/null
  ask POST "$instance/subscription" '{"topics": ["orders"]}' "$v2"
  while ((SECONDS < deadline)); do
    records=$(ask GET "$instance/records?timeout=1000" '' '' "$avro")
    [[ $records == '[]' ]] || break
  done
  ask DELETE "$instance" '' "$v2"
  [[ $records == *'"o-1"'* ]] || fail "the record did not come back: $records"
  printf '%s\n' "$records" >&2
}

summary() {
  local path=''
  command -v kubectl >/dev/null || path="  export PATH=\$PATH:$(dirname "${kubectl_program:?}")"$'\n'
  cat <<TEXT

Plastron runs ($((SECONDS - started)) s, cluster: $backend, Kafka: $kafka).

  registry     $registry
  REST proxy   $proxy

Try next:
${path}  export KUBECONFIG=$KUBECONFIG
  kubectl get schemaregistry,restproxy,subject
  kubectl describe subject orders-value
  curl -s $registry/subjects/orders-value/versions/latest
  curl -s $proxy/topics
  kubectl edit subject orders-value      # add a field with a default: a new version; without one: see its conditions

Remove everything: make demo-down
TEXT
}
