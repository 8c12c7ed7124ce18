"""Holders that are asked for what they hold of a person, over a real wire."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from chassis.db.export import Documents
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.export import Exporter, gone
from chassis.rpc.server import RpcServer
from chassis.sealing import SealBroken
from chassis.testing.nats import free_port
from services.retention.clients.giving_holders import GivingClient
from services.retention.domain.errors import HolderFailed, PartGone
from services.retention.domain.export import Given
from services.retention.store.own_export import DOCUMENTS, OwnExport
from stripsession.privacy.v1 import data_holder_service_pb2 as pb
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as pb_grpc

PERSON = "usr_listener"
SOUND = bytes(range(256)) * 12_000


@dataclasses.dataclass(frozen=True)
class Sound:
    """A file of somebody's, of three MiB or so."""

    name: str = "stems/trk_1/drums.flac"
    kind: str = "stem_files"
    media_type: str = "audio/flac"
    version: str = "1"
    size_bytes: int = len(SOUND)
    fails: Exception | None = None
    hangs: bool = False
    left: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    """Whoever read it has stopped."""

    async def read(self, offset: int) -> AsyncGenerator[bytes, None]:
        try:
            if self.fails is not None or self.hangs:
                yield SOUND[offset : offset + 10]
            if self.fails is not None:
                raise self.fails
            if self.hangs:
                await asyncio.Event().wait()
            yield SOUND[offset:]
        finally:
            self.left.set()


class Sounds:
    """One sound of one person."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound

    async def after(self, user_id: str, name: str) -> AsyncGenerator[Sound, None]:
        if user_id == PERSON and name < self._sound.name:
            yield self._sound

    async def find(self, user_id: str, name: str) -> Sound | None:
        return self._sound if (user_id, name) == (PERSON, self._sound.name) else None


class ServedHolder(pb_grpc.DataHolderServiceServicer):
    """Holds what retention's own tables do, and a sound."""

    def __init__(self, database: Database, sound: Sound) -> None:
        self._exporter = Exporter(Documents(database, DOCUMENTS), Sounds(sound))

    async def Erase(self, request: pb.EraseRequest, context: object) -> pb.EraseResponse:
        raise AssertionError("nobody was to be erased")

    async def Census(self, request: pb.CensusRequest, context: object) -> pb.CensusResponse:
        raise AssertionError("nothing was to be counted")

    def Export(self, request: pb.ExportRequest, context: object) -> AsyncIterator[pb.ExportResponse]:
        return self._exporter.responses(request)

    async def Purge(self, request: pb.PurgeRequest, context: object) -> pb.PurgeResponse:
        raise AssertionError("nothing was to be purged")


@contextlib.asynccontextmanager
async def served(database: Database, certificates: Path, sound: Sound | None = None) -> AsyncIterator[GivingClient]:
    holder = ServedHolder(database, sound or Sound())
    server = RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, "library"),
        statuses={},
        registrations=[lambda server: pb_grpc.add_DataHolderServiceServicer_to_server(holder, server)],
        readiness=Readiness(),
        drain_s=0,
    )
    await server.start()
    channel = Channel("library", f"127.0.0.1:{server.port}", Certificates(certificates, "retention"))
    try:
        yield GivingClient(channel)
    finally:
        await channel.stop()
        await server.stop()


async def _held(database: Database) -> None:
    await database.pool.executemany(
        "INSERT INTO erasures (upload_id, owner_id, uploaded_at, erased_at, reason, objects)"
        " VALUES ($1, $2, now(), now(), 'finished', 1)",
        [("upl_1", PERSON), ("upl_2", "usr_other")],
    )


async def test_parts_come_over_the_wire_as_they_were_given(database: Database, certificates: Path) -> None:
    """What a holder gives of its tables is what retention gives of the same, and a file follows, in pieces."""
    await _held(database)
    async with served(database, certificates) as client:
        pieces = [piece async for piece in client.give(PERSON, "")]
        after = [piece async for piece in client.give(PERSON, "erasures.json")]
    own = [piece async for piece in OwnExport(database).give(PERSON, "")]
    assert pieces[: len(own)] == own
    (row,) = json.loads(b"".join(piece for piece in own if isinstance(piece, bytes)))
    assert row["upload_id"] == "upl_1"
    given, *sound = pieces[len(own) :]
    assert isinstance(given, Given)
    assert (given.name, given.size_bytes) == (Sound().name, len(SOUND))
    assert b"".join(piece for piece in sound if isinstance(piece, bytes)) == SOUND
    assert max(len(piece) for piece in sound if isinstance(piece, bytes)) <= 1024 * 1024
    assert after == pieces[len(own) :]


async def test_a_file_is_read_on_until_it_is_gone(database: Database, certificates: Path) -> None:
    """From any byte on. Of another version, size, name or person it is gone; of a holder that is down none can say."""
    given = Given(Sound().name, "stem_files", "audio/flac", "", "1", len(SOUND))
    async with served(database, certificates) as client:
        assert b"".join([piece async for piece in client.read(PERSON, given, 1_000_000)]) == SOUND[1_000_000:]
        for user_id, part in (
            ("usr_other", given),
            (PERSON, Given(given.name, "stem_files", "audio/flac", "", "2", len(SOUND))),
            (PERSON, Given(given.name, "stem_files", "audio/flac", "", "1", 5)),
            (PERSON, Given("stems/trk_2/drums.flac", "stem_files", "audio/flac", "", "1", len(SOUND))),
        ):
            with pytest.raises(PartGone):
                await anext(client.read(user_id, part, 0))
    channel = Channel("library", f"127.0.0.1:{free_port()}", Certificates(certificates, "retention"))
    try:
        with pytest.raises(HolderFailed):
            await anext(GivingClient(channel).read(PERSON, given, 0))
        with pytest.raises(HolderFailed):
            await anext(GivingClient(channel).give(PERSON, ""))
    finally:
        await channel.stop()


@pytest.mark.parametrize(
    ("fault", "told_giving", "told_reading"),
    [
        (ZeroDivisionError(), "INTERNAL", HolderFailed),
        (gone(), "PART_GONE", PartGone),
        (SealBroken(), "PART_GONE", PartGone),
    ],
)
async def test_a_failure_in_the_middle_is_one(
    database: Database, certificates: Path, fault: Exception, told_giving: str, told_reading: type[Exception]
) -> None:
    """After some bytes a holder may still fail, or have no more of a file: that is told, and is never its end."""
    given = Given(Sound().name, "stem_files", "audio/flac", "", "1", len(SOUND))
    async with served(database, certificates, Sound(fails=fault)) as client:
        giving = client.give(PERSON, "")
        assert isinstance(await anext(giving), Given)
        assert await anext(giving) == SOUND[:10]
        with pytest.raises(HolderFailed) as caught:
            await anext(giving)
        assert caught.value.word == told_giving
        reading = client.read(PERSON, given, 5)
        assert await anext(reading) == SOUND[5:15]
        with pytest.raises(told_reading):
            await anext(reading)


async def test_whoever_stops_reading_is_not_given_more(database: Database, certificates: Path) -> None:
    """A download that broke off ends the question to its holder, which would else hold it for hours."""
    given = Given(Sound().name, "stem_files", "audio/flac", "", "1", len(SOUND))
    for asks in ("give", "read"):
        sound = Sound(hangs=True)
        async with served(database, certificates, sound) as client:
            pieces = client.give(PERSON, "") if asks == "give" else client.read(PERSON, given, 0)
            async with contextlib.aclosing(pieces):
                while await anext(pieces) != SOUND[:10]:
                    pass
                assert not sound.left.is_set()
            async with asyncio.timeout(10):
                await sound.left.wait()
