#!/bin/sh
# Sourced: which Node runs this checkout.

# find_runtime ROOT: prints the pinned Node of the checkout; where npm has none for this platform, a Node of the PATH
# that is new enough (24.15 has node:sqlite without a flag); else says what to do and fails.
find_runtime() {
  if [ -x "$1/node_modules/.bin/node" ]; then
    echo "$1/node_modules/.bin/node"
    return 0
  fi
  if [ ! -d "$1/node_modules" ]; then
    echo "usher: cannot start: the dependencies are not installed; run: cd '$1' && sh deploy/install-dependencies.sh" >&2
    return 1
  fi
  if found=$(command -v node) &&
    "$found" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 24 || (a == 24 && b >= 15) ? 0 : 1)'; then
    echo "$found"
    return 0
  fi
  echo "usher: cannot start: no Node is pinned for $(uname -s) $(uname -m), and the PATH has none from 24.15 on${found:+ ($found is $("$found" --version))}; install Node 24 LTS" >&2
  return 1
}
