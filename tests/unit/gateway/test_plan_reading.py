"""Whose plan lets which formats be downloaded."""

from __future__ import annotations

import dataclasses
from typing import Any

import grpc

from services.gateway.clients import plan_reading
from services.gateway.clients.plan_reading import BackendPlans
from stripsession.billing.v1 import billing_service_pb2


@dataclasses.dataclass
class Billing:
    """Billing as far as it is asked here."""

    formats: tuple[str, ...] = ("mp3", "wav")
    is_away: bool = False
    asked: int = 0

    async def GetUsage(self, request: Any, timeout: float) -> billing_service_pb2.GetUsageResponse:
        self.asked += 1
        if self.is_away:
            raise grpc.RpcError
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
    """While billing is away files are given: nobody is locked out of what was paid for. It is not remembered."""
    billing, clock = Billing(is_away=True), [0.0]
    plans = plans_of(billing, clock)
    assert (await plans.formats_of("usr_1", "flac")).has("flac")
    billing.is_away = False
    assert not (await plans.formats_of("usr_1", "flac")).has("flac")


async def test_the_memory_is_bounded(monkeypatch: Any) -> None:
    """Of more people than there is room for, who was asked about longest ago is forgotten."""
    monkeypatch.setattr(plan_reading, "PEOPLE_MAX", 2)
    billing, clock = Billing(), [0.0]
    plans = plans_of(billing, clock)
    for owner_id in ("usr_1", "usr_2", "usr_3", "usr_3", "usr_1"):
        await plans.formats_of(owner_id, "wav")
    assert billing.asked == 4
