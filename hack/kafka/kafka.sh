#!/usr/bin/env bash
# Real Apache Kafka (KRaft) for tests, from the jars on Maven Central.
#
#   kafka.sh up [1|3]          start the brokers, print the bootstrap address
#   kafka.sh down              kill them and remove their folder
#   kafka.sh status            one line per broker; exit code 1 if one is not running
#   kafka.sh bootstrap [NAME]  print the addresses of a listener (plain, sasl, sasltls, tls)
#   kafka.sh node I ACTION     start|term|kill|pause|resume|full broker I, to test failures
#
# Exit code 3: not available here (no Java 17, no Maven, no jars). Environment:
#
#   KAFKA_DIR          folder of everything that runs   (${TMPDIR:-/tmp}/plastron-kafka-$UID)
#   KAFKA_LISTEN_HOST  bound and advertised address     (127.0.0.1)
#   KAFKA_PORTS        ports of listener plain, "P1 P2 P3" (free ones)
#   KAFKA_SECURITY     1 adds sasl, sasltls, tls and ACLs; see README.md (0)
#   KAFKA_VERSION      any from 3.9.0 on                (the one in pom.xml)
#   KAFKA_HEAP         heap of a broker                 (384m)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${KAFKA_DIR:-${TMPDIR:-/tmp}/plastron-kafka-$UID}
host=${KAFKA_LISTEN_HOST:-127.0.0.1}
version=${KAFKA_VERSION:-$(sed -n 's/.*<kafka.version>\(.*\)<.*/\1/p' "$here/pom.xml")}
root=${XDG_CACHE_HOME:-$HOME/.cache}/plastron/kafka
libs=$root/$version
java_options=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$libs/*:$here")
# shellcheck source-path=SCRIPTDIR source=security.sh
. "$here/security.sh"

say() { echo "kafka: $*" >&2; }
fail() { say "$*"; exit 1; }
unavailable() { say "not available here: $*"; exit 3; }

# fetch fills the cache folder with the broker's jars, once.
fetch() {
  local major tmp
  command -v java >/dev/null || unavailable "java (17 or newer) is not installed"
  major=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
  ((${major:-0} >= 17)) || unavailable "java ${major:-of an unknown version} is too old, 17 or newer is needed"
  [[ ! -d $libs ]] || return 0
  command -v mvn >/dev/null || unavailable "mvn is not installed and $libs does not exist"
  say "downloading Kafka $version from Maven Central (some 45 MB)"
  mkdir -p "$root"
  tmp=$(mktemp -d "$root/tmp.XXXXXX")
  if ! mvn -B -q -f "$here/pom.xml" "-Dkafka.version=$version" dependency:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$tmp" >"$tmp.log" 2>&1; then
    tail -n 15 "$tmp.log" >&2
    rm -rf "$tmp" "$tmp.log"
    unavailable "Maven could not download Kafka $version"
  fi
  rm -f "$tmp.log"
  mv -T "$tmp" "$libs" 2>/dev/null || rm -rf "$tmp" # another run was faster
}

# pid_of prints the process id of broker I if it runs. The command line is
# compared because process ids are reused.
pid_of() {
  local pid
  pid=$(cat "$dir/$1.pid" 2>/dev/null) || return 1
  [[ $(ps -o command= -p "$pid" 2>/dev/null) == *"kafka.Kafka $dir/$1.properties"* ]] && echo "$pid"
}

nodes() { cat "$dir/nodes" 2>/dev/null || echo 0; }

used=' '
free_port() { # into $port; not printed, a subshell would forget what is used
  local _
  for _ in {1..500}; do
    port=$((20000 + RANDOM % 12000)) # below the range of ephemeral ports
    [[ $used != *" $port "* ]] || continue
    (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null || { used+="$port "; return; }
  done
  fail "no free port found"
}

start_node() {
  local i=$1 detach=(setsid)
  command -v setsid >/dev/null || detach=(nohup)
  : >"$dir/$i.log"
  "${detach[@]}" java "-Xmx${KAFKA_HEAP:-384m}" -Xms128m "${java_options[@]}" kafka.Kafka "$dir/$i.properties" </dev/null >>"$dir/$i.log" 2>&1 9>&- &
  echo $! >"$dir/$i.pid"
  disown # or bash reports each kill
}

# await waits until broker I says it has started: by then the controller has
# unfenced it, so topics can be placed on it. An open port says less.
await() {
  local i=$1 _
  for _ in {1..600}; do
    ! grep -q 'Kafka Server started' "$dir/$i.log" || return 0
    kill -0 "$(cat "$dir/$i.pid")" 2>/dev/null || break
    sleep 0.1
  done
  grep -E 'ERROR|FATAL|Exception' "$dir/$i.log" | tail -n 10 >&2 || true
  say "broker $i did not start, see $dir/$i.log"
  return 1
}

properties() { # I: the file of broker I; needs $n, $rf, $listeners, port_NAME_I
  local i=$1 l p j binds='' advertised='' map='' voters=''
  for l in $listeners; do
    p=port_${l}_$i
    binds+="${l^^}://$host:${!p},"
    case $l in plain) map+=PLAIN:PLAINTEXT, ;; sasl) map+=SASL:SASL_PLAINTEXT, ;;
      sasltls) map+=SASLTLS:SASL_SSL, ;; tls) map+=TLS:SSL, ;; esac
  done
  advertised=${binds%,}
  for ((j = 1; j <= n; j++)); do p=port_controller_$j; voters+="$j@$host:${!p},"; done
  p=port_controller_$i
  cat <<P
process.roles=broker,controller
node.id=$i
controller.quorum.voters=${voters%,}
listeners=${binds}CONTROLLER://$host:${!p}
advertised.listeners=$advertised
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
listener.security.protocol.map=${map}CONTROLLER:PLAINTEXT
log.dirs=$dir/data$i
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4
offsets.topic.replication.factor=$rf
transaction.state.log.replication.factor=$rf
default.replication.factor=$rf
min.insync.replicas=$((rf > 1 ? 2 : 1))
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=$rf
share.coordinator.state.topic.min.isr=1
# A dead broker is noticed after 3 s instead of 9 s or more; not for production.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
replica.lag.time.max.ms=5000
controller.quorum.election.timeout.ms=500
controller.quorum.fetch.timeout.ms=1000
P
  [[ $listeners == plain ]] || security_properties
}

bootstrap() {
  local name=$1
  [[ -f $dir/bootstrap.$name ]] || fail "no listener '$name' (is Kafka up? KAFKA_SECURITY=1?)"
  cat "$dir/bootstrap.$name"
}

up() {
  n=${1:-1} listeners=plain
  [[ $n == 1 || $n == 3 ]] || fail "up: 1 or 3 brokers, not '$n'"
  [[ ${KAFKA_SECURITY:-0} != 1 ]] || listeners='plain sasl sasltls tls'
  if status >/dev/null && [[ $(nodes) == "$n" && $(<"$dir/config") == "$version $host $listeners" ]]; then
    say "already running"
    bootstrap plain
    return
  fi
  down # what a run of another shape, or a crashed one, left
  fetch
  local started=$SECONDS i l port id addresses want format=()
  trap 'say "interrupted"; trap - EXIT; down; exit 130' INT TERM
  trap stop EXIT # the folder stays, with the logs that say why
  mkdir -p "$dir"
  chmod 700 "$dir"
  : >"$dir/.plastron-kafka"
  echo "$n" >"$dir/nodes"
  rf=$n
  read -ra want <<<"${KAFKA_PORTS:-}"
  for l in $listeners controller; do
    addresses=''
    for ((i = 1; i <= n; i++)); do
      if [[ $l == plain && -n ${want[i - 1]:-} ]]; then
        port=${want[i - 1]}
        ! (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null || fail "port $port is in use"
      else
        free_port
      fi
      declare "port_${l}_$i=$port"
      addresses+="$host:$port,"
    done
    [[ $l == controller ]] || echo "${addresses%,}" >"$dir/bootstrap.$l"
  done
  if [[ $listeners != plain ]]; then
    certificates
    format=("${scram[@]}")
  fi
  # Kafka's cluster ids are 16 random bytes in base64 for URLs.
  id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')
  say "formatting and starting $n broker(s) of Kafka $version"
  for ((i = 1; i <= n; i++)); do
    properties "$i" >"$dir/$i.properties"
    java -Xmx128m "${java_options[@]}" kafka.tools.StorageTool format -t "$id" -c "$dir/$i.properties" \
      ${format[@]+"${format[@]}"} >"$dir/format$i.log" 2>&1 || { cat "$dir/format$i.log" >&2; fail "format failed"; }
  done
  for ((i = 1; i <= n; i++)); do start_node "$i"; done
  for ((i = 1; i <= n; i++)); do await "$i"; done
  trap - EXIT INT TERM
  echo "$version $host $listeners" >"$dir/config"
  say "up after $((SECONDS - started)) s, logs in $dir"
  bootstrap plain
}

# down and stop kill: of three combined nodes stopped in order the last would linger
# without a controller quorum, and the data is thrown away anyway.
down() {
  [[ -e $dir/.plastron-kafka ]] || return 0
  stop
  rm -rf "$dir"
}

stop() {
  local i pid gone=()
  for ((i = 1; i <= $(nodes); i++)); do
    if pid=$(pid_of "$i"); then kill -9 "$pid" 2>/dev/null || true; gone+=("$pid"); fi
  done
  for pid in ${gone[@]+"${gone[@]}"}; do
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  done
}

status() {
  local i pid code=0
  [[ $(nodes) != 0 ]] || { echo "down"; return 1; }
  for ((i = 1; i <= $(nodes); i++)); do
    if pid=$(pid_of "$i"); then echo "broker $i: running, pid $pid"; else echo "broker $i: not running"; code=1; fi
  done
  [[ -f $dir/config ]] || { echo "not completely started"; code=1; }
  return $code
}

node() {
  local i=${1:?node: which broker?} pid=''
  [[ -f $dir/$i.properties ]] || fail "no broker $i"
  pid=$(pid_of "$i") || [[ ${2:-} == start ]] || fail "broker $i is not running"
  case ${2:-} in
    start) [[ -n $pid ]] || { fetch; start_node "$i"; await "$i"; } ;;
    term) kill "$pid" ;;
    kill) kill -9 "$pid" ;;
    pause) kill -STOP "$pid" ;;
    resume) kill -CONT "$pid" ;;
    # No file can grow any more, as on a full disk; the broker gives up. A start has space again.
    full) prlimit --pid "$pid" --fsize=4096 ;;
    *) fail "node I start|term|kill|pause|resume|full" ;;
  esac
}

case ${1:-} in
  up | down | status | node) "$@" ;;
  bootstrap) bootstrap "${2:-plain}" ;;
  *) sed -n '2,/^set /p' "$0" | sed '$d; s/^# \{0,1\}//' >&2; exit 2 ;;
esac
