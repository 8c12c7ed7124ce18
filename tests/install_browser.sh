#!/usr/bin/env bash
# Install what the browser tests need: Chromium without a window, which takes half of the processor time that the whole
# browser does. Where it cannot be had, any Chromium or Chrome will do.
set -euo pipefail
apt="$(dirname "${BASH_SOURCE[0]}")/install_by_apt.sh"

has() { command -v "$1" >/dev/null; }

has chromium-headless-shell && exit 0
if [ "$(id -u)" -eq 0 ] && has apt-get && bash "$apt" chromium-headless-shell "The browser tests take half the time with it" 2>/dev/null; then
  exit 0
fi
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  has "$name" && exit 0
done
exec bash "$apt" chromium "The browser tests need Chromium"
