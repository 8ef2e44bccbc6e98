#!/usr/bin/env bash
# Static checks. Everything but shellcheck comes from hack/tools/go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "== gofmt"
unformatted=$(git ls-files '*.go' | xargs gofmt -l)
[[ -z $unformatted ]] || { echo "not formatted: $unformatted" >&2; exit 1; }

echo "== go vet"
go vet ./...
go vet -tags e2e ./test/e2e/...
go vet -tags realkafka ./test/realkafka/... ./test/faults/... ./runtime/...
go vet -tags oracle ./runtime/format/...
go vet -tags soak ./test/faults
go vet -tags packages ./hack/packages/...
# Modules of their own; hack/tools has no code, coredns would be compiled whole.
for module in $(git ls-files '*/go.mod' | xargs -n 1 dirname); do
  case $module in hack/tools | hack/cluster/coredns) continue ;; esac
  go -C "$module" vet ./...
done

echo "== staticcheck"
go tool -modfile=hack/tools/go.mod staticcheck ./...

echo "== shellcheck"
if command -v shellcheck >/dev/null; then
  git ls-files '*.sh' .ci/run | xargs shellcheck -x -P SCRIPTDIR
elif [[ ${CI:-} == true ]]; then
  echo "shellcheck is missing" >&2
  exit 1
else
  echo "left out: shellcheck is not installed"
fi

echo "== actionlint"
go tool -modfile=hack/tools/go.mod actionlint

echo "== helm lint"
go tool -modfile=hack/tools/go.mod helm lint --strict charts/plastron
