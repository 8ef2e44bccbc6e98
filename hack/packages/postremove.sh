#!/bin/sh
# After removal: systemd forgets the units. The user stays, as Debian advises,
# so that no other user ever gets the number of files that were left.
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
