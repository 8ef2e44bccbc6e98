#!/usr/bin/env bash
# Runs the tests that ask protoc and Avro's Python library for their opinion.
# Needs python3 with venv; the rest of the tests do not.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v python3 >/dev/null || { echo "hack/oracle-formats.sh: python3 is missing (Debian: python3-venv)" >&2; exit 1; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# python ORACLE prints the python of an environment with what the oracle needs.
python() {
  python3 -m venv "$out/$1"
  "$out/$1/bin/pip" install --quiet --disable-pip-version-check -r "test/oracle/$1/requirements.txt"
  echo "$out/$1/bin/python $PWD/test/oracle/$1/answer.py"
}

protoc=$(python protoc)
avro=$(python avro)
PLASTRON_ORACLE_PROTOC=$protoc go test -tags oracle -count=1 -run Protoc ./runtime/format/protobuf "$@"
PLASTRON_ORACLE_PYTHON_AVRO=$avro go test -tags oracle -count=1 -run PythonAvro ./runtime/format/avro "$@"
