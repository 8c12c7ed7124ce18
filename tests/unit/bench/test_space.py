"""Whether a long song fits, and what is said of how long it takes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.settings import GatewaySettings
from tests.bench.songs import MP3_BITS_PER_S
from tests.bench.space import (
    HOUR_S,
    RESERVE_BYTES,
    Needs,
    NoRoom,
    bytes_below,
    check_room,
    duration,
    length_name,
    needs,
    patience_s,
    progress_line,
)

GIB = 1024**3


def test_ten_hours_fit_an_upload() -> None:
    """The ten-hour song is within the gateway's limit for an upload."""
    wanted = needs(MP3_BITS_PER_S, 10 * HOUR_S, seen_bytes=1, seen_s=180)
    assert 800_000_000 < wanted.song_bytes < GatewaySettings.upload_bytes_max


def test_stems_are_foretold_from_a_shorter_song() -> None:
    """Ten times the length needs ten times the room for its stems, and a tenth more to be safe."""
    assert needs(MP3_BITS_PER_S, 1800, seen_bytes=100, seen_s=180).stems_bytes == 1100


def test_the_disk_holds_song_upload_and_stems() -> None:
    """The song is on the disk twice, as itself and as its sealed upload."""
    assert Needs(song_bytes=3, stems_bytes=10).disk_bytes == 16


def test_a_full_disk_is_refused_beforehand() -> None:
    """A run that would leave less than the reserve is refused, one that leaves just that is not."""
    wanted = Needs(song_bytes=GIB, stems_bytes=10 * GIB)
    check_room(wanted, upload_bytes_max=2 * GIB, free_bytes=12 * GIB + RESERVE_BYTES)
    with pytest.raises(NoRoom, match="TMPDIR"):
        check_room(wanted, upload_bytes_max=2 * GIB, free_bytes=12 * GIB + RESERVE_BYTES - 1)


def test_too_large_an_upload_is_refused_beforehand() -> None:
    """A song beyond the limit for uploads is refused before it is written."""
    wanted = Needs(song_bytes=2 * GIB + 1, stems_bytes=0)
    with pytest.raises(NoRoom, match="an upload may have"):
        check_room(wanted, upload_bytes_max=2 * GIB, free_bytes=100 * GIB)


@given(audio_s=st.floats(0, 1e6))
def test_patience_grows_with_length(audio_s: float) -> None:
    """A song may always take longer than it lasts, and a short one ten minutes."""
    assert patience_s(audio_s) >= max(600.0, 5 * audio_s)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (61, "1 min 01 s"), (3599.7, "1 h 00 min"), (36_000, "10 h 00 min")],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    """A length of time is told in the units that its reader counts in."""
    assert duration(seconds) == text


@pytest.mark.parametrize(("hours", "text"), [(0.5, "30 minutes"), (1, "1 hour"), (1.5, "90 minutes"), (10, "10 hours")])
def test_lengths_have_names(hours: float, text: str) -> None:
    """A song's length is told in whole hours, or else in minutes."""
    assert length_name(hours) == text


def test_progress_foretells_the_rest() -> None:
    """A quarter in a minute leaves three minutes; nothing yet foretells nothing."""
    assert progress_line(25.0, 60.0) == "   25.0 % after 1 min 00 s, about 3 min 00 s to go"
    assert progress_line(0.0, 60.0) == "    0.0 % after 1 min 00 s"


def test_files_that_vanish_are_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is counted while uploads go: what is listed and gone a moment later is no fault."""
    for name in ("stems/a", "stems/b", "uploads/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes(100))
    assert bytes_below(tmp_path) == 300
    walk = os.walk

    def walked(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        for parent, folders, names in walk(folder):
            if parent == str(tmp_path):
                shutil.rmtree(tmp_path / "uploads")
            if parent.endswith("stems"):
                (tmp_path / "stems" / "b").unlink()
            yield parent, folders, names

    monkeypatch.setattr(os, "walk", walked)
    assert bytes_below(tmp_path) == 100
