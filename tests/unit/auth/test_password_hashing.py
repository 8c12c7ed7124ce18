"""Argon2id, few at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import argon2
import pytest

from services.auth.clients.password_hashing import Argon2Hasher
from services.auth.domain.errors import HashingBusy

PATIENCE_S = 20.0


@pytest.fixture
async def make_hasher() -> AsyncIterator[Callable[..., Argon2Hasher]]:
    made: list[Argon2Hasher] = []

    def make(
        memory_kib: int = 64, passes: int = 1, parallel: int = 1, wait_s: float = PATIENCE_S, waiting_max: int = 8
    ) -> Argon2Hasher:
        hasher = Argon2Hasher(
            memory_kib=memory_kib, passes=passes, parallel=parallel, wait_s=wait_s, waiting_max=waiting_max
        )
        made.append(hasher)
        return hasher

    yield make
    for each in made:
        await each.stop()


class Gate:
    """Holds every hash until opened."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = threading.Semaphore(0)
        self.count = 0

    def hash(self, password: str) -> str:
        self.count += 1
        self.begun.release()
        assert self.open.wait(PATIENCE_S)
        return f"hash of {password}"

    async def one_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.acquire, timeout=PATIENCE_S)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(argon2.PasswordHasher, "hash", lambda _, password: gate.hash(password))
    yield gate
    gate.open.set()


async def test_hash_and_verify(make_hasher: Callable[..., Argon2Hasher]) -> None:
    """A password fits its own hash alone, and two hashes of it differ."""
    hasher = make_hasher()
    first, second = await hasher.hash("right"), await hasher.hash("right")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert await hasher.verify(first, "right")
    assert not await hasher.verify(first, "wrong")


async def test_nobody_costs_what_somebody_costs(
    make_hasher: Callable[..., Argon2Hasher], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verifying without a hash is one verification of a hash with the same parameters, and fails."""
    hasher = make_hasher(memory_kib=128, passes=2)
    checked: list[str] = []
    verify = argon2.PasswordHasher.verify

    def recorded(self: argon2.PasswordHasher, password_hash: str, password: str) -> bool:
        checked.append(password_hash)
        return verify(self, password_hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", recorded)
    assert await hasher.verify(await hasher.hash("right"), "right")
    assert not await hasher.verify(None, "right")
    somebodys, nobodys = (argon2.extract_parameters(each) for each in checked)
    assert somebodys == nobodys


async def test_outdated_hashes(make_hasher: Callable[..., Argon2Hasher]) -> None:
    """A hash is outdated when the settings ask for more than it was made with, never when for less."""
    light, heavy = make_hasher(), make_hasher(memory_kib=128, passes=2)
    made_light, made_heavy = await light.hash("x"), await heavy.hash("x")
    assert heavy.is_outdated(made_light)
    assert not light.is_outdated(made_heavy)
    assert not light.is_outdated(made_light)
    assert light.is_outdated("$2b$12$not argon2 at all")
    assert await heavy.verify(made_light, "x")


async def test_only_so_many_at_a_time(make_hasher: Callable[..., Argon2Hasher], gate: Gate) -> None:
    """More callers than turns wait, and all are served in the end."""
    hasher = make_hasher(parallel=2)
    waiting = [asyncio.create_task(hasher.hash(str(number))) for number in range(5)]
    await gate.one_begun()
    await gate.one_begun()
    assert gate.count == 2
    gate.open.set()
    assert await asyncio.gather(*waiting) == [f"hash of {number}" for number in range(5)]


async def test_a_long_wait_is_refused(make_hasher: Callable[..., Argon2Hasher], gate: Gate) -> None:
    """Who gets no turn in time is told when to come back."""
    hasher = make_hasher(wait_s=0.05)
    first = asyncio.create_task(hasher.hash("first"))
    await gate.one_begun()
    with pytest.raises(HashingBusy) as caught:
        await hasher.hash("second")
    assert caught.value.retry_after_s > 0
    gate.open.set()
    assert await first == "hash of first"


async def test_a_full_queue_refuses_at_once(make_hasher: Callable[..., Argon2Hasher], gate: Gate) -> None:
    """Nobody joins a queue that is full, and a served one makes room again."""
    hasher = make_hasher(waiting_max=1)
    tasks = [asyncio.create_task(hasher.hash(str(number))) for number in range(2)]
    await gate.one_begun()
    with pytest.raises(HashingBusy):
        await hasher.hash("third")
    gate.open.set()
    await asyncio.gather(*tasks)
    assert await hasher.hash("fourth") == "hash of fourth"


async def test_a_caller_who_gives_up_frees_no_turn(make_hasher: Callable[..., Argon2Hasher], gate: Gate) -> None:
    """A turn ends with its thread's work, so that callers who hang up cannot start more work than is allowed."""
    hasher = make_hasher(wait_s=0.05)
    impatient = asyncio.create_task(hasher.hash("impatient"))
    await gate.one_begun()
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    with pytest.raises(HashingBusy):
        await hasher.hash("next")
    assert gate.count == 1
