#!/usr/bin/env bash
# Runs the tests that ask protoc for its opinion. Needs python3 with venv; the
# rest of the tests do not.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v python3 >/dev/null || { echo "hack/oracle-protoc.sh: python3 is missing (Debian: python3-venv)" >&2; exit 1; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

python3 -m venv "$out/venv"
"$out/venv/bin/pip" install --quiet --disable-pip-version-check -r test/oracle/protoc/requirements.txt
PLASTRON_ORACLE_PROTOC="$out/venv/bin/python test/oracle/protoc/answer.py" PLASTRON_ORACLE_ROOT=$PWD \
  go test -tags oracle -count=1 -run Protoc ./runtime/format/protobuf "$@"
