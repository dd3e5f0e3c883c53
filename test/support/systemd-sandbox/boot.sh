#!/bin/bash
# Boots a real systemd as PID 1 of its own namespaces over a throwaway overlay of the running machine, and stays in the
# foreground until it ends.
#
#   boot.sh [--rw-scratch DIRECTORY] [--unit UNIT]
#
# Prints `ready PID STATE` when booted; the console goes to standard error. Use enter.sh PID and stop.sh PID beside it.
# It ends, and everything inside with it, at SIGINT or SIGTERM to this script, when this script is killed, when its
# standard input reaches its end (so: `boot.sh < <(sleep infinity) &` in a shell), or by stop.sh.
#
# Inside: the whole root file system writable and forgotten at the end, no network but loopback, the checkout read-only
# at /opt/usher-checkout, the scratch folder writable at /run/usher-scratch, /proc/sys read-only. MemoryMax and TasksMax
# are not enforced where the machine has those controllers in version 1. No logind, udev or timers; dbus as the machine has it.
# Needs root on Linux with overlayfs and cgroup2, and the package systemd.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
checkout=$(cd "$here/../../.." && pwd -P)
scratch='' unit=multi-user.target
while [ $# -gt 0 ]; do
  case $1 in
    --rw-scratch) scratch=$(cd "$2" && pwd -P); shift 2 ;;
    --unit) unit=$2; shift 2 ;;
    *) echo "usage: boot.sh [--rw-scratch DIRECTORY] [--unit UNIT]" >&2; exit 2 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo "systemd-sandbox: cannot boot as uid $(id -u): run it as root" >&2; exit 77; }
[ -x /lib/systemd/systemd ] || { echo "systemd-sandbox: cannot boot: /lib/systemd/systemd is missing; install it (Debian: apt install systemd)" >&2; exit 77; }
exec "$here/../sandbox/hold.sh" --private-network --lifeline --announce "$here/ready.sh" -- \
  "$here/init.sh" "$checkout" "$scratch" "$unit"
