#!/usr/bin/env bash
# The .deb and the .rpm, into dist/: `make packages`. ARCH is amd64 or arm64,
# default that of this machine; VERSION is that of the product.
set -euo pipefail
cd "$(dirname "$0")/../.."

arch=${ARCH:-$(go env GOARCH)}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -ldflags "-s -w -X main.version=${VERSION:?}" -o "$out/plastron" ./cmd/plastron
# "0.1.0-dev" is older than "0.1.0" for both kinds when written with a tilde.
export PACKAGE_BINARY=$out/plastron PACKAGE_ARCH=$arch PACKAGE_VERSION=${VERSION/-/\~}
# Two builds of one commit are equal.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
mkdir -p dist
for kind in deb rpm; do
  go tool -modfile=hack/tools/go.mod nfpm package --config hack/packages/nfpm.yaml --packager "$kind" --target dist/
done
