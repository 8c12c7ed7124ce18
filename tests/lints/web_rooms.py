"""The page's rooms stand on each other in one order: none imports one that stands above it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.lints.source import Finding, Source

LAYERS = (
    "browser",
    "i18n",
    "api",
    "audio",
    "design",
    "offline",
    "state",
    "player",
    "account",
    "sharing",
    "library",
    "entry",
)
"""From the ground up: a room may import those before it. What lies in no room (App, Masthead, main) may import all."""

_SRC = "web/src/"
_IMPORT = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)["']\$/([\w.]+)(/[^"']*)?["']""", re.MULTILINE)
_GROUND = "stands on nothing but the browser: belongs into a room below all others"
_VIEW = "is asked by a view and belongs to what views share"
ABOVE: Mapping[str, Mapping[str, str]] = {
    "web/src/api/refresh.ts": {"state/locks": _GROUND, "state/shelf": _GROUND},
    "web/src/api/words.ts": {"state/minutes": _GROUND, "state/text": _GROUND},
    "web/src/design/IconButton.svelte": {"state/text": _GROUND},
    "web/src/design/Toggle.svelte": {"state/text": _GROUND},
    "web/src/design/noticeList.svelte.ts": {"state/countdown": _GROUND, "state/timer": _GROUND},
    "web/src/i18n/i18n.svelte.ts": {"state/shelf": _GROUND},
    "web/src/offline/kept.svelte.ts": {"state/locks": _GROUND, "state/tabs": _GROUND},
    "web/src/offline/roads.ts": {"state/timer": _GROUND},
    "web/src/player/Player.svelte": {"library/actions": _VIEW, "library/statusText": _VIEW},
    "web/src/state/session.svelte.ts": {
        "library/actions": "a session that ends forgets what a view began: views should hear of it instead",
        "player/memory": "a session that ends forgets what a view began: views should hear of it instead",
    },
}
"""File -> what it imports from above -> why that is wrong. It may only shrink."""


def imports_from_above(source: Source) -> Iterator[Finding]:
    """An import of a room that stands above the file's own, and a room that has no place."""
    place = str(source.path)
    is_test = source.path.name.endswith((".test.ts", ".fixture.ts"))
    if not place.startswith(_SRC) or source.path.suffix not in {".svelte", ".ts"} or is_test:
        return
    room, in_room, _ = place.removeprefix(_SRC).partition("/")
    if not in_room:
        return
    if room not in LAYERS:
        yield source.finding(1, f"{room} is a new room: give it a place in LAYERS of tests/lints/web_rooms.py")
        return
    lawful = {*LAYERS[: LAYERS.index(room) + 1]}
    for found in _IMPORT.finditer(source.text):
        other, inside = found.group(1), (found.group(2) or "")
        if other not in lawful and f"{other}{inside}" not in ABOVE.get(place, {}):
            line = source.text.count("\n", 0, found.start(1)) + 1
            yield source.finding(line, f"{other} stands above {room}: let what is needed be given, or move it down")
