"""A gRPC server with mTLS, the interceptor chain, health and reflection."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from chassis import logs
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.act_servicer import OperatorActServicer
from chassis.rpc.acts import ActLog
from chassis.rpc.errors import Statuses
from chassis.rpc.interceptors import Guard
from chassis.rpc.rules import RpcUndeclared, Rule, rules_of
from stripsession.audit.v1 import operator_act_service_pb2_grpc as audit_grpc

_log = logging.getLogger(__name__)

MESSAGE_BYTES_MAX = 8 * 1024 * 1024
_OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    # Callers re-resolve only when a connection ends; without this a pod scaled up gets no calls.
    ("grpc.max_connection_age_ms", 300_000),
    # What is under way on the old connection, such as a long download, goes on for this long.
    ("grpc.max_connection_age_grace_ms", 3_600_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.so_reuseport", 0),
)

Registration = Callable[[grpc.aio.Server], None]


class RpcServer:
    """Answers gRPC on one address until stopped, then drains."""

    name = "rpc server"

    def __init__(
        self,
        listen: str,
        certificates: Certificates,
        *,
        statuses: Statuses,
        registrations: Sequence[Registration],
        readiness: Readiness,
        drain_s: float,
        calls_max: int = 1_000,
        acts: ActLog | None = None,
    ) -> None:
        """Each registration adds one servicer of a contract, whose RPCs say themselves who may call them.

        Calls beyond `calls_max` at once are refused with RESOURCE_EXHAUSTED. `acts` takes what operators do, and is
        told to them by one RPC service more; a server with an RPC of theirs needs it.
        """
        self._acts = acts
        self._listen = listen
        self._certificates = certificates
        self._statuses = statuses
        self._registrations = registrations
        self._readiness = readiness
        self._drain_s = drain_s
        self._calls_max = calls_max
        self._server: grpc.aio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Open the port and answer.

        Raises RuntimeError for a port that is taken, RpcUndeclared for a missing rule or log of acts.
        """
        rules: dict[str, Rule] = {}
        server = grpc.aio.server(
            interceptors=[Guard(rules, self._statuses, self._acts)],
            options=_OPTIONS,
            maximum_concurrent_rpcs=self._calls_max,
        )
        registered = _Registered(server)
        for register in self._registrations:
            register(cast("grpc.aio.Server", registered))
        if self._acts is not None:
            servicer = OperatorActServicer(self._acts)
            audit_grpc.add_OperatorActServiceServicer_to_server(servicer, cast("grpc.aio.Server", registered))
        for service in registered.services:
            rules |= rules_of(service)
        if self._acts is None and (unnoted := [method for method, rule in rules.items() if rule.is_operators]):
            raise RpcUndeclared(f"{', '.join(unnoted)}: an operator's, and there is no log of what they do")
        health_pb2_grpc.add_HealthServicer_to_server(self._readiness.servicer, server)
        health = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
        reflection.enable_server_reflection([*registered.services, health, reflection.SERVICE_NAME], server)
        self.port = server.add_secure_port(self._listen, self._certificates.server_credentials())
        if self.port == 0:
            raise RuntimeError(f"cannot listen on {self._listen}")
        await server.start()
        self._server = server
        logs.event(_log, logging.DEBUG, "rpc served", listen=self._listen, port=self.port)

    async def stop(self) -> None:
        """Take no new calls, let those under way end, for at most the drain time."""
        if self._server is not None:
            await self._server.stop(self._drain_s)


class _Registered:
    """Passes registrations on to a server, and keeps the services' names.

    What is added past it has no rule, so that nobody may call it.
    """

    def __init__(self, server: grpc.aio.Server) -> None:
        self.services: list[str] = []
        self._server = server

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        self._server.add_generic_rpc_handlers(handlers)

    def add_registered_method_handlers(
        self, service: str, handlers: Mapping[str, grpc.RpcMethodHandler[Any, Any]]
    ) -> None:
        self.services.append(service)
        self._server.add_registered_method_handlers(service, dict(handlers))
