#!/bin/sh
# Installs the pinned dependencies when they are missing or stale, then runs a script of this checkout
# on the project's own Node. Usage: with-runtime.sh SCRIPT.ts [ARGUMENTS...]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
stamp=$root/node_modules/.usher-lock
if ! cmp -s "$root/package-lock.json" "$stamp"; then
  command -v npm >/dev/null || { echo "usher: cannot install dependencies: npm is not on the PATH; install it (Debian: apt install npm)" >&2; exit 1; }
  echo "Installing Usher's dependencies and its own Node (once, about 250 MB) ..." >&2
  (cd "$root" && npm ci --no-audit --no-fund --loglevel=error --progress=true >&2)
  cp "$root/package-lock.json" "$stamp"
fi
script=$1
shift
cd "$root"
exec "$root/node_modules/.bin/node" --disable-warning=ExperimentalWarning "$script" "$@"
