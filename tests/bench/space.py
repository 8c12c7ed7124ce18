"""Whether a long song fits: the upload under its limit, and all that the run writes on the disk."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

HOUR_S = 3600
# Left free whatever happens: other programs write too.
RESERVE_BYTES = 2 * 1024**3
# Stems of a longer stretch of the same song may pack a little worse.
_SLACK = 1.1


class NoRoom(Exception):
    """The run would not fit."""


@dataclass(frozen=True)
class Needs:
    """Bytes that a run of a long song writes."""

    song_bytes: int
    stems_bytes: int

    @property
    def disk_bytes(self) -> int:
        """The song itself, its sealed upload, and the sealed stems."""
        return 2 * self.song_bytes + self.stems_bytes


def song_bytes(bits_per_s: int, seconds: float) -> int:
    """A file of constant bit rate, with a little for what stands around the sound."""
    return int(bits_per_s / 8 * seconds * 1.01) + 1_000_000


def bytes_below(folder: Path) -> int:
    """Bytes of all files in a folder of a running house, in which an upload may just be on its way out."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += (Path(parent) / name).stat().st_size
    return total


def needs(bits_per_s: int, seconds: float, seen_bytes: int, seen_s: float) -> Needs:
    """Of a song of `seconds`, after one of `seen_s` left `seen_bytes` of stems."""
    return Needs(song_bytes(bits_per_s, seconds), int(seen_bytes / seen_s * seconds * _SLACK))


def check_room(wanted: Needs, *, upload_bytes_max: int, free_bytes: int) -> None:
    """Raises NoRoom when the upload would be refused, or the disk be filled."""
    if wanted.song_bytes > upload_bytes_max:
        raise NoRoom(
            f"the song would have {gigabytes(wanted.song_bytes)}, and an upload may have {gigabytes(upload_bytes_max)}"
        )
    if wanted.disk_bytes + RESERVE_BYTES > free_bytes:
        raise NoRoom(
            f"the run would write {gigabytes(wanted.disk_bytes)}, and {gigabytes(free_bytes)} are free of which "
            f"{gigabytes(RESERVE_BYTES)} shall stay so; TMPDIR names another disk"
        )


def gigabytes(count: int) -> str:
    """For people."""
    return f"{count / 1e9:.2f} GB"


def patience_s(audio_s: float) -> float:
    """How long a song may take before it is given up: five times its length, and ten minutes."""
    return 600 + 5 * audio_s


def duration(seconds: float) -> str:
    """For people: `2 h 05 min`, `3 min 20 s`, `41 s`."""
    minutes, rest_s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest_s:02d} s" if minutes else f"{rest_s} s"


def length_name(hours: float) -> str:
    """For people: `2 hours`, `30 minutes`."""
    minutes = round(hours * 60)
    if minutes % 60:
        return f"{minutes} minutes"
    return "1 hour" if minutes == 60 else f"{minutes // 60} hours"


def progress_line(percent: float, since_s: float) -> str:
    """How far a long song is, and how long the rest takes at this pace."""
    text = f"  {percent:5.1f} % after {duration(since_s)}"
    if percent <= 0:
        return text
    return f"{text}, about {duration(since_s * (100 - percent) / percent)} to go"
