# shellcheck shell=bash
# Processes of this machine that the demo starts: one file with the process id
# each, so that `down` finds them after an interrupted run. Sourced by demo.sh,
# which sets $state and say().
: "${state:?}"

# start_process NAME COMMAND... replaces the process that has the name.
start_process() {
  local name=$1
  shift
  stop_process "$name"
  setsid "$@" >"$state/$name.log" 2>&1 </dev/null &
  echo $! >"$state/$name.pid"
  disown
  say "started $name (log: $state/$name.log)"
}

stop_process() {
  local pid
  pid=$(cat "$state/$1.pid" 2>/dev/null) || return 0
  # The command line is compared because process ids are reused, and the whole
  # group is ended.
  if ps -o command= -p "$pid" 2>/dev/null | grep -qE 'plastron|manager|kubectl'; then
    kill -- "-$pid" 2>/dev/null || kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  fi
  rm -f "$state/$1.pid"
}

stop_processes() {
  local file
  for file in "$state"/*.pid; do
    [[ ! -f $file ]] || stop_process "$(basename "$file" .pid)"
  done
}

# wait_http URL waits until it answers with success, at most a minute.
wait_http() {
  local deadline=$((SECONDS + 60))
  until curl -fsS -o /dev/null --max-time 2 "$1" 2>/dev/null; do
    ((SECONDS < deadline)) || fail "$1 does not answer"
    sleep 0.2
  done
}

# forward SERVICE LOCAL:REMOTE keeps a port-forward running until `down`.
forward() {
  start_process "forward-${1//\//-}" "${kubectl_program:?}" port-forward --address 127.0.0.1 "$1" "$2"
  wait_http "http://127.0.0.1:${2%:*}/"
}
