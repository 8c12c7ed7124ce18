"""Ready and live, answered by the standard gRPC health service."""

from __future__ import annotations

from grpc_health.v1 import health, health_pb2


class Readiness:
    """Says SERVING between start and drain; never depends on other services, or one fault would take all down."""

    name = "readiness"

    def __init__(self) -> None:
        """Not ready until started."""
        self.servicer = health.aio.HealthServicer()

    async def start(self) -> None:
        """Say SERVING."""
        await self.servicer.set("", health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """Say NOT_SERVING before the server drains, so that callers go elsewhere."""
        await self.servicer.enter_graceful_shutdown()
