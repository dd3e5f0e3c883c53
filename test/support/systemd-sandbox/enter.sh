#!/bin/bash
# Runs a command in a booted systemd sandbox, as root, with a clean environment.   enter.sh PID COMMAND [ARGUMENTS...]
set -eu
pid=$1
shift
# Its cgroup counts as inside, so that it may move processes into groups that it makes there.
mounted=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$(sed -n 's,^0::\(.*/usher-sandbox-[0-9]*\)/.*,\1,p' "/proc/$pid/cgroup")
if [ -n "$mounted" ] && [ -n "$group" ]; then
  # Not -p: a sandbox that is just ending must not get its cgroup back.
  mkdir "$mounted$group/entered" 2>/dev/null || true
  echo $$ >"$mounted$group/entered/cgroup.procs"
fi
exec nsenter --target "$pid" --all -- env -i -C /opt/usher-checkout \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
  SYSTEMD_COLORS=0 SYSTEMD_PAGER= USHER_SANDBOX=1 "$@"
