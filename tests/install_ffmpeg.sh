#!/usr/bin/env bash
# Install what stempeg reads stem files with: the programs ffmpeg and ffprobe, when this machine lacks them.
# One test alone needs them, and skips plainly without: where they cannot be installed, the others go on.
set -euo pipefail

if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; then
  exit 0
fi
bash "$(dirname "${BASH_SOURCE[0]}")/install_by_apt.sh" ffmpeg "The test that opens a stem file with stempeg needs it" \
  || echo "That test is skipped; all others go on." >&2
