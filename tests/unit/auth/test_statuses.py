"""Which status each domain error is."""

from __future__ import annotations

import inspect

import grpc

from chassis.rpc.errors import refusal_for
from services.auth.api.statuses import STATUSES
from services.auth.domain import errors, provider_errors


def test_every_domain_error_has_a_status() -> None:
    """No error of the domain reaches a caller as INTERNAL."""
    both = [*inspect.getmembers(errors, inspect.isclass), *inspect.getmembers(provider_errors, inspect.isclass)]
    kinds = [kind for _, kind in both if issubclass(kind, Exception)]
    assert kinds
    assert [kind.__name__ for kind in kinds if not any(parent in STATUSES for parent in kind.__mro__)] == []


def test_reuse_reads_as_an_ended_session() -> None:
    """Who replays a spent token is told what everybody with an ended session is told."""
    reused = refusal_for(errors.RefreshTokenReused("ses_1", "usr_1"), STATUSES)
    assert reused == refusal_for(errors.SessionEnded(), STATUSES)
    assert reused is not None
    assert (reused.code, reused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED")
    assert reused.facts == {}


def test_busy_says_when_to_come_back() -> None:
    """A busy hasher's refusal carries its delay and a sentence."""
    busy = refusal_for(errors.HashingBusy(1.5), STATUSES)
    assert busy is not None
    assert (busy.code, busy.reason, busy.retry_after_s) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY", 1.5)
    assert busy.message.endswith("Try again shortly.")
