"""Every place on a machine's disk is mapped: in the data folder as it is laid out, and outside as code names it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from chassis.datamap.comparing import compare
from chassis.datamap.document import DataMap
from stack.layout import Layout
from tests.integration.datamap.maps import ROOT, map_of, where

OUTSIDE = ("/dev/shm", "/tmp", "/var/tmp")
TEMPORARY = frozenset({"mkdtemp", "mkstemp", "NamedTemporaryFile", "SpooledTemporaryFile", "TemporaryDirectory"})


def folders_of(layout: type[Layout]) -> set[str]:
    """First folders below the root of everything that a layout names."""
    named = [name for name in dir(layout) if isinstance(getattr(layout, name), property)]
    made = layout(Path("/data"))
    return {getattr(made, name).relative_to("/data").parts[0] for name in named}


def mapped() -> dict[str, str]:
    """First folder, or folder outside -> a pattern of the map."""
    names = [*map_of("stack").of("files"), *map_of("separation").of("files")]
    return {
        next((place for place in OUTSIDE if name.startswith(place)), name.partition("/")[0]): name for name in names
    }


def places_outside(text: str) -> Iterator[str]:
    """Folders outside the data folder that code names, and calls that choose one."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (place for place in OUTSIDE if node.value == place or node.value.startswith(f"{place}/"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TEMPORARY:
            yield node.func.attr


def test_every_folder_of_the_layout_is_mapped() -> None:
    """The data folder has the folders of the data map; another is told with its remedy."""
    inside = {place: name for place, name in mapped().items() if place not in OUTSIDE}
    known = map_of("stack")
    entries = tuple(entry for entry in known.entries if entry.name in inside.values())
    folders = DataMap("stack", known.path, entries)

    def faults(layout: type[Layout]) -> list[str]:
        living = [inside.get(folder, folder) for folder in folders_of(layout)]
        return compare("files", living, folders, where=where("stack"))

    class Wider(Layout):
        @property
        def previews(self) -> Path:
            return self.root / "previews"

    assert faults(Layout) == []
    assert faults(Wider) == ["file previews is not mapped: add it to stack/datamap.yaml with class, kept, erased"]


def test_nothing_is_written_outside_unmapped() -> None:
    """Code names no scratch folder outside the data folder but those that are mapped, and has none chosen."""
    tops = ("chassis", "services", "stack")
    paths = [path for top in tops for path in (ROOT / top).rglob("*.py") if "testing" not in path.parts]
    found = {place for path in paths for place in places_outside(path.read_text(encoding="utf-8"))}
    assert found == {place for place in mapped() if place in OUTSIDE}


def test_a_scratch_folder_is_found() -> None:
    """A scratch folder is seen however code comes by it."""
    assert list(places_outside('p = Path("/tmp/previews")\nq = tempfile.mkdtemp()\n')) == ["mkdtemp", "/tmp"]
