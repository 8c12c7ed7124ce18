"""What a listener is given of their sounds and pictures, on real PostgreSQL and a real folder."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chassis.db.export import CONTENT_BYTES_MAX, Documents
from chassis.rpc.errors import RpcRefused
from chassis.rpc.export import Exporter
from services.library.app import give_files
from services.library.app.delete_track import delete_track
from services.library.app.give_files import GivenFiles
from services.library.app.set_cover import set_cover
from services.library.store.exports import DOCUMENTS
from stripsession.privacy.v1 import data_holder_service_pb2 as pb
from tests.integration.library import test_downloads
from tests.integration.library import world as world_of
from tests.integration.library.test_downloads import song
from tests.integration.library.world import OWNER, STEMS, STRANGER, World
from tests.unit.library.pictures import png


async def given(world: World, **asked: object) -> list[tuple[pb.ExportPart, bytes]]:
    """Parts with their content, over the contract."""
    exporter = Exporter(Documents(world.database, DOCUMENTS), GivenFiles(world.ports))
    parts: list[tuple[pb.ExportPart, bytes]] = []
    responses: AsyncIterator[pb.ExportResponse] = exporter.responses(pb.ExportRequest(**asked))  # type: ignore[arg-type]  # fields by their names
    async for answer in responses:
        assert len(answer.content) <= 1024 * 1024
        if answer.WhichOneof("piece") == "part":
            parts.append((answer.part, b""))
        else:
            parts[-1] = (parts[-1][0], parts[-1][1] + answer.content)
    return parts


async def test_everything_of_a_listeners_is_given_and_nothing_of_anothers(world: World) -> None:
    """Documents first, then covers and stems under names of ours; a neighbour is in none of it."""
    (mine, _), (others, _) = await song(world), await song(world, owner_id=STRANGER)
    await set_cover(world.ports, OWNER, mine.track_id, png(9, 9))
    parts = await given(world, user_id=OWNER)
    names = [part.name for part, _ in parts]
    stems = [f"stems/{mine.track_id}/{stem}.flac" for stem in sorted(mine.stems)]
    assert names[-len(stems) - 1 :] == [f"covers/{mine.track_id}.png", *stems]
    assert {"tracks.json", "uploads.json", "segments.json", "track_tags.json"} <= set(names)
    whole = b"".join(content for _, content in parts)
    for hidden in (STRANGER, others.track_id, others.upload_id):
        assert hidden.encode() not in whole
    contents = {part.name: content for part, content in parts}
    (track,) = json.loads(contents["tracks.json"])
    assert (track["track_id"], track["title"]) == (mine.track_id, mine.title)
    assert contents[f"covers/{mine.track_id}.png"] == png(9, 9)
    for part, content in parts:
        if part.version:
            assert part.size_bytes == len(content)
        else:
            assert json.loads(content)
            assert part.schema.startswith("[{")
            written = json.dumps(json.loads(content), ensure_ascii=False, sort_keys=True, indent=2)
            assert content.decode() == f"{written}\n"


async def test_giving_goes_on_after_any_part(world: World) -> None:
    """Whoever was cut off asks for what comes after the last whole part, and reads nothing twice."""
    for _ in range(2):
        track, _ = await song(world)
        await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    names = [part.name for part, _ in await given(world, user_id=OWNER)]
    assert len(set(names)) == len(names)
    for number, name in enumerate(names):
        assert [part.name for part, _ in await given(world, user_id=OWNER, after=name)] == names[number + 1 :]
    with pytest.raises(RpcRefused, match="place"):
        await given(world, user_id=OWNER, after="shoes.json")


async def test_a_file_is_read_from_any_byte(world: World) -> None:
    """A stem from a byte on is the end of the whole, without what comes after it; a document has no such place."""
    track, _ = await song(world)
    name = f"stems/{track.track_id}/{track.stems[0]}.flac"
    ((part, whole),) = await given(world, user_id=OWNER, part=name)
    for offset in (0, 1, len(whole) // 2, len(whole) - 1, len(whole)):
        ((_, rest),) = await given(world, user_id=OWNER, part=name, offset=offset, version=part.version)
        assert rest == whole[offset:]
    for place in (
        {"part": name, "offset": len(whole) + 1},
        {"part": name, "offset": -1},
        {"part": "tracks.json", "offset": 1},
    ):
        with pytest.raises(RpcRefused, match="place"):
            await given(world, user_id=OWNER, **place)


async def test_what_is_gone_or_another_is_told_so(world: World) -> None:
    """A part of a deleted track, in another version, of somebody else or of no such name is not there."""
    track, _ = await song(world)
    name = f"stems/{track.track_id}/{track.stems[0]}.flac"
    for asked in (
        {"user_id": STRANGER, "part": name},
        {"user_id": OWNER, "part": name, "version": "job_other"},
        {"user_id": OWNER, "part": f"stems/{track.track_id}/../tracks.flac"},
        {"user_id": OWNER, "part": "shoes.json"},
    ):
        with pytest.raises(RpcRefused, match="not there"):
            await given(world, **asked)
    await delete_track(world.ports, OWNER, track.track_id)
    with pytest.raises(RpcRefused, match="not there"):
        await given(world, user_id=OWNER, part=name)
    assert [part.name for part, _ in await given(world, user_id=OWNER) if "/" in part.name] == []


async def test_more_than_a_page_is_given_in_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few tracks are known at a time, each cover and stem is given once, and after any of them the rest."""
    monkeypatch.setattr(give_files, "_PAGE", 2)
    tracks = [(await song(world))[0] for _ in range(5)]
    for track in tracks:
        await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    await song(world, owner_id=STRANGER)
    names = [part.name for part, _ in await given(world, user_id=OWNER) if "/" in part.name]
    covers = sorted(f"covers/{track.track_id}.png" for track in tracks)
    assert names == [*covers, *sorted(f"stems/{track.track_id}/{stem}.flac" for track in tracks for stem in STEMS)]
    for number, name in enumerate(names):
        assert [part.name for part, _ in await given(world, user_id=OWNER, after=name)] == names[number + 1 :]


async def test_stems_are_in_the_order_of_their_whole_names(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stem whose name begins another's is not skipped by who goes on after that: a dash comes before the ending."""
    for module in (test_downloads, world_of):
        monkeypatch.setattr(module, "STEMS", ("bass", "bass-2"))
    track, _ = await song(world)
    names = [part.name for part, _ in await given(world, user_id=OWNER) if "/" in part.name]
    assert names == [f"stems/{track.track_id}/{stem}.flac" for stem in ("bass-2", "bass")]
    assert [part.name for part, _ in await given(world, user_id=OWNER, after=names[0])] == names[1:]
    assert await given(world, user_id=OWNER, after=names[1]) == []


async def test_a_stem_of_other_segments_is_another(world: World) -> None:
    """Cut otherwise by the same job a stem has other bytes, and so another version; as it was it has the same."""
    track, _ = await song(world)
    name = f"stems/{track.track_id}/{track.stems[0]}.flac"
    ((part, _),) = await given(world, user_id=OWNER, part=name)
    ((again, _),) = await given(world, user_id=OWNER, part=name, version=part.version)
    assert again == part
    # A byte of the second segment is one of the first: all in all as long.
    await world.database.pool.execute(
        "UPDATE segment_stems SET frame_bytes = frame_bytes + CASE index WHEN 0 THEN 1 ELSE -1 END"
        " WHERE track_id = $1 AND index < 2",
        track.track_id,
    )
    with pytest.raises(RpcRefused, match="not there"):
        await given(world, user_id=OWNER, part=name, version=part.version)


async def test_a_file_that_does_not_open_is_gone(world: World) -> None:
    """Of what was changed in storage nobody has the bytes any more: that is said, and not that it may come back."""
    track, _ = await song(world)
    name = f"stems/{track.track_id}/{track.stems[0]}.flac"
    object_name = await world.database.pool.fetchval(
        "SELECT object_name FROM segment_stems WHERE track_id = $1 AND stem = $2 LIMIT 1",
        track.track_id,
        track.stems[0],
    )
    await world.objects.put(world.objects.new_key(), object_name, b"other bytes under another key")
    for asked in ({"part": name}, {"after": f"stems/{track.track_id}/a.flac"}):
        with pytest.raises(RpcRefused, match="not there"):
            await given(world, user_id=OWNER, **asked)


async def test_a_large_document_comes_in_bounded_pieces(world: World) -> None:
    """However many rows there are, no piece is larger than the contract allows, and together they are one list."""
    await _many_uploads(world)
    sizes, content = [], b""
    async for answer in _uploads(world):
        sizes.append(len(answer.content))
        content += answer.content
    assert max(sizes) <= CONTENT_BYTES_MAX
    assert len(sizes) > 4
    assert len(json.loads(content)) == 5000


async def test_a_large_document_is_asked_for_as_it_is_read(world: World) -> None:
    """The first piece comes before the last row was asked for: without the database there is no other one."""
    await _many_uploads(world)
    pieces = _uploads(world)
    while not (await anext(pieces)).content:
        pass
    async with world.database.pool.acquire() as other:
        ended = await other.fetchval(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state = 'idle in transaction'"
        )
    assert ended == 1
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await anext(pieces)


async def _many_uploads(world: World) -> None:
    await world.database.pool.execute(
        "INSERT INTO uploads (upload_id, owner_id, length_bytes, file_name, created_at, erased_by)"
        " SELECT 'upl_' || n, $1, 4, repeat('x', 200), now(), now() FROM generate_series(1, 5000) AS n",
        OWNER,
    )


def _uploads(world: World) -> AsyncIterator[pb.ExportResponse]:
    exporter = Exporter(Documents(world.database, DOCUMENTS))
    return exporter.responses(pb.ExportRequest(user_id=OWNER, part="uploads.json"))
