"""The part `song`: how soon a song can be played, how fast all its stems are there, and what each stage took."""

from __future__ import annotations

from pathlib import Path

from tests.bench import goals
from tests.bench.goals import Goal, pace
from tests.bench.processes import doubts
from tests.bench.road import Figures, measured, open_house
from tests.bench.said import say
from tests.bench.songs import make_flac
from tests.paths import SHARED_AUDIO

SONG_S = 4 * 60
_WORTH_SAYING_S = 0.05
REAL_SONG = SHARED_AUDIO / "songs" / "joshua_morin_on_the_run.ogg"


def run(folder: Path, model: str, repeats: int, seconds: int) -> list[Goal]:
    """Print every run; the slowest one is held against the goals, the first after a start included."""
    song = make_flac(folder / "song.flac", seconds)
    with open_house(folder / "data", {"STRIPSESSION_DEFAULT_MODEL": model}) as house:
        runs = []
        for number in range(repeats):
            runs.append(measured(house, song))
            first = ", the first after the start" if number == 0 else ""
            show(f"song, run {number + 1}{first}", runs[-1])
        if REAL_SONG.exists():
            runs.append(measured(house, REAL_SONG))
            show(f"whole real song ({REAL_SONG.name})", runs[-1])
    note = f"the worst of {len(runs)} runs"
    if doubt := doubts([figures.disturbed for figures in runs]):
        note += f"; {doubt}"
    return judged([one.first_segment_s for one in runs], [pace(one.audio_s, one.ready_s) for one in runs], note)


def judged(first_segment_s: list[float], paces: list[float], note: str) -> list[Goal]:
    """The worst run of all is what is promised."""
    return [
        Goal("last byte to first segment", max(first_segment_s), "s", goals.FIRST_SEGMENT_S_MAX, note=note),
        Goal("whole road, times real time", min(paces), "x", goals.PACE_MIN, is_least=True, note=note),
    ]


def show(title: str, figures: Figures) -> None:
    """Print one song's figures."""
    say(f"\n{title} ({figures.audio_s:.0f} s of audio)")
    say(f"  upload                         {figures.upload_s:8.2f} s")
    say(f"  last byte to first segment     {figures.first_segment_s:8.2f} s")
    speed = pace(figures.audio_s, figures.ready_s)
    say(f"  last byte to all stems         {figures.ready_s:8.2f} s  ({speed:.1f} x real time)")
    say(f"  the job alone, by its report   {figures.job_s:8.2f} s")
    say(f"  processor, the whole stack     {figures.processor_s:8.2f} s")
    for name, seconds in sorted(figures.processors_s.items(), key=lambda used: -used[1]):
        if seconds >= _WORTH_SAYING_S:
            say(f"    {name:<14} {seconds:8.2f} s")
    say("  stages of the worker, by the clock; they overlap")
    for stage, (total_s, count) in sorted(figures.stages.items()):
        say(f"    {stage:<14} {total_s:8.2f} s in {count} units")
    if figures.disturbed.counts:
        say(f"  {figures.disturbed.text()}")
