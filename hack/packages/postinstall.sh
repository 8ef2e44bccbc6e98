#!/bin/sh
# After unpacking, on Debian and on Red Hat: the user, who may read the
# configuration, and units that systemd knows. Nothing is started: the address
# of Kafka has to be set first. An upgrade restarts what ran.
set -e
if command -v systemd-sysusers >/dev/null; then
  systemd-sysusers plastron.conf
elif ! getent passwd plastron >/dev/null; then
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin plastron
fi
for file in /etc/plastron/registry.json /etc/plastron/rest.json /etc/default/plastron; do
  [ ! -e "$file" ] || chgrp plastron "$file"
done
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart plastron-registry.service plastron-rest.service
fi
