#!/bin/bash
# PID 1 of the sandbox: arranges its mounts, runs one command and ends with its status. Started by enter.sh only.
#   init.sh CHECKOUT SCRATCH COMMAND [ARGUMENTS...]      SCRATCH may be empty
set -eu
trap 'exit 143' TERM
# shellcheck source=checkout.sh source-path=SCRIPTDIR
. "${0%/*}/checkout.sh"
checkout=$1 scratch=$2
shift 2
place=/opt/usher-checkout

# Everything is put together on one tmpfs and moved into place afterwards: the checkout and the scratch folder may lie
# under a folder that is covered (/tmp, /run, /home, /root).
stage=/mnt
[ -d $stage ] || stage=/tmp
mount -t tmpfs -o mode=700 tmpfs $stage
cd $stage
mkdir scratch layers

layer() { # layer DIRECTORY NAME: an overlay of DIRECTORY at $stage/layers/NAME/merged
  mkdir "layers/$2" "layers/$2/upper" "layers/$2/work" "layers/$2/merged"
  chmod --reference="$1" "layers/$2/upper"
  chown --reference="$1" "layers/$2/upper"
  mount -t overlay -o "lowerdir=lower-$2,upperdir=layers/$2/upper,workdir=layers/$2/work" overlay "layers/$2/merged"
}

bind_checkout "$checkout"
[ -z "$scratch" ] || mount --bind -- "$scratch" scratch

for directory in etc home opt root srv usr var; do
  if [ ! -d /$directory ] || [ -L /$directory ]; then continue; fi
  ln -s /$directory lower-$directory
  layer /$directory $directory
done
for directory in etc home opt root srv usr var; do
  [ ! -d layers/$directory ] || mount --move layers/$directory/merged /$directory
done
mount -t tmpfs -o mode=755 tmpfs /run
[ $stage = /tmp ] || mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=1777 tmpfs /var/tmp
[ ! -d /dev/shm ] || mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mkdir -p /run/lock $place
chmod 1777 /run/lock
chmod 755 /opt
mount --move checkout $place
if [ -n "$scratch" ]; then
  mkdir /run/usher-scratch
  mount --move scratch /run/usher-scratch
fi
# The machine's own cgroups are out of sight; this namespace's root is the sandbox's cgroup.
if [ -n "${HOLD_CGROUP:-}" ] && [ -d /sys/fs/cgroup ]; then
  umount -l /sys/fs/cgroup 2>/dev/null || true
  mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 /sys/fs/cgroup
fi
unset HOLD_CGROUP
mount -t proc -o nosuid,nodev,noexec proc /proc
# The kernel's settings are the machine's, not the sandbox's.
mount --bind -o ro /proc/sys /proc/sys
mount -o remount,bind,ro / 2>/dev/null || true
hostname usher-sandbox
: >/run/usher-sandbox

cd $place
umount -l $stage
[ $stage != /tmp ] || mount -t tmpfs -o mode=1777 tmpfs /tmp
exec 9>&-
# A program that forks without end, as some tests start, shall not take the machine along. (Root is exempt.)
ulimit -u 2000
set +e
# In the background with a wait, so that this shell reaps what the command leaves orphaned.
env --default-signal=INT,QUIT "$@" <&0 &
wait $!
