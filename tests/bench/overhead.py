"""The part `overhead`: the whole road against the same work without the platform, in turn, on one song.

The bare program (`bare.py`) is a process of its own with the same model in as many instances, of as many threads, as
Triton is given. Both are warm: each has separated the song once before anything counts. The goal is judged by what a
listener waits, from the upload's last byte accepted to the news that every stem is there; the job alone, and the road
with its upload, are printed beside it.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from inference.importing.agreement import agreement_db
from stack.model_repository import batch_of, shares
from stack.registry import Model
from tests.bench import goals
from tests.bench.goals import Goal, in_turn, overhead_percent
from tests.bench.processes import Disturbance, cores, disturbance, disturbed_lines, doubts, processor_s, settle
from tests.bench.rival import Rival
from tests.bench.road import Figures, Visitor, open_house, separate, separate_at_rest, supervisor
from tests.bench.said import say
from tests.bench.songs import make_flac
from tests.bench.space import patience_s
from tests.paths import REPOSITORY
from tests.stories.house import House

PYTHON = REPOSITORY / ".state" / "evaluation" / "bin" / "python"
# As Triton's own environment has it: the instances share the cores.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class BareRun:
    """One song in the bare program."""

    wall_s: float
    processor_s: float
    stages: Mapping[str, float]
    stack_s: float
    """Processor seconds that the idle stack took meanwhile."""
    disturbed: Disturbance


def run(folder: Path, model: Model, repeats: int, seconds: int) -> list[Goal]:
    """Print every pair of runs, and the overhead by the medians."""
    instances, threads = shares(model, cores())
    say(
        f"bare: decode, {model.name} in {instances} instances of {threads} threads, overlap-add, FLAC; one process with"
    )
    say("a thread for each of these stages. No seal, database, bus, servers, analysis or exact sum.")
    if batch_of(model) > 1:
        say(
            f"(Triton may take {batch_of(model)} chunks of {model.name} together; the bare program takes one at a time)"
        )
    song = make_flac(folder / "song.flac", seconds)
    argv = [str(PYTHON), "-m", "tests.bench.bare", str(model.folder)]
    argv += ["--instances", str(instances), "--threads", str(threads)]
    settings = {"STRIPSESSION_DEFAULT_MODEL": model.name}
    with (
        open_house(folder / "data", settings) as house,
        Rival(argv, folder / "bare.log", patience_s(seconds), _ONE_THREAD) as rival,
        Visitor(house) as visitor,
    ):
        bare_stems = folder / "bare"
        bare(house, rival, song, bare_stems)
        track_id, _ = separate(house, visitor, song, seconds)
        same_work(visitor, track_id, bare_stems)
        bares: list[BareRun] = []
        roads: list[Figures] = []
        for number, road_first in in_turn(repeats):
            if road_first:
                roads.append(separate_at_rest(house, visitor, song))
            bares.append(bare(house, rival, song, bare_stems))
            if not road_first:
                roads.append(separate_at_rest(house, visitor, song))
            show(number, road_first, bares[-1], roads[-1])
    return judged(bares, roads)


def judged(bares: Sequence[BareRun], roads: Sequence[Figures]) -> list[Goal]:
    """Print the medians and what they come to."""
    bare_s = [one.wall_s for one in bares]
    waited_s = [one.ready_s for one in roads]
    say(f"\nmedians of {len(bares)} runs each: bare {statistics.median(bare_s):.2f} s")
    for name, figures in (
        ("the road from its upload's last byte", waited_s),
        ("the job alone, by its report", [one.job_s for one in roads]),
        ("the road with its upload", [one.upload_s + one.ready_s for one in roads]),
    ):
        percent = overhead_percent(figures, bare_s)
        say(f"  {name:<38} {statistics.median(figures):7.2f} s, {percent:+.1f} % over the bare work")
    note = doubts([one.disturbed for one in bares] + [one.disturbed for one in roads])
    figure = overhead_percent(waited_s, bare_s)
    return [Goal("platform overhead over the bare work", figure, "%", goals.OVERHEAD_PERCENT_MAX, note=note)]


def bare(house: House, rival: Rival, song: Path, folder: Path) -> BareRun:
    """The song in the bare program, while the stack idles."""
    root = supervisor(house)
    settle([root])
    idle_s = processor_s([root])
    with disturbance([root, rival.pid]) as disturbed:
        figures: dict[str, Any] = rival.ask(song=song, folder=folder)
    stack_s = processor_s([root]) - idle_s
    return BareRun(figures["wall_s"], figures["processor_s"], figures["stages"], stack_s, disturbed[0])


def same_work(visitor: Visitor, track_id: str, bare_stems: Path) -> None:
    """Say how near the stems of both are: what differs is the residual that the road spreads, and rounding."""
    worst_db = np.inf
    for stem in map(str, visitor.track(track_id)["stems"]):
        place = bare_stems / "road.flac"
        place.write_bytes(visitor.download(track_id, stem))
        expected, found = read_stem(bare_stems / f"{stem}.flac"), read_stem(place)
        assert expected.shape == found.shape, (stem, expected.shape, found.shape)
        worst_db = min(worst_db, agreement_db(expected[None], found[None])[0])
    visitor.http.delete(f"/v1/tracks/{track_id}")
    say(f"(once each to warm up; the stems of both agree to {worst_db:.1f} dB or better: they do the same work)")


def read_stem(path: Path) -> NDArray[np.float64]:
    """float64 [n, channels]."""
    samples, _ = soundfile.read(path, dtype="float64", always_2d=True)
    return np.asarray(samples, np.float64)


def show(number: int, road_first: bool, one: BareRun, other: Figures) -> None:
    """Print one pair."""
    say(f"\nround {number} ({'road, then bare' if road_first else 'bare, then road'})")
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in sorted(one.stages.items()))
    say(f"  bare  {one.wall_s:7.2f} s  (processor {one.processor_s:.1f} s; {stages}; stack idle {one.stack_s:.2f} s)")
    stages = ", ".join(f"{name} {seconds:.1f}" for name, (seconds, _) in sorted(other.stages.items()))
    say(f"  road  {other.ready_s:7.2f} s  (processor {other.processor_s:.1f} s; {stages};")
    say(f"        the job alone {other.job_s:.2f} s, the upload {other.upload_s:.2f} s)")
    for line in disturbed_lines({"bare": one.disturbed, "road": other.disturbed}):
        say(line)
