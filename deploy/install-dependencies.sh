#!/bin/sh
# Installs the pinned dependencies, and with them the project's own Node, unless they are installed already.
# Any number may run at a time. Needs npm, on Node 18 or later.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$root"
. deploy/runtime.sh

installed() { # is what package-lock.json says installed, by whatever npm?
  cmp -s package-lock.json node_modules/.usher-lock && return 0
  [ -f node_modules/.package-lock.json ] || return 1
  node=node_modules/.bin/node
  [ -x $node ] || node=node
  "$node" -e '
    const { existsSync, readFileSync } = require("node:fs")
    const packages = (file) => JSON.parse(readFileSync(file, "utf8")).packages
    const have = packages("node_modules/.package-lock.json")
    const complete = Object.entries(packages("package-lock.json")).every(([path, { version, optional }]) =>
      path === "" || (have[path] ? have[path].version === version && existsSync(path + "/package.json") : optional))
    process.exit(complete ? 0 : 1)' 2>/dev/null || return 1
  mark
}

mark() { # a read-only checkout stays as it is
  # npm 9 does not link the pinned Node: without it the tools would run on the distribution's.
  for pinned in node_modules/node-*/bin/node; do
    if [ -x "$pinned" ] && [ ! -e node_modules/.bin/node ]; then
      ln -s "../${pinned#node_modules/}" node_modules/.bin/node 2>/dev/null || true
    fi
  done
  cp package-lock.json node_modules/.usher-lock 2>/dev/null || true
}

progress() { # one line every two seconds: npm shows nothing of its own without a terminal
  total=$(grep -c '"integrity"' package-lock.json)
  seconds=0
  while sleep 2; do
    seconds=$((seconds + 2))
    count=$(find node_modules -maxdepth 3 -name package.json 2>/dev/null | grep -c . || true)
    echo "  ... ${seconds} s, ${count} of at most ${total} packages" >&2
  done
}

if ! installed; then
  command -v npm >/dev/null || {
    echo "usher: cannot install the dependencies: npm is not on the PATH; install it (Debian: apt install npm)" >&2
    exit 1
  }
  mkdir -p .cache
  if command -v flock >/dev/null; then
    exec 8>.cache/install.lock
    flock 8
  fi
  if ! installed; then
    echo "Installing Usher's dependencies and its own Node (once, about 420 MB) ..." >&2
    progress 8>&- &
    progress=$!
    trap 'kill $progress 2>/dev/null' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    NODE_OPTIONS='--require ./deploy/pretend-pinned-node.cjs' \
      npm ci --no-audit --no-fund --loglevel=error >&2 8>&- || {
      echo "usher: cannot install the dependencies: npm failed, see above; check the network and the registry, then run it again" >&2
      exit 1
    }
    mark
    echo "Installed." >&2
  fi
fi
find_runtime "$root" >/dev/null
