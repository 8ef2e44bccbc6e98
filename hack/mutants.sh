#!/usr/bin/env bash
# Removes the guards of the product one by one (go test -overlay: the product
# itself has no hooks for it), runs the tests that should notice, prints who
# did, and writes the table of docs/reliability.md. Fails when nobody noticed.
#
#   hack/mutants.sh              all, takes some minutes
#   hack/mutants.sh -only WORDS  those whose name contains WORDS; writes nothing
set -euo pipefail
cd "$(dirname "$0")/.."
exec go run ./hack/reliability -mutants "$@"
