#!/bin/bash
# Becomes the systemd of the sandbox. Started by boot.sh only.   init.sh CHECKOUT SCRATCH UNIT      SCRATCH may be empty
set -eu
# shellcheck source=../sandbox/checkout.sh source-path=SCRIPTDIR
. "${0%/*}/../sandbox/checkout.sh"
checkout=$1 scratch=$2 unit=$3
exec >&2 9>&-

stage=/mnt
[ -d $stage ] || stage=/tmp
mount -t tmpfs -o mode=755 tmpfs $stage
cd $stage
mkdir root layers scratch
bind_checkout "$checkout"
[ -z "$scratch" ] || mount --bind -- "$scratch" scratch

layer() { # layer DIRECTORY NAME TARGET
  mkdir "layers/$2" "layers/$2/upper" "layers/$2/work"
  chmod --reference="$1" "layers/$2/upper"
  chown --reference="$1" "layers/$2/upper"
  mount -t overlay -o "lowerdir=$1,upperdir=layers/$2/upper,workdir=layers/$2/work" overlay "$3"
}
layer / root root
# An overlay of the root file system does not show what is mounted below it.
for directory in usr etc var home opt root srv; do
  if mountpoint -q "/$directory"; then layer "/$directory" "$directory" "root/$directory"; fi
done

cd root
mkdir -p opt/usher-checkout
chmod 755 . opt
mount --move ../checkout opt/usher-checkout
mount -t proc proc proc
# The kernel's settings are the machine's, not the sandbox's.
mount --bind -o ro proc/sys proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 -o nsdelegate cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
if [ -n "$scratch" ]; then
  mkdir run/usher-scratch
  mount --move ../scratch run/usher-scratch
fi
mount -t tmpfs -o mode=755 tmpfs dev
device() { mknod -m 666 "dev/$1" c "$2" "$3"; }
device null 1 3
device zero 1 5
device full 1 7
device random 1 8
device urandom 1 9
device tty 5 0
mkdir dev/pts dev/shm
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 tmpfs dev/shm

# A quiet, minimal boot: the machine's own services are not what is tested here.
mask() { ln -sfn /dev/null "etc/systemd/system/$1"; }
for masked in getty.target timers.target remote-fs.target machines.target \
  dev-hugepages.mount sys-kernel-tracing.mount sys-kernel-debug.mount sys-kernel-config.mount \
  sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount \
  systemd-sysctl.service systemd-modules-load.service systemd-binfmt.service systemd-firstboot.service systemd-hwdb-update.service systemd-logind.service \
  systemd-machine-id-commit.service systemd-pstore.service systemd-timesyncd.service systemd-udevd.service \
  systemd-udev-trigger.service systemd-update-utmp.service systemd-update-utmp-runlevel.service e2scrub_reap.service; do
  mask "$masked"
done
for wanted in etc/systemd/system/*.target.wants/*.service; do
  case $wanted in *'*'*) ;; *) mask "${wanted##*/}" ;; esac
done
# Services of System V scripts too: a generator makes units of them.
rm -f etc/rc?.d/S*
rm -f etc/machine-id
: >etc/machine-id
: >etc/fstab
hostname usher-systemd-sandbox
ip link set lo up 2>/dev/null || true
: >run/usher-sandbox

mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old
cd /
# As a machine has it, and as systemd leaves it to the maker of a container: mounts reach the namespaces of services, and the
# credentials of a service (LoadCredential=) reach it from where they are made.
mount --make-rshared /
exec env -i container=usher-sandbox TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit="$unit" --log-target=console --log-level=notice --show-status=no </dev/null
