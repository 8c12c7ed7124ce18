"""How a refusal crosses gRPC: a status with google.rpc.ErrorInfo, and back."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Mapping

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from chassis.db import faults

DOMAIN = "stripsession"
# A status travels in headers, of which gRPC takes 8 KiB in all.
_MESSAGE_CHARACTERS_MAX = 1_000
_FACT_CHARACTERS_MAX = 200
_RETRY_AFTER_S_MAX = 86_400.0


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A named, expected failure of a call."""

    code: grpc.StatusCode
    reason: str
    """Fixed UPPER_SNAKE word."""
    message: str = ""
    """A sentence for people, safe to show."""
    retry_after_s: float | None = None
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)


class RpcRefused(Exception):
    """Raised by a servicer to refuse a call, where no domain error fits."""

    def __init__(self, refusal: Refusal) -> None:
        """Refuse with this."""
        super().__init__(refusal.message or refusal.reason)
        self.refusal = refusal


Statuses = Mapping[type[Exception], tuple[grpc.StatusCode, str]]
"""Domain error -> status code and reason. The error's text is the message."""


def refusal_for(error: Exception, statuses: Statuses) -> Refusal | None:
    """The refusal that a domain error means; None for an unknown one, which is INTERNAL.

    An error may carry `reason` (overrides the table's), `retry_after_s` and `facts`. A group of one, as a TaskGroup
    raises it, means what it holds.
    """
    if isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        return refusal_for(error.exceptions[0], statuses)
    if isinstance(error, RpcRefused):
        return error.refusal
    for kind in type(error).__mro__:
        if kind in statuses:
            code, reason = statuses[kind]
            return Refusal(
                code,
                str(getattr(error, "reason", reason)),
                str(error) or (type(error).__doc__ or "").strip(),
                getattr(error, "retry_after_s", None),
                getattr(error, "facts", {}),
            )
    return None


def is_outage(error: Exception) -> bool:
    """Whether an error that no table names says that PostgreSQL or another service is away: a retry may help."""
    if isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        return is_outage(error.exceptions[0])
    if isinstance(error, grpc.aio.AioRpcError):
        return error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
    return faults.is_outage(error)


def to_status(refusal: Refusal) -> grpc.Status:
    """The rich status to abort a call with."""
    details: list[any_pb2.Any] = []
    facts = {str(name): str(value)[:_FACT_CHARACTERS_MAX] for name, value in refusal.facts.items()}
    info = error_details_pb2.ErrorInfo(reason=refusal.reason, domain=DOMAIN, metadata=facts)
    details.append(_packed(info))
    if refusal.retry_after_s is not None:
        after_s = min(max(refusal.retry_after_s, 0.0), _RETRY_AFTER_S_MAX)
        whole = math.floor(after_s)
        nanos = int((after_s - whole) * 1e9)
        delay = duration_pb2.Duration(seconds=whole, nanos=nanos)
        details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
    message = (refusal.message or refusal.reason)[:_MESSAGE_CHARACTERS_MAX]
    status = status_pb2.Status(code=refusal.code.value[0], message=message, details=details)
    return rpc_status.to_status(status)


def from_error(error: grpc.RpcError) -> Refusal:
    """What the server said; a broken connection reads as UNAVAILABLE/UNREACHABLE."""
    if not isinstance(error, grpc.aio.AioRpcError):
        return Refusal(grpc.StatusCode.UNAVAILABLE, "UNREACHABLE")
    reason, retry_after_s, facts = "UNREACHABLE" if error.code() == grpc.StatusCode.UNAVAILABLE else "", None, {}
    status = _details(error)
    for detail in status.details if status is not None else ():
        info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        if detail.Is(info.DESCRIPTOR) and detail.Unpack(info) and info.domain == DOMAIN:
            reason, facts = info.reason, dict(info.metadata)
        elif detail.Is(retry.DESCRIPTOR) and detail.Unpack(retry):
            retry_after_s = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
    return Refusal(error.code(), reason or error.code().name, error.details() or "", retry_after_s, facts)


def is_transient(error: grpc.RpcError) -> bool:
    """Whether the same call may succeed later: the server was away, busy, stopping, or too slow this time."""
    code = error.code() if isinstance(error, grpc.aio.AioRpcError) else grpc.StatusCode.UNAVAILABLE
    return code in (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.INTERNAL,
    )


def _details(error: grpc.aio.AioRpcError) -> status_pb2.Status | None:
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            status = status_pb2.Status()
            with contextlib.suppress(DecodeError):
                status.ParseFromString(value if isinstance(value, bytes) else value.encode("latin-1"))
                return status
    return None


def _packed(detail: error_details_pb2.ErrorInfo | error_details_pb2.RetryInfo) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed
