"""Several inference servers behind one port."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from services.separation.app.chunk_calls import Spent, Turn, at_once, untold
from services.separation.clients.engine_replicas import EngineReplicas
from services.separation.domain.errors import DependencyAway, EngineFailed, ModelChanged
from services.separation.domain.models import ModelShape

CHUNK = np.zeros((2, 8), np.float32)


class Server:
    """An engine that answers when it is let, or is away."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.asked = 0
        self.described = 0
        self.meeting: asyncio.Barrier | None = None
        self.shape = ModelShape(44100, 8, 4, ("vocals", "other"), "1", weights_sha256="a" * 64)
        self.let = asyncio.Event()
        self.let.set()
        self.fault: Exception | None = None
        self.running = False

    async def start(self) -> None:
        self.running = True

    async def stop(self) -> None:
        self.running = False

    async def describe(self, model: str) -> ModelShape:
        self.described += 1
        if self.fault:
            raise self.fault
        if self.meeting:
            await self.meeting.wait()
        return replace(self.shape, version=f"{model} of {self.number}")

    async def separate(
        self,
        model: str,
        chunk: NDArray[np.float32],
        spent: Spent = untold,
        its_turn: Turn = at_once,
    ) -> NDArray[np.float32]:
        self.asked += 1
        if self.fault:
            raise self.fault
        await self.let.wait()
        await its_turn()
        spent(0.5 + self.number)
        return np.stack((chunk + self.number, chunk))


class Time:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def servers() -> list[Server]:
    return [Server(number) for number in range(3)]


async def test_chunks_go_to_the_least_busy(servers: list[Server]) -> None:
    """Chunks asked at once are spread evenly, and a server that is done gets the next."""
    replicas = EngineReplicas(servers)
    for server in servers:
        server.let.clear()
    asking = [asyncio.create_task(replicas.separate("m", CHUNK)) for _ in range(6)]
    # Every task runs up to its server's door before this one goes on.
    await asyncio.gather(*(asyncio.create_task(server.describe("m")) for server in servers))
    assert [server.asked for server in servers] == [2, 2, 2]
    servers[1].let.set()
    await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
    while servers[1].asked < 3:
        await asyncio.wait_for(replicas.separate("m", CHUNK), 5)
    assert [servers[0].asked, servers[2].asked] == [2, 2]
    for server in servers:
        server.let.set()
    await asyncio.gather(*asking)


async def test_a_server_whose_answer_waits_for_its_turn_is_free(servers: list[Server]) -> None:
    """It has done its work: the next chunk goes to it, and not to one that is still at work."""
    replicas = EngineReplicas(servers[:2])
    servers[0].let.clear()
    fetching, turn = asyncio.Event(), asyncio.Event()

    async def its_turn() -> None:
        fetching.set()
        await turn.wait()

    slow = asyncio.create_task(replicas.separate("m", CHUNK))
    await asyncio.create_task(servers[0].describe("m"))
    waiting = asyncio.create_task(replicas.separate("m", CHUNK, untold, its_turn))
    await asyncio.wait_for(fetching.wait(), 5)
    await asyncio.wait_for(replicas.separate("m", CHUNK), 5)
    assert [server.asked for server in servers[:2]] == [1, 2]
    turn.set()
    servers[0].let.set()
    await asyncio.gather(slow, waiting)


async def test_what_a_chunk_took_is_told_by_the_server_that_made_it(servers: list[Server]) -> None:
    """One that is away and passed over adds nothing."""
    servers[0].fault = DependencyAway("inference", "gone")
    told: list[float] = []
    await EngineReplicas(servers).separate("m", CHUNK, told.append)
    assert told == [1.5]


async def test_a_server_that_is_away_is_passed_over(servers: list[Server]) -> None:
    """Its chunk goes to another at once, it is asked last for a while, and then it is asked again."""
    clock = Time()
    replicas = EngineReplicas(servers, clock)
    servers[0].fault = DependencyAway("inference", "gone")
    for _ in range(4):
        await replicas.separate("m", CHUNK)
    assert servers[0].asked == 1
    servers[0].fault = None
    clock.now_s += 10
    await replicas.separate("m", CHUNK)
    assert servers[0].asked == 2


async def test_all_away_is_told(servers: list[Server]) -> None:
    """Only when no server answers is the engine away, after each was asked once."""
    replicas = EngineReplicas(servers)
    for server in servers:
        server.fault = DependencyAway("inference", "gone")
    with pytest.raises(DependencyAway):
        await replicas.separate("m", CHUNK)
    assert [server.asked for server in servers] == [1, 1, 1]
    with pytest.raises(DependencyAway):
        await replicas.describe("m")


async def test_a_refusal_is_asked_about_once_more(servers: list[Server]) -> None:
    """A chunk that two servers refuse is refused: no third is asked, and neither server is thought the worse of."""
    replicas = EngineReplicas(servers, Time())
    servers[0].fault = servers[1].fault = EngineFailed("no")
    with pytest.raises(EngineFailed):
        await replicas.separate("m", CHUNK)
    assert [server.asked for server in servers] == [1, 1, 0]
    servers[0].fault = servers[1].fault = None
    await replicas.separate("m", CHUNK)
    assert [server.asked for server in servers] == [2, 1, 0]
    lone = Server(0)
    lone.fault = EngineFailed("no")
    with pytest.raises(EngineFailed):
        await EngineReplicas([lone]).separate("m", CHUNK)
    assert lone.asked == 1


async def test_a_server_that_spoils_what_another_answers_is_passed_over(servers: list[Server]) -> None:
    """One whose device has failed refuses at once and so is never busy: it is asked last for a while all the same."""
    clock = Time()
    replicas = EngineReplicas(servers, clock)
    servers[0].fault = EngineFailed("device lost")
    for _ in range(5):
        answer = await replicas.separate("m", CHUNK)
        assert answer[0, 0, 0] == 1
    assert [server.asked for server in servers] == [1, 5, 0]
    clock.now_s += 10
    servers[0].fault = None
    await replicas.separate("m", CHUNK)
    assert servers[0].asked == 2


async def test_every_server_is_asked_at_once_how_a_model_is(servers: list[Server]) -> None:
    """One that answers does not vouch for the others: all are asked, and none waits for another."""
    meeting = asyncio.Barrier(len(servers))
    for server in servers:
        server.meeting = meeting
    async with asyncio.timeout(30):
        assert (await EngineReplicas(servers).describe("m")).weights_sha256 == "a" * 64
    assert [server.described for server in servers] == [1, 1, 1]


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize(
    "other",
    [{"weights_sha256": "b" * 64}, {"weights_sha256": ""}, {"hop_samples": 2}, {"stems": ("other", "vocals")}],
    ids=lambda other: str(*other),
)
async def test_servers_that_differ_are_told(servers: list[Server], number: int, other: dict[str, Any]) -> None:
    """Whichever of them has another network, or cuts the song otherwise: a song of both must not be kept."""
    servers[number].shape = replace(servers[number].shape, **other)
    with pytest.raises(ModelChanged):
        await EngineReplicas(servers).describe("m")


async def test_servers_may_differ_in_what_separates_nothing(servers: list[Server]) -> None:
    """The same network may run on a processor here and on a GPU there, under another version."""
    servers[1].shape = replace(servers[1].shape, device="gpu")
    assert (await EngineReplicas(servers).describe("m")).device == "cpu"


@pytest.mark.parametrize("fault", [DependencyAway("inference", "gone"), EngineFailed("cannot load it")])
async def test_a_server_that_cannot_say_is_not_waited_for(servers: list[Server], fault: Exception) -> None:
    """One that is away, or cannot load the model, is passed over for a while; the others say how it is."""
    servers[0].fault = fault
    replicas = EngineReplicas(servers, Time())
    assert (await replicas.describe("m")).version == "m of 1"
    await replicas.separate("m", CHUNK)
    assert [server.asked for server in servers] == [0, 1, 0]


async def test_when_none_can_say_one_that_is_away_counts(servers: list[Server]) -> None:
    """While one is away there is hope; when all are there and cannot load the model, that is told."""
    for server in servers:
        server.fault = EngineFailed("cannot load it")
    with pytest.raises(EngineFailed):
        await EngineReplicas(servers).describe("m")
    servers[2].fault = DependencyAway("inference", "gone")
    with pytest.raises(DependencyAway):
        await EngineReplicas(servers).describe("m")


async def test_all_are_started_and_stopped(servers: list[Server]) -> None:
    """Every server is connected to and hung up on; none at all is a fault of the settings."""
    replicas = EngineReplicas(servers)
    await replicas.start()
    assert all(server.running for server in servers)
    assert (await replicas.describe("m")).version == "m of 0"
    await replicas.stop()
    assert not any(server.running for server in servers)
    with pytest.raises(ValueError, match="at least one"):
        EngineReplicas([])
