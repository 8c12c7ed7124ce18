"""The page asks the gateway by its typed client: a path that the document does not have fails its types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.lints.source import Finding, Source

PATH = re.compile(r"""["'`]/v1/""")
TYPED = re.compile(r"\b(api\.(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\(|(addressOf|shapeOf)\(|Query<)\s*$")
# The client itself, which names the paths that the browser opens by itself.
CLIENT = "web/src/api/"
WRITTEN: Mapping[str, str] = {
    "web/src/library/actions.ts": "one request goes on while the page is left, as no renewal and no other try does",
    "web/src/state/tusSending.ts": "tus-js-client is told where to begin, and the server where to go on",
}
"""File -> why its paths are written by hand. It may only shrink."""


def hand_written_paths(source: Source) -> Iterator[Finding]:
    """A path of the gateway outside the typed client."""
    place = str(source.path)
    is_page = place.startswith("web/src/") and source.path.suffix in {".svelte", ".ts"}
    is_test = source.path.name.endswith((".test.ts", ".fixture.ts"))
    if not is_page or is_test or place.startswith(CLIENT) or place in WRITTEN:
        return
    for found in PATH.finditer(source.text):
        if not TYPED.search(source.text[: found.start()]):
            line = source.text.count("\n", 0, found.start()) + 1
            yield source.finding(
                line, "a path of the gateway: ask by `api` of $/api/client, or make the address by `addressOf`"
            )
