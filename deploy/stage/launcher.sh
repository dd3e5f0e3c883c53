#!/bin/sh
# The `usher` command as installed: runs this version on the Node that came with it.
set -eu
self=$(/usr/bin/readlink -f -- "$0")
root=${self%/*}
# Root's program is not steered by the environment of whoever called it: of that, only this stays. See environ(7), systemd.exec(5).
if [ "$(/usr/bin/id -u)" = 0 ]; then
  for name in $(/usr/bin/env | /usr/bin/sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
    case $name in
      HOME | USER | LOGNAME | TERM | COLORTERM | NO_COLOR | COLUMNS | LINES | LANG | LANGUAGE | LC_* | TZ) ;;
      XDG_* | USHER_* | SUDO_UID | SUDO_GID | SUDO_USER | SSH_ORIGINAL_COMMAND | SSH_CONNECTION | SSH_TTY) ;;
      NOTIFY_SOCKET | WATCHDOG_USEC | WATCHDOG_PID | CREDENTIALS_DIRECTORY | INVOCATION_ID | JOURNAL_STREAM) ;;
      DPKG_MAINTSCRIPT_* | PWD) ;;
      *) unset "$name" || : ;;
    esac
  done
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export PATH
fi
# Only reached where the kernel cannot start it; one that lacks its glibc says so itself.
trap 'echo "usher: cannot start: this is Usher for @MACHINE@ Linux with glibc @GLIBC@ or later, and this machine is $(/usr/bin/uname -sm); install the package for it" >&2' EXIT
# One small service after another runs here, not one big one: one arena of malloc, no helper threads for the collector, compiled code
# that is small, and a young generation that keeps idle processes small (docs/performance.md). What the program starts gets an
# environment of its own.
MALLOC_ARENA_MAX=1
export MALLOC_ARENA_MAX
exec "$root/bin/node" --v8-pool-size=0 --max-semi-space-size=2 --optimize-for-size --disable-warning=ExperimentalWarning "$root/src/launch.js" "$@"
