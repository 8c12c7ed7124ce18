"""Whose fault it is when a decoder child dies, stalls or starves, and what it may hold meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import signal

import numpy as np
import pytest

from services.separation.clients.decoder import DecoderLimits, Decoders, DecoderSession
from services.separation.domain.errors import AudioRefused, DecoderFailed
from tests.integration.separation.decoder_files import LONGEST_S, Held, decode_all, wav


async def decode_killing(session: DecoderSession, fatal: signal.Signals) -> None:
    """Decode on, the child having been sent `fatal` after the first block."""
    async for _ in session.decode():
        if session.child.process.returncode is None:
            os.kill(session.child.process.pid, fatal)


async def test_a_killed_child_is_not_the_files_fault(decoders: Decoders) -> None:
    """A child killed from outside mid-decode raises DecoderFailed, and the next file gets a fresh child."""
    content = wav(np.random.default_rng(4).bytes(4 * 44100 * 60))
    async with decoders.open(Held(content), LONGEST_S) as session:
        await session.inspect()
        with pytest.raises(DecoderFailed):
            await decode_killing(session, signal.SIGKILL)
    properties, _, _ = await decode_all(decoders, wav(bytes(400)))
    assert properties.declared_samples == 100


@pytest.mark.parametrize("fatal", [signal.SIGSEGV, signal.SIGXCPU])
async def test_a_crash_is_the_files_fault(decoders: Decoders, fatal: signal.Signals) -> None:
    """A child that dies as a hostile file would make it die refuses the file: trying again would not help."""
    content = wav(np.random.default_rng(5).bytes(4 * 44100 * 60))
    async with decoders.open(Held(content), LONGEST_S) as session:
        await session.inspect()
        with pytest.raises(AudioRefused) as refusal:
            await decode_killing(session, fatal)
    assert refusal.value.reason == "damaged"


async def test_a_dead_spare_is_replaced(decoders: Decoders) -> None:
    """A spare that died while it waited is not given to a file."""
    assert decoders._spare is not None
    spare = await asyncio.shield(decoders._spare)
    spare.process.kill()
    await spare.process.wait()
    properties, _, _ = await decode_all(decoders, wav(bytes(400)))
    assert properties.declared_samples == 100


async def test_a_failing_source_is_told_as_itself(decoders: Decoders) -> None:
    """An error of the object store passes through; a short read is the infrastructure's failure."""

    class Failing(Held):
        async def read(self, offset: int, length: int) -> bytes:
            raise ConnectionError("store is away")

    class Short(Held):
        async def read(self, offset: int, length: int) -> bytes:
            return self.content[offset : offset + length - 1]

    with pytest.raises(ConnectionError):
        async with decoders.open(Failing(wav(bytes(400))), LONGEST_S) as session:
            await session.inspect()
    with pytest.raises(DecoderFailed):
        async with decoders.open(Short(wav(bytes(400))), LONGEST_S) as session:
            await session.inspect()


async def test_a_stopped_child_is_starved_not_slow() -> None:
    """A child that got no processor time within its bound raises DecoderFailed: the file may be tried again."""
    async with (
        Decoders(DecoderLimits(inspect_s=0.2)) as decoders,
        decoders.open(Held(wav(bytes(400))), LONGEST_S) as session,
    ):
        os.kill(session.child.process.pid, signal.SIGSTOP)
        with pytest.raises(DecoderFailed):
            await session.inspect()


async def test_a_slow_consumer_holds_the_decoder_back(decoders: Decoders) -> None:
    """Reads of the source stop while nobody takes blocks, so what waits in memory is bounded."""
    source = Held(wav(np.random.default_rng(6).bytes(4 * 44100 * 120)))
    async with decoders.open(source, LONGEST_S) as session:
        await session.inspect()
        blocks = session.decode()
        await anext(blocks)
        await anext(blocks)
        assert source.served < 4 << 20
        assert sum([len(block) async for block in blocks]) == 44100 * 120 - 2 * 65536


async def test_a_sandbox_that_is_not_whole_is_told_once(decoders: Decoders, caplog: pytest.LogCaptureFixture) -> None:
    """Where the platform lacks a wall, the log says which, once and not for each file."""
    assert decoders._spare is not None
    (await asyncio.shield(decoders._spare)).sandbox["seccomp"] = "unavailable: KeyError: 'riscv64'"
    for _ in range(2):
        await decode_all(decoders, wav(bytes(400)))
    told = [record for record in caplog.records if "sandbox is not whole" in record.getMessage()]
    assert len(told) == 1
    assert "seccomp" in str(vars(told[0]))


async def test_the_sandbox_reports_itself(decoders: Decoders) -> None:
    """Every measure is applied, or says why it is not."""
    report = await decoders.sandbox()
    assert json.dumps(report)
    assert {"seccomp", "landlock", "namespaces", "memory", "dies_with_parent"} <= set(report)
    assert all(state == "applied" or state.startswith("unavailable: ") for state in report.values())
