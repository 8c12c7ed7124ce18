"""The part `memory`: what the worker needs for a long song against a three-minute one.

Each song has a stack started afresh, so that its peak is its own and nothing was reset. Memory is PSS, resident pages
with each shared one counted once, of the worker with all its children (the decoder at work and the spare one) at one
instant, looked at ten times a second; the inference server with its model processes is watched apart. Both songs are
MP3 of one bit rate.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from services.gateway.settings import GatewaySettings
from services.library.settings import LibrarySettings
from tests.bench import goals
from tests.bench.goals import Goal, growth_percent, peaks_by_part
from tests.bench.processes import Seen, highest_resident_mb, watched_memory
from tests.bench.road import Figures, Visitor, families, open_house, separate
from tests.bench.said import say
from tests.bench.songs import MP3_BITS_PER_S, make_mp3
from tests.bench.space import HOUR_S, bytes_below, check_room, duration, gigabytes, length_name, needs
from tests.stories.house import until

SHORT_S = 3 * 60
LOOK_S = 0.1
_PARTS = 10
_RESTING_LOOKS = 10


@dataclass(frozen=True)
class MemoryRun:
    """One song over a fresh stack."""

    figures: Figures
    seen: Seen
    resting_mb: float
    """The worker's family before the song."""
    worker_alone_mb: float
    """The kernel's own high-water mark of the worker, without its children, by resident pages."""
    stored_bytes: int


def run(folder: Path, model: str, hours: float) -> list[Goal]:
    """Print both songs' peaks and the growth. Raises NoRoom before anything long is written."""
    settings = {"STRIPSESSION_DEFAULT_MODEL": model}
    short = over_fresh_stack(folder, settings, make_mp3(folder / "short.mp3", SHORT_S), SHORT_S)
    show("three minutes", short)
    seconds = hours * HOUR_S
    wanted = needs(MP3_BITS_PER_S, seconds, short.stored_bytes, SHORT_S)
    name = length_name(hours)
    say(
        f"\n{name}: the song has {gigabytes(wanted.song_bytes)}, its stems about {gigabytes(wanted.stems_bytes)}; "
        f"about {duration(seconds * short.figures.ready_s / SHORT_S)} at the pace of the short one"
    )
    upload_bytes_max = min(GatewaySettings.upload_bytes_max, LibrarySettings.upload_bytes_max)
    check_room(wanted, upload_bytes_max=upload_bytes_max, free_bytes=shutil.disk_usage(folder).free)
    long = over_fresh_stack(folder, settings, make_mp3(folder / "long.mp3", seconds), seconds)
    show(name, long)
    return judged(name, short, long)


def judged(name: str, short: MemoryRun, long: MemoryRun) -> list[Goal]:
    """Print what grew."""
    growth = growth_percent(short.seen.peak_mb("worker"), long.seen.peak_mb("worker"))
    alone = growth_percent(short.worker_alone_mb, long.worker_alone_mb)
    engine = growth_percent(short.seen.peak_mb("triton"), long.seen.peak_mb("triton"))
    say(f"\n{name} against three minutes: worker and decoder {growth:+.1f} %, the worker alone by the kernel's count")
    say(f"{alone:+.1f} %, the inference server {engine:+.1f} %")
    title = f"growth of the worker's memory, {name} against three minutes"
    return [Goal(title, growth, "%", goals.GROWTH_PERCENT_MAX)]


def over_fresh_stack(folder: Path, settings: dict[str, str], song: Path, audio_s: float) -> MemoryRun:
    """Separate one song over a stack that has done nothing else."""
    with open_house(folder / "data", settings) as house, Visitor(house) as visitor:
        worker = house.pid("worker")
        with watched_memory(families(house), LOOK_S) as seen:
            until(lambda: len(seen.samples) >= _RESTING_LOOKS, 30, "the worker's memory at rest")
            resting_mb = seen.peak_mb("worker")
            _, figures = separate(house, visitor, song, audio_s)
        assert house.pid("worker") == worker, "the worker was started anew meanwhile: its peak is not the song's"
        alone_mb = highest_resident_mb(worker)
        stored_bytes = bytes_below(house.data / "objects")
    song.unlink()
    return MemoryRun(figures, seen, resting_mb, alone_mb, stored_bytes)


def show(title: str, one: MemoryRun) -> None:
    """Print one song's memory."""
    figures, seen = one.figures, one.seen
    say(f"\n{title} ({figures.audio_s:.0f} s of audio in {duration(figures.ready_s)})")
    say(f"  worker and decoder, peak       {seen.peak_mb('worker'):8.0f} MB  (at rest {one.resting_mb:.0f} MB)")
    course = " ".join(f"{peak:.0f}" for peak in peaks_by_part(seen.course("worker"), _PARTS))
    say(f"    in each tenth of the run     {course}")
    say(f"  worker alone, kernel's count   {one.worker_alone_mb:8.0f} MB")
    say(f"  inference server, peak         {seen.peak_mb('triton'):8.0f} MB")
