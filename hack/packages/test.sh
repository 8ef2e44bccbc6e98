#!/usr/bin/env bash
# Builds the packages and lives with the .deb on this machine: installs,
# configures, starts, stops, removes, purges; the .rpm goes into a folder. Needs
# root on a Debian-like machine without Plastron; with CI=true it fails without.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [[ $(id -u) != 0 ]] || ! command -v dpkg >/dev/null || ! command -v rpm >/dev/null; then
  echo "make packages-test: it installs a .deb and reads a .rpm, so it needs root on a Debian-like machine with the package rpm" >&2
  [[ ${CI:-} != true ]] || exit 1
  echo "make packages-test: nothing was tested" >&2
  exit 0
fi

hack/packages/build.sh
deb=$(find "$PWD/dist" -name "plastron_*_$(dpkg --print-architecture).deb" -newer hack/packages/nfpm.yaml -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
rpm=${deb%/*}/plastron-$(dpkg-deb --field "$deb" Version)-1.$(uname -m).rpm
PLASTRON_DEB=$deb PLASTRON_RPM=$rpm go test -tags packages -count=1 -timeout 3m ./hack/packages/
