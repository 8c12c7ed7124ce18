"""An export's two indices, as parts of it: written once all others are whole, a page of them at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from services.retention.app.export_ports import ExportPorts
from services.retention.domain.export import OURS, Export, Given, Part
from services.retention.domain.export_index import html_head, html_row, html_tail, json_head, json_row, json_tail

_PAGE = 200


async def index_html(ports: ExportPorts, export: Export) -> AsyncGenerator[Given | bytes, None]:
    """For people."""
    yield Given("index.html", "index", "text/html")
    yield html_head(export).encode()
    async for part in _parts(ports, export):
        yield html_row(part, ports.words).encode()
    yield html_tail().encode()


async def index_json(ports: ExportPorts, export: Export) -> AsyncGenerator[Given | bytes, None]:
    """For programs."""
    yield Given("index.json", "index", "application/json")
    yield json_head(export).encode()
    is_first = True
    async for part in _parts(ports, export):
        yield json_row(part, ports.words, is_first=is_first).encode()
        is_first = False
    yield json_tail().encode()


async def _parts(ports: ExportPorts, export: Export) -> AsyncIterator[Part]:
    after = -1
    while page := await ports.exports.parts(export, after, _PAGE):
        for part in page:
            if part.holder != OURS:
                yield part
        after = page[-1].position
