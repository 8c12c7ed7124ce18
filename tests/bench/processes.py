"""What processes use: memory while a block runs, processor time, and whether other programs were in the way."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.goals import MEGABYTE

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
# Above this share of the machine's cores the figures are of the other programs, too.
DISTURBED_MIN = 0.05
_SETTLE_S = 1.0
_SETTLED_SHARE = 0.15


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # it ended while we looked
    return found


def proportional_mb(pid: int) -> float:
    """Resident memory of a process (PSS, in 10^6 bytes), 0 when it has ended.

    A page that several processes hold is shared out among them, so that sums over processes count it once. Of a process
    that lets nobody but root look (the decoder) others are told all its resident pages (RSS), which is never less.
    Raises PermissionError where the kernel tells neither: nothing may pass for small because it cannot be seen.
    """
    try:
        return _field_mb(Path(f"/proc/{pid}/smaps_rollup"), "Pss")
    except PermissionError:
        return resident_mb(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def resident_mb(pid: int) -> float:
    """All resident pages of a process (RSS), shared ones in full; 0 when it has ended."""
    try:
        return _field_mb(Path(f"/proc/{pid}/status"), "VmRSS")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def _field_mb(file: Path, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", file.read_text(), re.M)
    return int(found[1]) * 1024 / MEGABYTE if found else 0.0


def family_mb(pid: int) -> float:
    """The same of a process and all below it, together."""
    return sum(map(proportional_mb, family(pid)))


def highest_resident_mb(pid: int) -> float:
    """The kernel's own count of the most that one process, since its start, had resident (VmHWM)."""
    return _field_mb(Path(f"/proc/{pid}/status"), "VmHWM")


@dataclass
class Seen:
    """Memory of several families as time went by; each sample is of all of them at one instant."""

    samples: list[tuple[float, Mapping[str, float]]] = field(default_factory=list)
    """Seconds since the watch began, and MB by family."""
    failure: Exception | None = None

    def peak_mb(self, *names: str) -> float:
        """The most that these families, together, had at one instant."""
        return max((sum(found[name] for name in names) for _, found in self.samples), default=0.0)

    def course(self, *names: str) -> list[tuple[float, float]]:
        """Their sum as time went by."""
        return [(at, sum(found[name] for name in names)) for at, found in self.samples]


@contextmanager
def watched_memory(roots: Mapping[str, int], every_s: float) -> Iterator[Seen]:
    """Look at families, by the process each begins with, again and again. Raises what the looking raised."""
    seen, over, began = Seen(), threading.Event(), time.monotonic()

    def watch() -> None:
        while not over.wait(every_s):
            try:
                found = {name: family_mb(pid) for name, pid in roots.items()}
            except OSError as failure:
                seen.failure = failure
                return
            seen.samples.append((time.monotonic() - began, found))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
    if seen.failure is not None:
        raise seen.failure


def processor_s(pids: Sequence[int]) -> float:
    """Processor seconds of these families so far, children that ended among them."""
    total = 0.0
    for pid in {member for root in pids for member in family(root)}:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) * _TICK_S
    return total


def settle(roots: Sequence[int], patience_s: float = 20.0) -> None:
    """Wait until these families do next to nothing: what a run left to be erased is no part of the next one."""
    ends = time.monotonic() + patience_s
    while time.monotonic() < ends:
        before = processor_s(roots)
        time.sleep(_SETTLE_S)  # sleep: how much a machine does is how much it does in a while
        if processor_s(roots) - before < _SETTLED_SHARE * _SETTLE_S:
            return


@dataclass(frozen=True)
class Disturbance:
    """What the machine did besides, as shares of all its cores."""

    others: float
    """Programs that are not ours."""
    stolen: float
    """Taken by the host of this virtual machine."""

    @property
    def counts(self) -> bool:
        """Whether the figures taken meanwhile are to be doubted."""
        return self.others + self.stolen > DISTURBED_MIN

    def text(self) -> str:
        """For people; nothing where there was none."""
        return f"DISTURBED: other programs {self.others:.0%} of the cores, the host {self.stolen:.0%}"


def doubts(found: Sequence[Disturbance]) -> str:
    """How many of these runs are to be doubted; nothing where none is."""
    counted = sum(one.counts for one in found)
    return f"{counted} of {len(found)} runs DISTURBED by other programs" if counted else ""


def disturbed_lines(found: Mapping[str, Disturbance]) -> list[str]:
    """A line for each side of a comparison that was disturbed."""
    return [f"  {name} {one.text()}" for name, one in found.items() if one.counts]


@contextmanager
def disturbance(roots: Sequence[int]) -> Iterator[list[Disturbance]]:
    """Put into the list, at the block's end, what programs outside these families and our own did meanwhile."""
    found: list[Disturbance] = []
    ours = [os.getpid(), *roots]
    before_s, began, (busy, stolen) = processor_s(ours), time.monotonic(), _machine_s()
    yield found
    busy_now, stolen_now = _machine_s()
    available_s = (time.monotonic() - began) * (os.cpu_count() or 1)
    others_s = max(0.0, busy_now - busy - (processor_s(ours) - before_s))
    found.append(Disturbance(others_s / available_s, (stolen_now - stolen) / available_s))


def _machine_s() -> tuple[float, float]:
    """Seconds all cores worked, and that the host took."""
    fields = [int(field) * _TICK_S for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    user_s, nice_s, system_s, _, _, irq_s, softirq_s, stolen_s = fields[:8]
    return user_s + nice_s + system_s + irq_s + softirq_s, stolen_s
