"""What the kinds of held things are called, from their file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from services.retention.domain.census import KindsInWords, read_words
from services.retention.store.policy_files import FOLDER


def read_held_words(folder: Path = FOLDER) -> KindsInWords:
    """By holder and kind. Raises PolicyInvalid for what is not said in every language."""
    return read_words(tomllib.loads((folder / "held.toml").read_text(encoding="utf-8")))
