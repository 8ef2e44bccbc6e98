#!/usr/bin/env bash
# Runs the tests that ask programs in other languages for their opinion: Avro's
# libraries for Java and Python, protoc, Python's jsonschema and the test suite
# of the JSON Schema project, which comes with the latter's source. Needs a JDK,
# mvn and Python with venv; the rest of the tests need none of them. With
# "avro", "protobuf" or "jsonschema" as first argument it runs one of them only.
set -euo pipefail
cd "$(dirname "$0")/.."

only=""
case ${1:-} in avro | protobuf | jsonschema) only=$1 && shift ;; esac
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

need() {
  local packages=$1 program
  shift
  for program in "$@"; do
    command -v "$program" >/dev/null || { echo "hack/oracle.sh: $program is missing (Debian: $packages)" >&2; exit 1; }
  done
}

# environment ORACLE makes the Python environment that test/oracle/ORACLE asks
# for, in $out/ORACLE.
environment() {
  need "python3-venv" python3
  python3 -m venv "$out/$1"
  "$out/$1/bin/pip" --quiet --disable-pip-version-check install -r "test/oracle/$1/requirements.txt"
}

avro() {
  need "openjdk-17-jdk-headless maven" javac mvn
  mvn -q -f test/oracle/java/pom.xml dependency:build-classpath -Dmdep.outputFile="$out/classpath"
  local classpath
  classpath=$(cat "$out/classpath")
  javac -cp "$classpath" -d "$out" test/oracle/java/Resolve.java
  environment avro
  PLASTRON_ORACLE_JAVA="java -cp $out:$classpath Resolve" \
    PLASTRON_ORACLE_PYTHON_AVRO="$out/avro/bin/python $PWD/test/oracle/avro/answer.py" \
    go test -tags oracle -count=1 -run 'Java|PythonAvro' ./runtime/format/avro "$@"
}

protobuf() {
  environment protoc
  PLASTRON_ORACLE_PROTOC="$out/protoc/bin/python $PWD/test/oracle/protoc/answer.py" \
    go test -tags oracle -count=1 -run Protoc ./runtime/format/protobuf "$@"
}

jsonschema() {
  environment python
  "$out/python/bin/pip" --quiet --disable-pip-version-check download --no-deps --no-binary :all: -d "$out" \
    "$(grep '^jsonschema==' test/oracle/python/requirements.txt)"
  mkdir "$out/source"
  tar -xzf "$out"/jsonschema-*.tar.gz -C "$out/source" --strip-components 1
  PLASTRON_ORACLE_PYTHON="$out/python/bin/python $PWD/test/oracle/python/validate.py" PLASTRON_ORACLE_SUITE="$out/source/json" \
    go test -tags oracle -count=1 -run Oracle ./runtime/format/jsonschema "$@"
}

for oracle in avro protobuf jsonschema; do
  if [ "${only:-$oracle}" = "$oracle" ]; then
    "$oracle" "$@"
  fi
done
