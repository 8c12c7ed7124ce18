"""Billing's LedgerService."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import grpc

from chassis import logs
from chassis.rpc.errors import from_error, is_transient
from services.separation.app.ports import Allowance
from services.separation.domain.errors import (
    AdmissionLapsed,
    DependencyAway,
    JobMismatch,
    MinutesExhausted,
    UploadRefused,
)
from services.separation.domain.tiers import tier_named
from stripsession.billing.v1 import billing_service_pb2 as messages
from stripsession.billing.v1 import billing_service_pb2_grpc

SERVICE = "stripsession.billing.v1.LedgerService"
IDEMPOTENT = tuple(
    f"{SERVICE}/{method}" for method in ("GetAllowance", "ReserveSeconds", "SettleSeconds", "ReleaseSeconds")
)
_DEADLINE_S = 5.0
_log = logging.getLogger(__name__)


class _BooksDiffer(Exception):
    """The reservation was already settled or released the other way."""


class BillingLedger:
    """Minutes over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = billing_service_pb2_grpc.LedgerServiceStub(channel)

    async def allowance(self, owner_id: str) -> Allowance:
        """What a person may ask for now."""
        with _refusals():
            found = await self._stub.GetAllowance(messages.GetAllowanceRequest(owner_id=owner_id), timeout=_DEADLINE_S)
        plan = found.plan
        return Allowance(
            found.longest_song_s,
            found.left_s,
            plan.title,
            tuple(plan.models),
            plan.default_model,
            tier_named(plan.priority),
            max(0, plan.parallel_jobs),
        )

    async def reserve(self, owner_id: str, job_id: str, seconds: int) -> None:
        """Set seconds aside. Raises MinutesExhausted, UploadRefused, AdmissionLapsed, JobMismatch."""
        request = messages.ReserveSecondsRequest(owner_id=owner_id, job_id=job_id, seconds=seconds)
        try:
            with _refusals():
                await self._stub.ReserveSeconds(request, timeout=_DEADLINE_S)
        except _BooksDiffer as ended:
            raise AdmissionLapsed from ended

    async def settle(self, job_id: str, seconds: int) -> None:
        """Charge, once; a job that was released stays so, which is to the listener's good."""
        try:
            with _refusals():
                await self._stub.SettleSeconds(
                    messages.SettleSecondsRequest(job_id=job_id, seconds=seconds), timeout=_DEADLINE_S
                )
        except _BooksDiffer:
            logs.event(_log, logging.ERROR, "a completed job was released before", job_id=job_id)

    async def release(self, job_id: str) -> None:
        """Give back; a job that was charged stays so, and is reported."""
        try:
            with _refusals():
                await self._stub.ReleaseSeconds(messages.ReleaseSecondsRequest(job_id=job_id), timeout=_DEADLINE_S)
        except _BooksDiffer:
            logs.event(_log, logging.ERROR, "a job to be released was charged before", job_id=job_id)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        refusal = from_error(error)
        if refusal.reason == "MINUTES_EXHAUSTED":
            raise MinutesExhausted(refusal.message, dict(refusal.facts)) from error
        if refusal.reason in {"TOO_LONG", "SECONDS_INVALID"}:
            raise UploadRefused(refusal.reason, refusal.message) from error
        if refusal.reason == "RESERVATION_MISMATCH":
            raise JobMismatch from error
        if refusal.reason in {"RESERVATION_RELEASED", "RESERVATION_SETTLED"}:
            raise _BooksDiffer from error
        if refusal.reason == "ACCOUNT_NOT_FOUND":
            # Erased while it was admitted: nothing is set aside for them any more.
            raise AdmissionLapsed from error
        if is_transient(error):
            raise DependencyAway("billing", f"{refusal.code.name} {refusal.message}") from error
        raise
