#!/usr/bin/env bash
# Writes every generated file: deepcopy functions, CRDs, RBAC, the chart's
# copies of them, and the tables in docs/.
set -euo pipefail
cd "$(dirname "$0")/.."
go generate ./...
go run ./hack/configdocs
go run ./hack/kinddocs
