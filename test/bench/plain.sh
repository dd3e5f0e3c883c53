#!/bin/sh
# What an operator's own script would do for one person: the same account commands, file operations and smoke test as a
# run of Usher, without queue, journal, undo or approval.
#   plain.sh NAME UID TELEGRAM_ID GROUP DATA TEMPLATE ROSTER AGENT
set -eu
name=$1 uid=$2 id=$3 group=$4 data=$5 template=$6 roster=$7 agent=$8
home=/home/$name

# account: expired and locked until the proof
useradd --uid "$uid" --user-group --no-create-home --home-dir "$home" --shell /bin/bash \
  --expiredate 1970-01-02 --comment "plain $id" -- "$name"
cp -R /etc/skel "$home"
chown -R "$uid:$uid" "$home"
chmod 0700 "$home"

# groups
usermod --append --groups "$group" -- "$name"

# folders and seed
for kind in memory history; do
  mkdir -p "$data/$kind"
  chmod 0711 "$data/$kind"
  mkdir -m 0700 "$data/$kind/$id"
  chown "$uid:$uid" "$data/$kind/$id"
done
setpriv --reuid="$uid" --regid="$uid" --init-groups -- mkdir -m 0700 "$home/workspace"
# shellcheck disable=SC2016  # expanded by the inner shell
setpriv --reuid="$uid" --regid="$uid" --init-groups -- \
  sh -c 'umask 077; cat >"$1"' seed "$data/memory/$id/MEMORY.md" <"$template"

# smoke test, as the person, in a pid namespace of its own
unshare --pid --fork --mount-proc --kill-child -- \
  setpriv --reuid="$uid" --regid="$uid" --init-groups --no-new-privs -- \
  env -i HOME="$home" USER="$name" LOGNAME="$name" SHELL=/bin/bash PATH=/usr/local/bin:/usr/bin:/bin \
  sh -s -- "$data/memory/$id" "$data/history/$id" "$home/workspace" "$roster" "$agent" <<'PROBE'
set -eu
for folder in "$1" "$2" "$3"; do
  echo sentinel >"$folder/.probe"
  read -r line <"$folder/.probe"
  [ "$line" = sentinel ]
  rm -f -- "$folder/.probe"
done
if { true <"$4"; } 2>/dev/null; then
  echo "the roster can be read" >&2
  exit 1
fi
"$5" </dev/null >/dev/null
PROBE

# activation
usermod --expiredate '' --comment "$name" -- "$name"

# roster: a new file in place of the old one, under a lock
(
  flock 9
  cp -p "$roster" "$roster.new"
  printf '\n  - telegram_id: %s\n    name: %s\n    os_user: %s\n    role: user\n' "$id" "$name" "$name" >>"$roster.new"
  sync "$roster.new"
  mv "$roster.new" "$roster"
  sync "$(dirname "$roster")"
) 9>"$roster.lock"
