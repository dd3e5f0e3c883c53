#!/bin/sh
# Checks every shell script of the repository with shellcheck.
set -eu
cd "$(dirname "$0")/.."
command -v shellcheck >/dev/null || { echo "check-shell: cannot check shell scripts: shellcheck is missing; install it (Debian: apt install shellcheck)" >&2; exit 1; }
git ls-files -z -- '*.sh' usher .ci/run deploy/debian/preinst deploy/debian/postinst deploy/debian/prerm deploy/debian/postrm | xargs -0 shellcheck -x
