#!/usr/bin/env bash
# Install one Debian package, where this machine lets us: install_by_apt.sh PACKAGE WHAT-NEEDS-IT
set -euo pipefail
package="$1" what="$2"

if [ "$(id -u)" -ne 0 ]; then
  echo "$what: install $package (Debian and Ubuntu: sudo apt install $package), then try again." >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "$what: install $package with this system's package manager, then try again." >&2
  exit 1
fi

echo "Installing Debian's $package (once). $what."
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends "$package"; } </dev/null >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "apt-get could not install $package; its last lines are above." >&2
  exit 1
fi
