"""A folder with one version of the policy more than there is."""

from __future__ import annotations

import datetime
import re
import shutil
import tomllib
from pathlib import Path

from services.retention.domain.policy import digest_of
from services.retention.store.policy_files import FOLDER

NEWEST = 3
NEXT = NEWEST + 1


def next_text(date: datetime.date) -> str:
    """The newest version as the next one, from that day on."""
    text = (FOLDER / "versions" / f"{NEWEST}.toml").read_text(encoding="utf-8")
    text = text.replace(f"version = {NEWEST}\n", f"version = {NEXT}\n", 1)
    return re.sub(r"^date = .*$", f"date = {date}", text, count=1, flags=re.MULTILINE)


def announced(parent: Path, date: datetime.date) -> Path:
    """A folder below `parent` with that version beside the others."""
    folder, text = parent / "policy", next_text(date)
    shutil.copytree(FOLDER, folder)
    (folder / "versions" / f"{NEXT}.toml").write_text(text, encoding="utf-8")
    with (folder / "digests.toml").open("a", encoding="utf-8") as file:
        file.write(f'"{NEXT}" = "{digest_of(tomllib.loads(text))}"\n')
    return folder
