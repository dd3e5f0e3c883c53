#!/bin/bash
# Runs one command, as root, on a machine of its own: real accounts, files and processes, gone when it ends.
#
#   enter.sh [--rw-scratch DIRECTORY] [--private-network] COMMAND [ARGUMENTS...]
#
# Private are: mounts, processes (own /proc), ipc, host name and cgroups; /etc /home /opt /root /srv /usr /var are
# overlays that forget; /run, /tmp, /var/tmp and /dev/shm are empty; the rest of the root file system is read-only.
# The checkout is read-only at /opt/usher-checkout, readable by every uid; the command starts there, with
# USHER_SANDBOX=1. /sys/fs/cgroup is the sandbox's own cgroup2 tree (absent where the kernel gives none).
#   --rw-scratch DIRECTORY   a folder of the machine that stays: writable at /run/usher-scratch
#   --private-network        nothing but loopback
# Exit status: the command's; 128+N when signal N ended it; 130/143 after SIGINT/SIGTERM, which end everything inside.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
checkout=$(cd "$here/../../.." && pwd -P)

scratch='' network=()
while [ $# -gt 0 ]; do
  case $1 in
    --rw-scratch) scratch=$(cd "$2" && pwd -P); shift 2 ;;
    --private-network) network=(--private-network); shift ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || { echo "usage: enter.sh [--rw-scratch DIRECTORY] [--private-network] COMMAND [ARGUMENTS...]" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "sandbox: cannot make private namespaces as uid $(id -u): run it as root" >&2; exit 77; }

export USHER_SANDBOX=1
exec "$here/hold.sh" "${network[@]}" -- "$here/init.sh" "$checkout" "$scratch" "$@"
