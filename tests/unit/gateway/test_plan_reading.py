"""Whose plan lets which formats be downloaded."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import grpc

from services.gateway.clients import plan_reading
from services.gateway.clients.plan_reading import BackendPlans
from stripsession.billing.v1 import billing_service_pb2


def refusal(code: grpc.StatusCode) -> grpc.RpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata())


def set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclasses.dataclass
class Billing:
    """Billing as far as it is asked here."""

    formats: tuple[str, ...] = ("mp3", "wav")
    is_away: bool = False
    asked: int = 0
    fault: grpc.RpcError = dataclasses.field(default_factory=lambda: refusal(grpc.StatusCode.UNAVAILABLE))
    waiting: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    answering: asyncio.Event = dataclasses.field(default_factory=set_event)

    async def GetUsage(self, request: Any, timeout: float) -> billing_service_pb2.GetUsageResponse:
        self.asked += 1
        self.waiting.set()
        await self.answering.wait()
        if self.is_away:
            raise self.fault
        plan = billing_service_pb2.Plan(title="Free", formats=self.formats)
        return billing_service_pb2.GetUsageResponse(plan=plan)


def plans_of(billing: Billing, clock: list[float]) -> BackendPlans:
    """What is tried, with a clock that the test moves."""
    return BackendPlans(billing, now=lambda: clock[0])  # type: ignore[arg-type]  # as much of a stub as is used


async def test_a_yes_is_remembered_and_a_no_is_asked_for_anew() -> None:
    """Many ranges of one file are one question, and who has just taken a larger plan is not kept waiting."""
    billing, clock = Billing(), [0.0]
    plans = plans_of(billing, clock)
    for _ in range(3):
        assert (await plans.formats_of("usr_1", "wav")).has("wav")
    assert billing.asked == 1
    assert not (await plans.formats_of("usr_1", "flac")).has("flac")
    billing.formats = ()
    assert (await plans.formats_of("usr_1", "flac")).has("flac")
    assert billing.asked == 3


async def test_what_is_remembered_is_a_persons_own_and_ends() -> None:
    """Another person is asked about on their own, and after a minute everybody is anew."""
    billing, clock = Billing(formats=()), [0.0]
    plans = plans_of(billing, clock)
    await plans.formats_of("usr_1", "flac")
    billing.formats = ("mp3",)
    assert not (await plans.formats_of("usr_2", "flac")).has("flac")
    assert (await plans.formats_of("usr_1", "flac")).has("flac")
    clock[0] = plan_reading.KEPT_S
    assert not (await plans.formats_of("usr_1", "flac")).has("flac")


async def test_a_download_does_not_wait_for_billing() -> None:
    """While billing is away files are given: nobody is locked out of what was paid for. It is remembered of nobody."""
    billing, clock = Billing(is_away=True), [0.0]
    plans = plans_of(billing, clock)
    assert (await plans.formats_of("usr_1", "flac")).has("flac")
    billing.is_away = False
    clock[0] = plan_reading.AWAY_S
    assert not (await plans.formats_of("usr_1", "flac")).has("flac")


async def test_an_outage_is_waited_for_once() -> None:
    """Who comes within seconds of a question that found nobody does not ask; the first after them does."""
    billing, clock = Billing(is_away=True), [0.0]
    plans = plans_of(billing, clock)
    for owner_id in ("usr_1", "usr_1", "usr_2"):
        assert (await plans.formats_of(owner_id, "flac")).has("flac")
    assert billing.asked == 1
    clock[0] = plan_reading.AWAY_S
    for owner_id in ("usr_1", "usr_2"):
        await plans.formats_of(owner_id, "flac")
    assert billing.asked == 2
    billing.is_away = False
    clock[0] = 2 * plan_reading.AWAY_S
    for owner_id in ("usr_1", "usr_2"):
        assert not (await plans.formats_of(owner_id, "flac")).has("flac")
    assert billing.asked == 4


async def test_one_alone_looks_whether_billing_is_back() -> None:
    """While one waits for what may still be away, nobody else does."""
    billing, clock = Billing(is_away=True), [0.0]
    plans = plans_of(billing, clock)
    await plans.formats_of("usr_1", "flac")
    clock[0] = plan_reading.AWAY_S
    billing.waiting.clear()
    billing.answering.clear()
    first = asyncio.create_task(plans.formats_of("usr_1", "flac"))
    await billing.waiting.wait()
    assert (await plans.formats_of("usr_2", "flac")).has("flac")
    billing.answering.set()
    await first
    assert billing.asked == 2


async def test_what_was_told_before_an_outage_counts_for_a_while() -> None:
    """A plan that is known stays what it was when billing goes away, and after some minutes binds nobody any more."""
    billing, clock = Billing(), [0.0]
    plans = plans_of(billing, clock)
    await plans.formats_of("usr_1", "wav")
    billing.is_away = True
    clock[0] = plan_reading.STALE_S - 1
    assert (await plans.formats_of("usr_1", "wav")).has("wav")
    assert not (await plans.formats_of("usr_1", "flac")).has("flac")
    clock[0] = plan_reading.STALE_S
    assert (await plans.formats_of("usr_1", "flac")).has("flac")


async def test_a_refusal_is_no_outage() -> None:
    """That billing will not answer about one person says nothing of the next."""
    billing, clock = Billing(is_away=True, fault=refusal(grpc.StatusCode.INVALID_ARGUMENT)), [0.0]
    plans = plans_of(billing, clock)
    for owner_id in ("usr_1", "usr_2"):
        assert (await plans.formats_of(owner_id, "flac")).has("flac")
    assert billing.asked == 2


async def test_the_memory_is_bounded(monkeypatch: Any) -> None:
    """Of more people than there is room for, who was asked about longest ago is forgotten."""
    monkeypatch.setattr(plan_reading, "PEOPLE_MAX", 2)
    billing, clock = Billing(), [0.0]
    plans = plans_of(billing, clock)
    for owner_id in ("usr_1", "usr_2", "usr_3", "usr_3", "usr_1"):
        await plans.formats_of(owner_id, "wav")
    assert billing.asked == 4
