#!/usr/bin/env bash
# Packs one static binary as a docker-format image archive, reproducibly:
# image.sh NAME:TAG BINARY ARCHIVE. The user is 65532, the entry point /app.
set -euo pipefail

tag=$1 binary=$2 archive=$3
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
pack=(tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0)
arch=$(uname -m)
case $arch in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; esac

mkdir -p "$tmp/layer/etc" "$tmp/layer/tmp"
chmod 1777 "$tmp/layer/tmp"
install -m 755 "$binary" "$tmp/layer/app"
echo 'nonroot:x:65532:65532::/:/' >"$tmp/layer/etc/passwd"
"${pack[@]}" -C "$tmp/layer" -cf "$tmp/layer.tar" app etc tmp
layer=$(sha256sum <"$tmp/layer.tar" | cut -d' ' -f1)
printf '{"architecture":"%s","os":"linux","config":{"User":"65532","Entrypoint":["/app"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$arch" "$layer" >"$tmp/config.json"
printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$tag" >"$tmp/manifest.json"
"${pack[@]}" -C "$tmp" -cf "$archive" manifest.json config.json layer.tar
