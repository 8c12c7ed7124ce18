"""What happens around every gRPC call a server answers: deadline, identity, the log of acts, errors, telemetry."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import grpc
from opentelemetry.trace import SpanKind

from chassis import identity, logs, metrics, telemetry
from chassis.rpc.acts import Acting, ActLog
from chassis.rpc.errors import Refusal, RpcRefused, Statuses, is_outage, refusal_for, to_status
from chassis.rpc.rules import Rule

_log = logging.getLogger(__name__)

MARGIN_S = 0.02
"""Taken off each deadline, so that the server can report its own timeout (after Boulder)."""
HOPELESS_S = 0.05
"""Work with less time left than this is refused."""
UNASKED_S = 30.0
"""Deadline of a unary call that came without one."""

_OPEN_TO_ALL = (
    "grpc.health.v1.Health",
    "grpc.reflection.v1alpha.ServerReflection",
    "grpc.reflection.v1.ServerReflection",
)
_TOO_LATE = Refusal(grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE", "The call took too long; try again.")
_AWAY = Refusal(
    grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE", "Something this needs is away; try again shortly.", 1.0
)
_NOT_ALLOWED = Refusal(grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED")
_NOBODY_NAMED = Refusal(grpc.StatusCode.INVALID_ARGUMENT, "IDENTIFIER_MISSING", "A person must be named.")
_STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}

Context = grpc.aio.ServicerContext[Any, Any]


class Guard(grpc.aio.ServerInterceptor):
    """Admits whom an RPC's rule admits, notes what operators do, holds deadlines, turns errors into statuses."""

    def __init__(self, rules: Mapping[str, Rule], statuses: Statuses, acts: ActLog | None = None) -> None:
        """`rules` has `package.Service/Method` of every RPC that anybody may call; `statuses` maps domain errors.

        Unknown errors are hidden. `acts` is for rules that are an operator's.
        """
        self._rules = rules
        self._statuses = statuses
        self._acts = acts
        self._ending: set[asyncio.Task[None]] = set()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wrap the method's handler, whatever its kind."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return handler
        method = handler_call_details.method
        carrier = {
            key: value for key, value in handler_call_details.invocation_metadata or () if isinstance(value, str)
        }
        return self._wrap(handler, method.lstrip("/"), carrier)

    def _wrap(
        self, handler: grpc.RpcMethodHandler[Any, Any], method: str, carrier: dict[str, str]
    ) -> grpc.RpcMethodHandler[Any, Any]:
        inner: Any = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream

        async def one(request: Any, context: Context) -> Any:
            acting = self._acting(method, carrier, request)
            async with self._around(method, carrier, context, acting, bounded=not handler.request_streaming):
                answer = await inner(await self._named(method, handler, request), context)
                acting.answered(answer)
                return answer

        # Writes, not yields: a generator that its caller abandons is ended late, elsewhere, and as if it had succeeded.
        async def many(request: Any, context: Context) -> None:
            acting = self._acting(method, carrier, request)
            async with self._around(method, carrier, context, acting, bounded=False):
                answer = inner(await self._named(method, handler, request), context)
                if inspect.isawaitable(answer):
                    await answer
                    return
                async with contextlib.aclosing(answer) as responses:
                    async for response in responses:
                        await context.write(response)

        if _service_of(method) in _OPEN_TO_ALL:
            return handler
        make: Any = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
            (True, True): grpc.stream_stream_rpc_method_handler,
        }[(handler.request_streaming, handler.response_streaming)]
        wrapped: grpc.RpcMethodHandler[Any, Any] = make(
            many if handler.response_streaming else one, handler.request_deserializer, handler.response_serializer
        )
        return wrapped

    @contextlib.asynccontextmanager
    async def _around(
        self, method: str, carrier: dict[str, str], context: Context, acting: Acting, *, bounded: bool
    ) -> AsyncIterator[None]:
        began = time.perf_counter()
        code = grpc.StatusCode.OK
        refusal: Refusal | None = None
        limit = asyncio.timeout(None)
        try:
            with telemetry.span(method, carrier=carrier, kind=SpanKind.SERVER):
                caller = self._admit(method, context)
                if bounded:
                    limit = asyncio.timeout(self._seconds_left(context))
                async with limit:
                    # Noted before the role is looked at: what somebody may not do is worth knowing.
                    await acting.begin(caller)
                    self._require_role(method, caller)
                    yield
        except asyncio.CancelledError:
            code = grpc.StatusCode.CANCELLED
            raise
        except grpc.aio.AbortError:
            # The servicer has already said what it wants said.
            code = _status_code(context.code())
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets a status and never its text
            refusal = _TOO_LATE if limit.expired() else self._refusal(method, error)
        finally:
            final = refusal.code if refusal is not None else code
            # Past the caller's deadline as well: the act may have been carried out, and that must be known.
            await acting.end(refusal.reason if refusal is not None else final.name)
            metrics.RPC_SECONDS.labels(method, final.name).observe(time.perf_counter() - began)
        if refusal is not None:
            await context.abort_with_status(to_status(refusal))

    def _refusal(self, method: str, error: Exception) -> Refusal:
        refusal = refusal_for(error, self._statuses)
        if refusal is not None:
            return refusal
        if is_outage(error):
            # A timeout inside is not the caller's deadline: it may well try again.
            logs.event(_log, logging.WARNING, "something needed is away", method=method, reason=repr(error))
            return _AWAY
        _log.error("unknown failure in %s", method, exc_info=error)
        return Refusal(grpc.StatusCode.INTERNAL, "INTERNAL", "Something went wrong on our side.")

    def _acting(self, method: str, carrier: dict[str, str], request: Any) -> Acting:
        rule = self._rules.get(method)
        acts = self._acts if rule is not None and rule.is_operators else None
        return Acting(acts, self._ending, method, carrier, request)

    def _admit(self, method: str, context: Context) -> identity.Caller:
        caller = identity.caller_of(context.auth_context())
        rule = self._rules.get(method)
        if rule is None or caller.name not in rule.callers:
            logs.event(_log, logging.WARNING, "caller refused", method=method, caller=caller.certificate or "unknown")
            raise RpcRefused(_NOT_ALLOWED)
        return caller

    def _require_role(self, method: str, caller: identity.Caller) -> None:
        rule = self._rules[method]
        if not rule.admits(caller):
            logs.event(_log, logging.WARNING, "role refused", method=method, caller=caller.certificate)
            text = f"This is for operators with the role {rule.role}, and yours is {caller.role}."
            raise RpcRefused(Refusal(grpc.StatusCode.PERMISSION_DENIED, "ROLE_NOT_ALLOWED", text))

    async def _named(self, method: str, handler: grpc.RpcMethodHandler[Any, Any], request: Any) -> Any:
        """The request, or the whole stream of them, once the acting person is named where the rule says so."""
        rule = self._rules[method]
        if not rule.owner_path:
            return request
        first = await anext(aiter(request), None) if handler.request_streaming else request
        if not rule.names_owner(first):
            logs.event(_log, logging.WARNING, "nobody named", method=method)
            raise RpcRefused(_NOBODY_NAMED)
        return _from_first(first, request) if handler.request_streaming else request

    def _seconds_left(self, context: Context) -> float:
        # The stubs say float, but a call without a deadline has None.
        left_s: float | None = context.time_remaining()
        if left_s is None:
            return UNASKED_S
        if left_s < HOPELESS_S:
            raise RpcRefused(_TOO_LATE)
        return left_s - MARGIN_S


async def _from_first(first: Any, others: AsyncIterator[Any]) -> AsyncIterator[Any]:
    yield first
    async for request in others:
        yield request


def _status_code(number: int | grpc.StatusCode) -> grpc.StatusCode:
    # The stubs say StatusCode; grpc keeps the number.
    return number if isinstance(number, grpc.StatusCode) else _STATUS_CODES.get(number, grpc.StatusCode.UNKNOWN)


def _service_of(method: str) -> str:
    return method.partition("/")[0]
