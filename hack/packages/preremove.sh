#!/bin/sh
# Before removal, not before an upgrade: "remove" on Debian, 0 on Red Hat.
set -e
case "$1" in
  remove | 0)
    if [ -d /run/systemd/system ]; then
      systemctl --no-reload disable --now plastron-registry.service plastron-rest.service
    fi
    ;;
esac
