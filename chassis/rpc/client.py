"""Channels to other services: mTLS, a deadline on every call, retries only where a call is idempotent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from typing import Any, TypeAlias

import grpc
from opentelemetry.trace import SpanKind

from chassis import telemetry
from chassis.identity import Certificates, dns_name
from chassis.rpc.server import MESSAGE_BYTES_MAX

DEADLINE_S = 5.0
"""Deadline of a unary call that names none."""
STREAM_DEADLINE_S = 3600.0
"""Deadline of a streaming call that names none."""


Metadata: TypeAlias = Sequence[tuple[str, str]]


class Channel:
    """A connection to one service, kept for the life of the process."""

    def __init__(
        self,
        service: str,
        address: str,
        certificates: Certificates,
        *,
        idempotent: Sequence[str] = (),
        metadata: Metadata = (),
    ) -> None:
        """`service` is the name in the server's certificate; `idempotent` lists `package.Service/Method` to retry.

        `metadata` goes with every call.
        """
        self.name = f"channel to {service}"
        options: list[tuple[str, Any]] = [
            ("grpc.ssl_target_name_override", dns_name(service)),
            ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
            ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
            ("grpc.initial_reconnect_backoff_ms", 100),
            # Longest one attempt may take, TLS included; a refused one is repeated after the back-off alone.
            ("grpc.min_reconnect_backoff_ms", 5_000),
            ("grpc.max_reconnect_backoff_ms", 1_000),
            ("grpc.keepalive_time_ms", 10_000),
            ("grpc.keepalive_timeout_ms", 5_000),
            # Services speak mTLS to each other, past any proxy that a machine's environment names.
            ("grpc.enable_http_proxy", 0),
            ("grpc.enable_retries", 1),
            ("grpc.service_config", json.dumps(_service_config(idempotent))),
        ]
        self.grpc = grpc.aio.secure_channel(
            address,
            certificates.channel_credentials(),
            options=options,
            interceptors=[_UnaryUnary(metadata), _UnaryStream(metadata), _StreamUnary(metadata)],
        )

    async def start(self) -> None:
        """Nothing to wait for: a channel connects when it is first used."""

    async def stop(self) -> None:
        """Close the connection."""
        await self.grpc.close()


def _service_config(idempotent: Sequence[str]) -> dict[str, object]:
    config: dict[str, object] = {
        "loadBalancingConfig": [{"round_robin": {}}],
        "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
    }
    if idempotent:
        names = [{"service": name.split("/")[0], "method": name.split("/")[1]} for name in idempotent]
        policy = {
            "maxAttempts": 4,
            "initialBackoff": "0.1s",
            "maxBackoff": "1s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE"],
        }
        config["methodConfig"] = [{"name": names, "retryPolicy": policy}]
    return config


def _prepared(details: grpc.aio.ClientCallDetails, deadline_s: float, more: Metadata) -> grpc.aio.ClientCallDetails:
    metadata = grpc.aio.Metadata(*(details.metadata or ()), *more)
    for key, value in telemetry.headers().items():
        metadata.add(key, value)
    return grpc.aio.ClientCallDetails(
        method=details.method,
        timeout=details.timeout if details.timeout is not None else deadline_s,
        metadata=metadata,
        credentials=details.credentials,
        wait_for_ready=details.wait_for_ready,
    )


def _method(details: grpc.aio.ClientCallDetails) -> str:
    # The stubs say str; grpc hands over bytes.
    method: str | bytes = details.method
    return method.decode() if isinstance(method, bytes) else method


class _Telling:
    """Goes with every call of a channel."""

    def __init__(self, metadata: Metadata) -> None:
        self._metadata = metadata


class _UnaryUnary(_Telling, grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        with telemetry.span(_method(client_call_details), kind=SpanKind.CLIENT):
            call = await continuation(_prepared(client_call_details, DEADLINE_S, self._metadata), request)
            try:
                # The span lasts as long as the call.
                telemetry.note_outcome((await call.code()).name)
            except asyncio.CancelledError:
                call.cancel()
                raise
            return call


class _UnaryStream(_Telling, grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        return await continuation(_prepared(client_call_details, STREAM_DEADLINE_S, self._metadata), request)


class _StreamUnary(_Telling, grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(
        self,
        continuation: Callable[..., Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request_iterator: AsyncIterable[Any] | Iterable[Any],
    ) -> Any:
        return await continuation(_prepared(client_call_details, STREAM_DEADLINE_S, self._metadata), request_iterator)
