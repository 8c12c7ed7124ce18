"""The bytes of a file that is made of a track's segments, as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from services.library.app.ports import Ports
from services.library.app.read_segment import read_segment
from services.library.media.assembly import Assembly

CHUNK_BYTES_MAX = 1024 * 1024


async def read_assembly(
    ports: Ports, owner_id: str, track_id: str, stems: Sequence[str], assembly: Assembly, start: int, stop: int
) -> AsyncGenerator[bytes, None]:
    """Bytes [start, stop) in chunks of 1 MiB at most; `stems` are the assembly's sources 0, 1, ...

    Two segments are in memory at a time, one being read while the other is worked on in a thread. Raises as
    `read_segment` does.
    """
    refs = iter(await asyncio.to_thread(assembly.segments_for, start, stop))
    run = await asyncio.to_thread(assembly.run, start, stop)

    def begin_next() -> asyncio.Task[bytes] | None:
        ref = next(refs, None)
        if ref is None:
            return None
        return asyncio.create_task(read_segment(ports, owner_id, track_id, stems[ref.source], ref.segment))

    reading = begin_next()
    try:
        while reading is not None:
            segment = await reading
            reading = begin_next()
            made = await asyncio.to_thread(run.feed, segment)
            for chunk in chunks(made):
                yield chunk
        for chunk in chunks(await asyncio.to_thread(run.finish)):
            yield chunk
    finally:
        if reading is not None:
            reading.cancel()


def chunks(data: bytes) -> list[bytes]:
    """Some bytes in chunks; none of nothing."""
    if len(data) <= CHUNK_BYTES_MAX:
        return [data] if data else []
    return [data[at : at + CHUNK_BYTES_MAX] for at in range(0, len(data), CHUNK_BYTES_MAX)]
