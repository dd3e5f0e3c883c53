#!/bin/bash
# Started by hold.sh: tells when the systemd with this pid has booted.   ready.sh PID
set -u
here=${0%/*}
for _ in $(seq 1500); do
  [ -d "/proc/$1" ] || exit 1
  if [ "$(cat "/proc/$1/comm" 2>/dev/null)" = systemd ]; then
    state=$("$here/enter.sh" "$1" systemctl is-system-running 2>/dev/null)
    case $state in
      running | degraded)
        echo "ready $1 $state"
        exit 0
        ;;
    esac
  fi
  sleep 0.02
done
echo "systemd-sandbox: cannot tell that systemd $1 booted: it is '${state:-}' after 30 s" >&2
exec "$here/stop.sh" "$1"
