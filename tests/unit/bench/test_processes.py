"""What is counted of processes: theirs and their children's, all of it and nothing twice."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import processes
from tests.bench.processes import Disturbance, Seen, doubts, family, family_mb, processor_s, watched_memory
from tests.stories.house import until

# A program with a child; both hold 30 MB of their own, and wait for their input to end.
PARENT = """
import subprocess, sys
held = bytearray(b"x") * 30_000_000
child = subprocess.Popen([sys.executable, "-c", '''
import sys
import time
held = bytearray(b"x") * 30_000_000
print("ready", flush=True)
sys.stdin.read()
'''], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print("ready", flush=True)
sys.stdin.read()
child.stdin.close()
child.wait()
"""


@pytest.fixture
def parent() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


def test_a_family_has_its_children(parent: int) -> None:
    """A process and its child are a family, and both their memory counts."""
    assert len(family(parent)) == 2
    assert 60 < family_mb(parent) < 100


def test_who_has_ended_holds_nothing() -> None:
    """A process that has ended counts as nothing, and so does number 0, which stands for none."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert family_mb(ended.pid) == 0
    assert family_mb(0) == 0


def test_what_cannot_be_seen_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that the kernel does not tell never passes for none, neither at once nor in a watch."""

    def refused(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(PermissionError):
        processes.proportional_mb(os.getpid())
    with pytest.raises(PermissionError), watched_memory({"own": os.getpid()}, 0.001) as seen:
        until(lambda: seen.failure, 10, "the watch to fail")


def test_who_lets_nobody_look_counts_in_full(parent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel hides how pages are shared, all of them count: more than their share, never less."""
    shared = processes.proportional_mb(parent)
    read_text = Path.read_text

    def refused(path: Path) -> str:
        if path.name == "smaps_rollup":
            raise PermissionError(13, "Permission denied", str(path))
        return read_text(path)

    monkeypatch.setattr(Path, "read_text", refused)
    assert processes.proportional_mb(parent) >= shared


def test_a_watch_sees_what_comes_and_goes(parent: int) -> None:
    """Memory taken and given back inside the block is in the peak, and families are told apart and together."""
    with watched_memory({"own": os.getpid(), "other": parent}, 0.005) as seen:
        until(lambda: len(seen.samples) > 2, 10, "a look")
        # Pages of their own: what malloc gives may have been resident before.
        with mmap.mmap(-1, 50_000_000, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as held:
            for at in range(0, len(held), mmap.PAGESIZE):
                held[at] = 1
            looks = len(seen.samples)
            until(lambda: len(seen.samples) > looks + 2, 10, "a look at it")
    before = seen.course("own")[0][1]
    assert seen.peak_mb("own") >= before + 45
    assert seen.peak_mb("other") > 55
    assert seen.peak_mb("own", "other") <= seen.peak_mb("own") + seen.peak_mb("other")


def test_together_is_at_one_instant() -> None:
    """Two peaks at different times are not added up."""
    seen = Seen([(0.0, {"a": 10.0, "b": 1.0}), (1.0, {"a": 2.0, "b": 8.0})])
    assert (seen.peak_mb("a"), seen.peak_mb("b"), seen.peak_mb("a", "b")) == (10.0, 8.0, 11.0)
    assert seen.course("b") == [(0.0, 1.0), (1.0, 8.0)]


def test_processor_time_of_ended_children_counts(parent: int) -> None:
    """What a child used is still counted after it has ended, and a family twice named counts once."""
    before = processor_s([os.getpid()])
    subprocess.run([sys.executable, "-c", "x = sum(range(6_000_000))"], check=True)
    assert processor_s([os.getpid()]) - before >= 0.05
    assert processor_s([parent, parent]) == pytest.approx(processor_s([parent]), abs=0.05)


def test_our_own_work_disturbs_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten seconds on two cores, six busy and four of those ours, a tenth was others'; a twentieth the host took."""
    machine = iter([(100.0, 5.0), (106.0, 6.0)])
    ours = iter([40.0, 44.0])
    clock = iter([0.0, 10.0])
    monkeypatch.setattr(processes, "_machine_s", lambda: next(machine))
    monkeypatch.setattr(processes, "processor_s", lambda _: next(ours))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with processes.disturbance([]) as found:
        pass
    assert found == [Disturbance(0.1, 0.05)]


def test_doubts_are_counted() -> None:
    """Runs beside which others worked, or the host took time, are told of; quiet ones are not."""
    quiet, others, host = Disturbance(0.01, 0.01), Disturbance(0.2, 0.0), Disturbance(0.0, 0.1)
    assert doubts([quiet, quiet]) == ""
    assert doubts([quiet, others, host]) == "2 of 3 runs DISTURBED by other programs"
    assert "20%" in others.text()
