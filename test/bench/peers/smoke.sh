#!/bin/sh
# The smoke test of the peers, run as the person: what Usher's own probe proves, without a nonce and a namespace.
#   smoke.sh MEMORY HISTORY ROSTER AGENT
set -eu
for folder in "$1" "$2"; do
  echo sentinel >"$folder/.probe"
  read -r line <"$folder/.probe"
  [ "$line" = sentinel ]
  rm -f -- "$folder/.probe"
done
if { true <"$3"; } 2>/dev/null; then
  echo "the roster can be read" >&2
  exit 1
fi
"$4" </dev/null >/dev/null
