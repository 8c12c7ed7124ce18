"""Every name under which the page keeps something is mapped; that none is elsewhere is held by a lint of its name."""

from __future__ import annotations

import re

import pytest

from chassis.datamap.comparing import compare
from tests.integration.datamap.maps import ROOT, map_of, where
from tests.lints.browser_names import REGISTRY

KINDS = {
    "LOCAL": "local",
    "TAB": "tab",
    "DATABASES": "database",
    "CACHES": "cache",
    "CHANNELS": "channel",
    "LOCKS": "lock",
}


def names_in(text: str) -> list[str]:
    """As `kind:name`, with `*` for what follows a beginning."""
    return [
        f"{KINDS[group]}:{name}" + ("*" if name[-1] in ".:" else "")
        for group, body in re.findall(r"^export const (\w+) = \{(.*?)\} as const;$", text, re.M | re.S)
        for name in re.findall(r'"([^"]+)"', body)
    ]


def test_every_name_is_mapped() -> None:
    """The page's names are those of its data map; another is told with its remedy."""
    text = (ROOT / REGISTRY).read_text(encoding="utf-8")
    assert text.count("stripsession") == len(names_in(text))
    assert compare("browser", names_in(text), map_of("web"), where=where("web")) == []
    seen = text.replace("export const TAB = {", 'export const TAB = {\n  seen: "stripsession.seen.",', 1)
    (fault,) = compare("browser", names_in(seen), map_of("web"), where=where("web"))
    assert fault.startswith("browser storage name tab:stripsession.seen.* is not mapped: add it to web/datamap.yaml")


def test_a_new_kind_of_name_is_found() -> None:
    """A group of names that this test does not know of fails it."""
    with pytest.raises(KeyError):
        names_in('export const FILES = {\n  a: "stripsession.a",\n} as const;\n')
