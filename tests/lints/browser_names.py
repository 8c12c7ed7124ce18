"""What the page keeps in a browser has its name in one file, which a test compares with the data map."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.lints.source import Finding, Source

REGISTRY = "web/src/browser/names.ts"
KEEPERS = {
    "localStorage": ("web/src/state/shelf.ts",),
    "sessionStorage": ("web/src/state/shelf.ts",),
    "indexedDB": ("web/src/state/keptHandles.ts",),
    "caches": (
        "web/src/offline/kept.svelte.ts",
        "web/src/offline/roads.ts",
        "web/src/offline/wholePage.ts",
        "web/src/offline/worker.ts",
    ),
    "cookieStore": (),
    "cookie": (),
    "BroadcastChannel": ("web/src/state/tabs.ts",),
    "locks": ("web/src/state/locks.ts",),
    "getDirectory": (),
}
"""What a browser keeps things by -> the files that use it."""
_REMEDY = f"what the page keeps has its name in {REGISTRY} alone: name it there, and map it in web/datamap.yaml"
# A file that a person saves has a name, too, and is theirs.
_NAME = re.compile(r"""["'`]stripsession[.:-](?![\w-]+\.txt")[\w.:-]*["'`$]""")
# A name given in place; `keys` of a cache and `read` of a stream have no text for their first argument.
_GIVEN = re.compile(
    r"""\b(?:shelf|tabShelf|Shelf|this\.shelf)\.(?:read|write|remove|keys)\(\s*["'`]"""
    r"""|\bcaches\.(?:open|has|delete|match)\(\s*["'`]|\b(?:joiningTabs|locked|heldNames)\(\s*["'`]"""
    r"""|\bindexedDB\.\w+\(\s*["'`]"""
)
# Whatever it is reached by: `window.localStorage`, `{ locks } = navigator`, or another name for it.
_USES = {name: re.compile(rf"(?<![\w$#]){name}(?![\w$])") for name in KEEPERS}
# By its name as a text; that of a cookie is also a word of the contract.
_LOOKED_UP = {name: re.compile(rf"""\[\s*["'`]{name}["'`]\s*\]""") for name in KEEPERS}
_TOKEN = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?P<template>`(?:\\.|[^`\\])*`)"""
    r"""|(?P<comment>/\*.*?\*/|<!--.*?-->|(?<!:)//[^\n]*)""",
    re.DOTALL,
)


def _blanked(text: str, *kinds: str) -> str:
    """The source with the tokens of these kinds gone, and every line where it was."""
    return _TOKEN.sub(
        lambda found: re.sub(r"[^\n]", " ", found[0]) if found.lastgroup in kinds else found[0],
        text,
    )


def browser_names_elsewhere(source: Source) -> Iterator[Finding]:
    """A name of what is kept outside the registry, or a use of the browser's keeping outside the files that do it."""
    place = str(source.path)
    is_page = place.startswith("web/src/") and source.path.suffix in {".svelte", ".ts"}
    is_test = source.path.name.endswith((".test.ts", ".fixture.ts"))
    if not is_page or is_test or place == REGISTRY:
        return
    foreign = [name for name, places in KEEPERS.items() if place not in places]
    told, code = _blanked(source.text, "comment"), _blanked(source.text, "comment", "text")
    sought = [(pattern, told) for pattern in (_NAME, _GIVEN, *(_LOOKED_UP[name] for name in foreign))]
    sought += [(_USES[name], code) for name in foreign]
    lines = {text.count("\n", 0, found.start()) + 1 for pattern, text in sought for found in pattern.finditer(text)}
    yield from (source.finding(line, _REMEDY) for line in sorted(lines))
