"""Room for a start."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from stack import disk
from stack.layout import Layout

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize("is_installing", [True, False])
def test_a_full_disk_is_told_before_anything_is_put_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_installing: bool
) -> None:
    """With too little room the message says how much is needed, where, and what to do; with enough there is none."""
    needed = disk.INSTALLING_BYTES if is_installing else disk.STARTING_BYTES
    free = [needed - 1]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(needed * 2, needed, free[0]))
    with pytest.raises(disk.DiskFull, match=rf"needs {needed / disk.MB:,.0f} MB; free some space.*--data") as refused:
        disk.check_room(Layout(tmp_path), is_installing=is_installing)
    assert str(tmp_path) in str(refused.value)
    free[0] = needed
    disk.check_room(Layout(tmp_path), is_installing=is_installing)
