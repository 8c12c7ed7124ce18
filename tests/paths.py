"""Where tests find what is not theirs."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
SHARED_AUDIO = SHARED_DATA / "audio"
"""Real songs and awkward files, beside the checkout where they are lent; tests skip plainly without them."""
BUNDLED_SONG = REPOSITORY / "stack" / "songs" / "first_light.ogg"
TRITON = Path(os.environ.get("STRIPSESSION_TEST_CACHE", REPOSITORY / ".state")) / "triton"
"""One installed inference server for all test runs."""
TRITON_LOCK = REPOSITORY / "inference" / "requirements" / "triton.txt"
