#!/usr/bin/env bash
# Install what the browser tests need: Debian's chromium, when this machine has no Chromium or Chrome yet.
set -euo pipefail

for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null; then
    exit 0
  fi
done
exec bash "$(dirname "${BASH_SOURCE[0]}")/install_by_apt.sh" chromium "The browser tests need Chromium"
