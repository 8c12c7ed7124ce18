"""What a data map and the living thing say differently, each difference with its remedy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from chassis.datamap.document import SECTIONS, DataMap


def compare(section: str, living: Iterable[str], *maps: DataMap, where: PurePosixPath) -> list[str]:
    """Sentences for what is not mapped, and for what is mapped and no longer there; `where` is its owner's own map."""
    noun = SECTIONS[section].noun
    mapped: dict[str, DataMap] = {}
    faults = []
    for each in maps:
        for name in each.of(section):
            if name in mapped:
                faults.append(f"{noun} {name} is mapped twice: take it out of {each.path} or {mapped[name].path}")
            mapped[name] = each
    there = set(living)
    faults += [
        f"{noun} {name} is not mapped: add it to {where} with class, kept, erased" for name in there - mapped.keys()
    ]
    faults += [
        f"{noun} {name} is mapped and is no longer there: take it out of {mapped[name].path}"
        for name in mapped.keys() - there
    ]
    return sorted(faults)
