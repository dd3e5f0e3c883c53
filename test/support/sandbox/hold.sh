#!/bin/bash
# Holds private namespaces for as long as their first process lives, in the foreground, and leaves nothing behind.
#
#   hold.sh [--private-network] [--lifeline] [--announce PROGRAM] -- INIT [ARGUMENTS...]
#
# INIT becomes PID 1 of new mount, pid, ipc, uts and cgroup namespaces, inside a cgroup of its own. The exit status is
# INIT's; 128+N when signal N ended it. SIGINT, SIGTERM and SIGHUP to this script end the whole namespace.
#   --private-network   a network namespace of its own too
#   --lifeline          the namespace ends as well when this script's standard input reaches its end
#   --announce PROGRAM  start PROGRAM with INIT's pid (as seen from here) beside it
#
# INVARIANTS
# - Every mount is made in a private mount namespace, so none outlives its last process.
# - The chain this script -> unshare -> INIT is tied by parent-death signals: kill -9 of any link ends those below,
#   and the kernel ends every process of a pid namespace with its PID 1.
# - One-liners are for sh: `bash -c` with a socket for its input takes itself for one of rshd's and reads ~/.bashrc.
# - The cgroup is the only thing that the kernel does not take back. A janitor in a session of its own removes it when
#   descriptor 9, which only `unshare` keeps open, is closed: that also happens when everything here was killed.
set -u

if [ "${1:-}" != --held ]; then
  # A private mount namespace for this script itself: it gets a cgroup2 mount wherever the machine has its own.
  exec unshare --mount --propagation private -- "$0" --held "$@"
fi
shift

# What the caller left open is not for the inside, nor for the janitor to hold. (255 is bash's own.)
for descriptor in "/proc/$$/fd"/*; do
  descriptor=${descriptor##*/}
  case $descriptor in 0 | 1 | 2 | 255) ;; *) exec {descriptor}>&- ;; esac
done

lifeline='' announce='' flags=(--mount --pid --ipc --uts --fork --kill-child=SIGKILL --propagation private)
while [ "$1" != -- ]; do
  case $1 in
    --private-network) flags+=(--net) ;;
    --lifeline) lifeline=1 ;;
    --announce) announce=$2; shift ;;
    *) echo "sandbox: cannot understand the option $1" >&2; exit 2 ;;
  esac
  shift
done
shift

cgroup=''
own_cgroup() { # own_cgroup CGROUP2_MOUNT
  local stale
  for stale in "$1"/usher-sandbox-*; do
    # Left by a janitor that was killed itself. One that is in use is not empty and stays.
    if [ ! -d "/proc/${stale##*-}" ] && [ -n "$(find "$stale" -maxdepth 0 -mmin +1 2>/dev/null)" ]; then
      find "$stale" -depth -type d -exec rmdir {} + 2>/dev/null
    fi
  done
  mkdir "$1/usher-sandbox-$$" 2>/dev/null || [ -d "$1/usher-sandbox-$$" ] || return 1
  cgroup=$1/usher-sandbox-$$
  flags+=(--cgroup)
  export HOLD_CGROUP=1
}
mounted=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
if [ -z "$mounted" ] || ! own_cgroup "$mounted"; then
  if mount -t cgroup2 cgroup2 /mnt 2>/dev/null; then own_cgroup /mnt; fi
fi

# shellcheck disable=SC2016  # expanded by the janitor
exec 9> >(exec setsid sh -c '
  trap "" TERM INT HUP
  cat >/dev/null
  [ -n "$1" ] || exit 0
  for _ in $(seq 500); do
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
    [ -d "$1" ] || exit 0
    sleep 0.02
  done' janitor "$cgroup" >/dev/null 2>&1)
janitor=$!

# shellcheck disable=SC2016  # expanded by the started shell
start='[ -z "$1" ] || echo $$ >"$1/cgroup.procs" || exit 125; shift; exec unshare "$@"'
env --default-signal=INT,QUIT setpriv --pdeathsig KILL -- \
  sh -c "$start" hold "$cgroup" "${flags[@]}" -- "$@" <&0 &
held=$!
exec 9>&-

first_process() { # INIT's pid; nothing as long as, or when, there is none
  local children=''
  { read -r children <"/proc/$held/task/$held/children"; } 2>/dev/null
  echo "${children%% *}"
}

# shellcheck disable=SC2317,SC2329  # called by the traps
end() {
  # INIT itself, so that `unshare` reaps it before it ends. Our own ends at SIGTERM, quietly; a systemd takes that for
  # something else.
  if [ -z "$lifeline" ] && kill -TERM "$(first_process)"; then
    for _ in $(seq 50); do
      kill -0 "$held" || break
      sleep 0.02
    done
  fi 2>/dev/null
  kill -KILL "$(first_process)" 2>/dev/null || kill -KILL "$held" 2>/dev/null
  wait "$held" 2>/dev/null
  wait "$janitor"
  exit "$1"
}
trap 'end 129' HUP
trap 'end 130' INT
trap 'end 143' TERM

if [ -n "$lifeline" ]; then
  # shellcheck disable=SC2016
  setpriv --pdeathsig KILL -- sh -c 'cat >/dev/null; kill -TERM "$1"' lifeline $$ <&0 &
  exec </dev/null
fi
if [ -n "$announce" ]; then
  for _ in $(seq 250); do
    first=$(first_process)
    [ -z "$first" ] || break
    kill -0 "$held" 2>/dev/null || break
    sleep 0.02
  done
  if [ -n "$first" ]; then setpriv --pdeathsig KILL -- "$announce" "$first" </dev/null & fi
fi

wait "$held"
status=$?
wait "$janitor"
exit $status
