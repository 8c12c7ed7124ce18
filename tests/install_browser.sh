#!/usr/bin/env bash
# Install what the browser tests need: Debian's chromium, when this machine has no Chromium or Chrome yet.
set -euo pipefail

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null; then
    exit 0
  fi
done

if [ "$(id -u)" -ne 0 ]; then
  echo "The browser tests need Chromium: install it (Debian and Ubuntu: sudo apt install chromium), then try again." >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "The browser tests need Chromium: install it with this system's package manager, then try again." >&2
  exit 1
fi

echo "Installing Debian's chromium for the browser tests (once)"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } </dev/null >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "apt-get could not install chromium; its last lines are above." >&2
  exit 1
fi
