"""A data map as it is written, read into entries; whatever is wrong with it is told with its remedy."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from chassis.datamap.classes import PERSONAL, DataClass

NEVER = "never"
"""An eraser: it stays. Of what says nothing of a person alone."""
UNBUILT = "unbuilt"
"""An eraser: there must be one, and there is none yet."""
EACH = "each"
"""A section's group that gives all others their life and eraser, unless they have their own."""


class DataMapInvalid(Exception):
    """A data map that cannot be read; one fault a line."""


@dataclasses.dataclass(frozen=True)
class Section:
    """One kind of place: what an entry of it is called, and under which word a group lists its parts, if it has any."""

    noun: str
    parts: str = ""


SECTIONS: Mapping[str, Section] = {
    "tables": Section("column", "columns"),
    "objects": Section("object prefix"),
    "streams": Section("stream"),
    "messages": Section("message field", "fields"),
    "logs": Section("log field", "fields"),
    "metrics": Section("metric label", "labels"),
    "cookies": Section("cookie"),
    "browser": Section("browser storage name"),
    "files": Section("file"),
}


@dataclasses.dataclass(frozen=True)
class Entry:
    """One place that holds data."""

    section: str
    name: str
    """Within its section: `table.column`, or the place's own name."""
    data_class: DataClass
    kept: str
    erased: tuple[str, ...]
    """`path/of/file.py:name` of the code that removes it, or NEVER, or UNBUILT."""
    how: str
    map_path: PurePosixPath


@dataclasses.dataclass(frozen=True)
class DataMap:
    """What one owner keeps."""

    owner: str
    path: PurePosixPath
    entries: tuple[Entry, ...]

    def of(self, section: str) -> dict[str, Entry]:
        """Entries of one section, by name."""
        return {entry.name: entry for entry in self.entries if entry.section == section}


def parse(document: object, path: PurePosixPath) -> DataMap:
    """Raises DataMapInvalid with every fault there is."""
    reading = _Reading(path)
    entries = tuple(reading.entries(document))
    if reading.faults:
        raise DataMapInvalid("\n".join(reading.faults))
    return DataMap(str(document["owner"]) if isinstance(document, Mapping) else "", path, entries)


class _Reading:
    def __init__(self, path: PurePosixPath) -> None:
        self._path = path
        self.faults: list[str] = []

    def entries(self, document: object) -> Iterator[Entry]:
        if not isinstance(document, Mapping) or not isinstance(document.get("owner"), str):
            self._fault("has no owner: begin it with `owner: NAME`")
            return
        for section, groups in document.items():
            if section == "owner":
                continue
            if section not in SECTIONS:
                self._fault(f"{section} is no section: use one of {', '.join(SECTIONS)}")
            elif not isinstance(groups, Mapping):
                self._fault(f"{section} holds no groups")
            else:
                each = groups.get(EACH, {})
                named = ((name, body) for name, body in groups.items() if name != EACH)
                yield from itertools.chain.from_iterable(
                    self._group(section, str(name), body, each) for name, body in named
                )

    def _group(self, section: str, name: str, body: object, each: Mapping[str, object]) -> Iterator[Entry]:
        noun, word = SECTIONS[section].noun, SECTIONS[section].parts
        if not isinstance(body, Mapping):
            self._fault(f"{section}.{name} must say class, kept and erased")
            return
        known = {"kept", "erased", "how", word or "class"}
        for surplus in sorted(set(map(str, body)) - known):
            self._fault(f"{section}.{name} says {surplus}, which means nothing here: {', '.join(sorted(known))} do")
        told = {**each, **body}
        if not word:
            yield from self._entry(section, f"{noun} {name}", name, told)
            return
        parts = body.get(word)
        if not isinstance(parts, Mapping):
            self._fault(f"{section}.{name} names no {word}")
            return
        for part, said in parts.items():
            own = said if isinstance(said, Mapping) else {"class": said}
            whole = f"{name}.{part}"
            yield from self._entry(section, f"{noun} {whole}", whole, {**told, **own})

    def _entry(self, section: str, what: str, name: str, told: Mapping[str, object]) -> Iterator[Entry]:
        named, kept, erased = told.get("class"), told.get("kept"), _listed(told.get("erased"))
        if named not in set(DataClass):
            self._fault(f"{what} has the class {named}: use one of {', '.join(DataClass)}")
            return
        if not isinstance(kept, str) or not kept:
            self._fault(f"{what} does not say how long it is kept: give `kept`")
        if not erased:
            self._fault(f"{what} does not say what removes it: give `erased`, a file and a name in it")
        data_class = DataClass(str(named))
        if NEVER in erased and data_class in PERSONAL:
            self._fault(f"{what} is {data_class} and is never erased: name the code that removes it")
        yield Entry(section, name, data_class, str(kept), erased, str(told.get("how", "")), self._path)

    def _fault(self, text: str) -> None:
        self.faults.append(f"{self._path}: {text}")


def _listed(told: object) -> tuple[str, ...]:
    if isinstance(told, str):
        return (told,)
    return tuple(map(str, told)) if isinstance(told, Sequence) else ()
