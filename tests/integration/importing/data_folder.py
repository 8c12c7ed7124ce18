"""A data folder in which models are imported and made, with environments that are set up once for all test runs."""

from __future__ import annotations

import os
from pathlib import Path

from stack.layout import Layout
from tests.paths import REPOSITORY


class DataFolder:
    """The folder, and what was said of what was done in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.layout = Layout(folder / "data")
        self.layout.root.mkdir()
        # As the inference server is.
        cache = Path(os.environ.get("STRIPSESSION_TEST_CACHE", REPOSITORY / ".state")) / "importing"
        cache.mkdir(parents=True, exist_ok=True)
        (self.layout.root / "importing").symlink_to(cache)
        self.said: list[str] = []
