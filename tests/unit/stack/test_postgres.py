"""Whether PostgreSQL takes connections, asked without leaving a trace where it says itself that it does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stack import postgres
from stack.layout import Layout


@pytest.mark.parametrize(("status", "knocks"), [(None, 0), ("", 0), ("starting", 0), ("stopping", 0), ("ready   ", 1)])
async def test_a_server_that_starts_is_not_knocked_at(tmp_path: Path, status: str | None, knocks: int) -> None:
    """Whoever connects too early is told so in its log, as FATAL; it is asked once its own file calls it ready."""
    layout = Layout(tmp_path)
    layout.postgres.mkdir(parents=True)
    if status is not None:
        first = ("4711", str(layout.postgres), "1900000000", "5432", "", "127.0.0.1", "  1 2", status)
        (layout.postgres / "postmaster.pid").write_text("\n".join(first) + "\n" * bool(status))
    knocked: list[int] = []

    def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        knocked.append(1)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        assert not await postgres.answers(layout, listening.sockets[0].getsockname()[1])
    finally:
        listening.close()
    assert len(knocked) == knocks
