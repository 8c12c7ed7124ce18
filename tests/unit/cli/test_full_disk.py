"""`stripsession separate` where the disk takes nothing more."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from cli import exits, separate
from cli.gateway import Gateway
from tests.unit.cli.test_separate import ADDRESS, STEM_BYTES, Desk


@pytest.mark.parametrize(
    ("full", "told", "left"),
    [
        ("out/song/drums.flac.part", "has no room for them; free some, .* which fetches the rest", ["vocals.flac"]),
        ("out/song/report.json.part", "has no room for them; free some", ["drums.flac", "vocals.flac"]),
        ("client/songs.new", "there is no room left on this disk; free some, .* which goes on from here", []),
    ],
)
async def test_a_full_disk_ends_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str, told: str, left: list[str]
) -> None:
    """Where nothing more can be written a sentence says so, only whole files have their names, and the exit is 1."""

    async def sign_in(*_: object) -> None:
        pass

    desk = Desk(tmp_path)
    monkeypatch.setattr(separate, "_sign_in", sign_in)
    monkeypatch.setattr(separate, "Gateway", lambda address: Gateway(address, httpx.MockTransport(desk.server)))
    # The system's own full disk takes no byte. Only of files that are never read: reading, it has no end.
    place = desk.folder / full
    place.parent.mkdir(parents=True)
    place.symlink_to("/dev/full")
    words, written = ("--address", ADDRESS, "--stems", "vocals,drums"), io.StringIO()
    async with asyncio.timeout(20):
        assert await separate.run(desk.arguments(*words), Console(file=written, width=300)) == exits.SOME_FAILED
    assert re.search(told, written.getvalue())
    assert "Errno" not in written.getvalue()
    names = sorted(path.name for path in desk.out.glob("song/*") if ".part" not in path.name)
    assert names == left
    assert all((desk.out / "song" / name).read_bytes() == STEM_BYTES for name in names)
    place.unlink()
    async with asyncio.timeout(20):
        assert await separate.run(desk.arguments(*words), Console(file=io.StringIO())) == exits.DONE
    assert desk.fetched() == ["drums.flac", "vocals.flac"]
    assert len(desk.server.by_key) == 1
