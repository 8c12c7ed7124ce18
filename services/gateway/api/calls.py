"""gRPC calls on behalf of a request: a deadline, patience with a restarting service, refusals as problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import grpc

from chassis.rpc.errors import from_error
from services.gateway.api.problems import Refused, problem_of

if TYPE_CHECKING:
    from grpc.aio import UnaryUnaryMultiCallable

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

DEADLINE_S = 8.0
"""A service that restarts is back well within this; a person does not wait longer."""


async def ask(
    method: UnaryUnaryMultiCallable[Asked, Answered], request: Asked, *, deadline_s: float = DEADLINE_S
) -> Answered:
    """The answer, waiting for a connection first. Raises Refused."""
    try:
        return await method(request, timeout=deadline_s, wait_for_ready=True)
    except grpc.RpcError as error:
        raise refused(error) from error


def refused(error: grpc.RpcError) -> Refused:
    """The refusal that a failed call means."""
    return Refused(problem_of(from_error(error)))
