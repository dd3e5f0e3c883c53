#!/bin/sh
# Runs a script of this checkout on the project's own Node, with the dependencies installed first when they are missing.
#   with-runtime.sh SCRIPT.ts [ARGUMENTS...]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
sh "$root/deploy/install-dependencies.sh"
. "$root/deploy/runtime.sh"
node=$(find_runtime "$root")
cd "$root"
exec "$node" --disable-warning=ExperimentalWarning "$@"
