"""What happens around every HTTP request: identity of the request, limits, headers, errors, telemetry."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import re
import secrets
import time
from collections.abc import Iterator, Sequence

import grpc
from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import logs, metrics, telemetry
from services.gateway.api.calls import refused
from services.gateway.api.problems import Problem, Refused, refuse
from services.gateway.domain.approach import Approach

_log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROBED = ("/healthz", "/readyz")
"""Answered under any name and load: who probes a process knows its address alone."""
_HSTS = "max-age=31536000; includeSubDomains"
_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_CORS_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_CORS_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, If-Range, Last-Event-ID, Range, Tus-Resumable,"
    " Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override, X-Request-Id, X-Share-Token"
)
_CORS_ANSWER_HEADERS = (
    "Accept-Ranges, Content-Disposition, Content-Range, ETag, Location, RateLimit, RateLimit-Policy, Retry-After,"
    " Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, Upload-Offset,"
    " X-Request-Id"
)


@dataclasses.dataclass(frozen=True)
class EdgePolicy:
    """How the edge behaves."""

    approach: Approach = dataclasses.field(default_factory=Approach)
    cors_origins: Sequence[str] = ()
    requests_in_flight_max: int = 2000


class Edge:
    """The outermost application."""

    def __init__(self, inner: ASGIApp, policy: EdgePolicy) -> None:
        """`inner` finds in scope["state"]: request_id, address, is_https; it may add route and headers."""
        self._inner = inner
        self._policy = policy
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens inside."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        asked_id = headers.get("x-request-id", "")
        state["request_id"] = asked_id if _REQUEST_ID.fullmatch(asked_id) else f"req_{secrets.token_hex(11)}"
        approach, peer = self._policy.approach, _end(scope, "client")
        state["address"] = approach.address(peer, headers.getlist("x-forwarded-for"))
        state["is_https"] = approach.is_https(peer, scope.get("scheme", ""), headers.get("x-forwarded-proto", ""))
        state["headers"] = {}
        with self._observed(scope, headers) as observed:
            await self._answer(scope, receive, self._dressed(scope, headers, send, observed), observed)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, observed: _Observed) -> None:
        try:
            preflight = self._preflight(scope)
            if preflight is not None:
                await preflight(scope, receive, send)
                return
            if scope["path"] not in _PROBED:
                self._require_our_name(scope)
                if self._in_flight >= self._policy.requests_in_flight_max:
                    raise refuse(503, "BUSY", "Too many requests are being answered right now.", Retry_After="2")
            self._in_flight += 1
            try:
                await self._inner(scope, receive, send)
            finally:
                self._in_flight -= 1
        except Exception as error:  # noqa: BLE001 - the last line: every failure becomes a problem
            problem = _problem(error)
            if problem is None:
                _log.exception("unknown failure in %s", observed.route(scope))
                problem = Problem(500, "INTERNAL", "Something went wrong on our side.")
            if observed.status:
                # Too late for a problem: an answer that ends short closes its connection, which its reader notices.
                route = observed.route(scope)
                logs.event(_log, logging.WARNING, "answer broken off", route=route, reason=problem.reason)
                return
            await problem.response(scope["state"]["request_id"])(scope, receive, send)

    def _require_our_name(self, scope: Scope) -> None:
        approach, host = self._policy.approach, Headers(scope=scope).get("host", "")
        if not approach.is_ours(host, _end(scope, "client"), _end(scope, "server")):
            detail = f"StripSession is not reached by this name. Open {approach.public_url} instead."
            raise refuse(421, "WRONG_ADDRESS", detail)

    def _dressed(self, scope: Scope, asked: Headers, send: Send, observed: _Observed) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                observed.answered(message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if scope["state"]["is_https"]:
                    headers["Strict-Transport-Security"] = _HSTS
                for name, value in scope["state"]["headers"].items():
                    headers[name] = value
                headers["X-Request-Id"] = scope["state"]["request_id"]
                for name, value in telemetry.headers().items():
                    headers[name] = value
                if self._policy.cors_origins:
                    headers.add_vary_header("Origin")
                    if asked.get("origin") in self._policy.cors_origins:
                        headers["Access-Control-Allow-Origin"] = asked["origin"]
                        headers["Access-Control-Expose-Headers"] = _CORS_ANSWER_HEADERS
                        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        return dressed

    def _preflight(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["method"] != "OPTIONS" or "access-control-request-method" not in headers:
            return None
        if headers.get("origin") not in self._policy.cors_origins:
            return None
        return Response(
            status_code=204,
            headers={
                "Access-Control-Allow-Methods": _CORS_METHODS,
                "Access-Control-Allow-Headers": _CORS_REQUEST_HEADERS,
                "Access-Control-Max-Age": "600",
            },
        )

    @contextlib.contextmanager
    def _observed(self, scope: Scope, headers: Headers) -> Iterator[_Observed]:
        observed = _Observed(time.perf_counter())
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        carrier = {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
        try:
            with telemetry.span(f"{method} http", carrier=carrier, kind=SpanKind.SERVER):
                yield observed
        finally:
            route = observed.route(scope)
            taken_s = (observed.answered_at or time.perf_counter()) - observed.began_at
            metrics.HTTP_SECONDS.labels(route, method, str(observed.status or 499)).observe(taken_s)
            logs.event(
                _log,
                logging.DEBUG,
                "answered",
                route=route,
                method=method,
                status=observed.status,
                taken_s=round(taken_s, 4),
                request_id=scope["state"]["request_id"],
            )


class _Observed:
    def __init__(self, began_at: float) -> None:
        self.began_at = began_at
        self.answered_at = 0.0
        self.status = 0

    def answered(self, status: int) -> None:
        # Streams last as long as their readers like: what is measured is the time to the answer's head.
        self.status = status
        self.answered_at = time.perf_counter()

    def route(self, scope: Scope) -> str:
        return str(scope["state"].get("route", "unknown"))


def _end(scope: Scope, side: str) -> str:
    """The address of one end of the connection, where it has one."""
    return str(scope[side][0]) if scope.get(side) else ""


def _problem(error: Exception) -> Problem | None:
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, grpc.RpcError):
        return refused(error).problem
    return None
