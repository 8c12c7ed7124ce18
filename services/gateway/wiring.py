"""The gateway, put together from top to bottom."""

from __future__ import annotations

import asyncio
import dataclasses

from chassis import lifecycle
from chassis.bus.connection import Bus
from chassis.identity import Certificates
from chassis.lifecycle import Part
from chassis.metrics import MetricsEndpoint
from services.gateway.api.admission import Admission, Paces
from services.gateway.api.auth_routes import AuthRoutes
from services.gateway.api.catalogue_routes import CatalogueRoutes
from services.gateway.api.download_routes import DownloadRoutes
from services.gateway.api.edge import Edge, EdgePolicy
from services.gateway.api.endpoint import Endpoint
from services.gateway.api.event_routes import EventRoutes
from services.gateway.api.http_server import HttpServer
from services.gateway.api.media_routes import MediaRoutes
from services.gateway.api.openapi import document
from services.gateway.api.router import Router
from services.gateway.api.service_routes import Readiness, ServiceRoutes
from services.gateway.api.share_routes import ShareRoutes
from services.gateway.api.track_routes import TrackRoutes
from services.gateway.api.upload_routes import UploadRoutes
from services.gateway.api.web_files import WebFiles
from services.gateway.app.track_wakes import TrackWakes
from services.gateway.app.watch_track import WatchTimes
from services.gateway.clients.backends import Addresses, Backends
from services.gateway.clients.key_set import KeySet
from services.gateway.clients.progress_reading import BackendProgress
from services.gateway.clients.token_verifier import KeySetVerifier
from services.gateway.domain.pace import Pace
from services.gateway.events.track_facts import TrackFacts
from services.gateway.settings import GatewaySettings
from stripsession.auth.v1 import auth_service_pb2_grpc
from stripsession.billing.v1 import billing_service_pb2_grpc
from stripsession.library.v1 import library_service_pb2_grpc, share_service_pb2_grpc
from stripsession.retention.v1 import retention_service_pb2_grpc
from stripsession.separation.v1 import separation_service_pb2_grpc


@dataclasses.dataclass(frozen=True)
class Gateway:
    """The parts of the process in their order, and those that a test looks at."""

    parts: list[Part]
    endpoints: list[Endpoint]
    http: HttpServer
    facts: TrackFacts
    readiness: Readiness


async def serve(settings: GatewaySettings) -> None:
    """Run until told to stop."""
    await lifecycle.run(build(settings).parts)


def build(settings: GatewaySettings, times: WatchTimes | None = None) -> Gateway:
    """Everything, not yet started."""
    certificates = Certificates(settings.certificates, "gateway")
    backends = Backends(
        Addresses(
            auth=settings.auth_address,
            library=settings.library_address,
            separation=settings.separation_address,
            billing=settings.billing_address,
            retention=settings.retention_address,
        ),
        certificates,
    )
    auth = auth_service_pb2_grpc.AuthServiceStub(backends.auth.grpc)
    library = library_service_pb2_grpc.LibraryServiceStub(backends.library.grpc)
    shares = share_service_pb2_grpc.ShareServiceStub(backends.library.grpc)
    jobs = separation_service_pb2_grpc.JobReadingServiceStub(backends.separation.grpc)
    billing = billing_service_pb2_grpc.BillingServiceStub(backends.billing.grpc)
    retention = retention_service_pb2_grpc.RetentionServiceStub(backends.retention.grpc)

    keys = KeySet(auth)
    paces = Paces(
        requests=Pace(settings.requests_per_s, settings.requests_burst),
        sign_ins=Pace(settings.sign_ins_per_minute / 60, settings.sign_ins_burst),
        at_once_per_user=settings.requests_in_flight_per_user,
    )
    admission = Admission(KeySetVerifier(keys), paces, cookie_secure=settings.cookie_secure)
    wakes = TrackWakes()
    facts = TrackFacts(Bus(settings.nats_url, certificates), wakes.wake)
    draining = asyncio.Event()
    readiness = Readiness()

    endpoints: list[Endpoint] = [
        *ServiceRoutes(readiness, keys.published, lambda: document(endpoints)).endpoints(),
        *AuthRoutes(auth, admission).endpoints(),
        *UploadRoutes(
            library, upload_bytes_max=settings.upload_bytes_max, body_idle_s=settings.body_idle_s
        ).endpoints(),
        *TrackRoutes(library).endpoints(),
        *EventRoutes(
            BackendProgress(library, jobs),
            wakes,
            draining,
            streams_max=settings.event_streams_per_user,
            times=times or WatchTimes(),
        ).endpoints(),
        *MediaRoutes(library).endpoints(),
        *ShareRoutes(shares, library).endpoints(),
        *DownloadRoutes(library).endpoints(),
        *CatalogueRoutes(jobs, billing, retention).endpoints(),
    ]
    policy = EdgePolicy(
        public_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
        cors_origins=settings.cors_origins,
        requests_in_flight_max=settings.requests_in_flight_max,
    )
    app = Edge(Router(endpoints, admission, WebFiles(settings.web_dir).endpoint()), policy)
    http = HttpServer(
        app,
        settings.http_listen,
        draining=draining,
        drain_s=settings.drain_s,
        header_read_s=settings.header_read_s,
    )
    # Readiness last: stopped first, it sends callers elsewhere before the server drains.
    parts: list[Part] = [MetricsEndpoint(settings.metrics_listen), *backends.parts, facts, http, readiness]
    return Gateway(parts, endpoints, http, facts, readiness)
