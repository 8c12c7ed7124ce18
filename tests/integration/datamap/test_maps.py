"""Every data map can be read, names erasers that exist, and lies where its owner is."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from chassis.datamap.classes import PERSONAL
from chassis.datamap.document import NEVER, UNBUILT
from chassis.datamap.reading import NAME, dead_erasers
from tests.integration.datamap.maps import PLACES, ROOT, all_maps, map_folders, map_of

UNBUILT_MAX: dict[str, int] = {}
"""Owner -> places whose eraser is still to be built. It may only shrink, and there is none."""
BUILD_BY = datetime.date(2027, 3, 31)
"""When nothing may be unbuilt any more, should anything be again: what is missed only years later is missed by people
who have never heard of it. Whoever lets the day pass must move it, and say why, where others see it."""


def overdue(unbuilt: Mapping[str, int], today: datetime.date) -> list[str]:
    """A sentence for each owner with places whose eraser should have been built."""
    late = today > BUILD_BY
    return [
        f"{owner} has {count} places without an eraser since {BUILD_BY}" for owner, count in unbuilt.items() if late
    ]


@pytest.mark.parametrize("owner", PLACES)
def test_a_map_says_whose_it_is(owner: str) -> None:
    """Each data map can be read, and names its owner."""
    assert map_of(owner).owner == owner


@pytest.mark.parametrize("owner", PLACES)
def test_erasers_exist(owner: str) -> None:
    """Whatever is said to remove something is code that exists."""
    assert list(dead_erasers(ROOT, map_of(owner).entries)) == []


def test_no_map_lies_elsewhere() -> None:
    """Every data map of the repository is among those that are compared."""
    assert map_folders(ROOT) == {ROOT / place for place in PLACES.values()}


def test_a_map_is_found_wherever_it_lies(tmp_path: Path) -> None:
    """One that nobody compares is found in every tree that somebody writes, and none in what was installed."""
    ours = {tmp_path / place for place in ("deploy/helm", "web", "web/src/state", "services/auth/store")}
    for folder in ours | {tmp_path / "web/node_modules/a", tmp_path / ".venv/lib", tmp_path / "web/dist"}:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NAME).touch()
    assert map_folders(tmp_path) == ours


def test_nothing_personal_is_kept_for_ever() -> None:
    """What says something of a person has an eraser, or is on the list of those still to be built, which shrinks."""
    entries = [entry for each in all_maps() for entry in each.entries]
    assert [entry.name for entry in entries if entry.data_class in PERSONAL and NEVER in entry.erased] == []
    unbuilt = Counter(each.owner for each in all_maps() for entry in each.entries if UNBUILT in entry.erased)
    assert dict(unbuilt) == UNBUILT_MAX


def test_what_is_unbuilt_has_a_day() -> None:
    """The list of erasers to be built ends on a day, and fails from the next on."""
    assert overdue(UNBUILT_MAX, datetime.datetime.now(datetime.UTC).date()) == []
    assert overdue({"billing": 1}, BUILD_BY) == []
    assert overdue({"billing": 1}, BUILD_BY + datetime.timedelta(days=1)) == [
        "billing has 1 places without an eraser since 2027-03-31"
    ]
    assert overdue({}, BUILD_BY + datetime.timedelta(days=1)) == []


def test_an_eraser_that_is_gone_is_found(tmp_path: Path) -> None:
    """A renamed eraser fails, with the map and the name that it must mend."""
    (tmp_path / "services/auth/app").mkdir(parents=True)
    (tmp_path / "services/auth/app/forget_remains.py").write_text("def renamed() -> None: ...\n")
    entries = tuple(entry for entry in map_of("auth").entries if entry.name == "sessions.device")
    faults = list(dead_erasers(tmp_path, entries))
    assert faults[0] == (
        "services/auth/store/datamap.yaml: services/auth/app/forget_remains.py:forget_remains removes sessions.device,"
        " and is nowhere: name a file and what it defines"
    )
