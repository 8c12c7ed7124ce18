"""The gateway, put together from top to bottom."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import grpc

from chassis import lifecycle
from chassis.bus.connection import Bus
from chassis.identity import Certificates
from chassis.lifecycle import Part, Periodic
from chassis.metrics import MetricsEndpoint
from services.gateway.api.acceptance_routes import AcceptanceRoutes
from services.gateway.api.admission import Admission, Paces
from services.gateway.api.age_routes import AgeRoutes
from services.gateway.api.api_key_routes import ApiKeyRoutes
from services.gateway.api.auth_routes import AuthRoutes
from services.gateway.api.billing_routes import BillingRoutes
from services.gateway.api.catalogue_routes import CatalogueRoutes
from services.gateway.api.census_routes import CensusRoutes
from services.gateway.api.closing_routes import ClosingRoutes
from services.gateway.api.cover_routes import CoverRoutes
from services.gateway.api.device_routes import DeviceRoutes
from services.gateway.api.download_routes import DownloadRoutes
from services.gateway.api.early_answers import EarlyAnswers
from services.gateway.api.edge import Edge, EdgePolicy
from services.gateway.api.email_change_routes import EmailChangeRoutes
from services.gateway.api.endpoint import Endpoint
from services.gateway.api.event_routes import EventRoutes
from services.gateway.api.export_routes import ExportRoutes
from services.gateway.api.factor_routes import FactorRoutes
from services.gateway.api.http_server import HttpServer
from services.gateway.api.listing_routes import ListingRoutes
from services.gateway.api.mail_routes import MailRoutes
from services.gateway.api.media_routes import MediaRoutes
from services.gateway.api.openapi import document
from services.gateway.api.passkey_routes import PasskeyRoutes
from services.gateway.api.policy_routes import PolicyRoutes
from services.gateway.api.promise_routes import PromiseRoutes
from services.gateway.api.provider_landing import ProviderLanding
from services.gateway.api.provider_routes import ProviderRoutes
from services.gateway.api.receipt_routes import ReceiptRoutes
from services.gateway.api.request_routes import RequestRoutes
from services.gateway.api.router import Router
from services.gateway.api.service_routes import Readiness, ServiceRoutes
from services.gateway.api.session_routes import SessionRoutes
from services.gateway.api.share_routes import ShareRoutes
from services.gateway.api.track_routes import TrackRoutes
from services.gateway.api.upload_routes import UploadRoutes
from services.gateway.api.web_files import WebFiles
from services.gateway.api.webhook_endpoint_routes import WebhookEndpointRoutes
from services.gateway.api.webhook_routes import WebhookRoutes
from services.gateway.app.track_wakes import TrackWakes
from services.gateway.app.watch_track import WatchTimes
from services.gateway.clients.backends import Addresses, Backends
from services.gateway.clients.device_keys import read_stamps
from services.gateway.clients.ended_reading import READ_EVERY_S, EndedReading
from services.gateway.clients.key_set import KeySet
from services.gateway.clients.key_verifier import AuthKeyVerifier
from services.gateway.clients.living_verifier import LivingVerifier
from services.gateway.clients.plan_reading import BackendPlans
from services.gateway.clients.progress_reading import BackendProgress
from services.gateway.clients.session_issuers import SessionIssuers
from services.gateway.clients.token_verifier import KeySetVerifier
from services.gateway.domain.approach import Approach
from services.gateway.domain.bulkhead import Bulkhead
from services.gateway.domain.ended_sessions import EndedSessions
from services.gateway.domain.pace import Pace
from services.gateway.domain.sign_in_tries import Patience
from services.gateway.events.key_facts import KeyFacts
from services.gateway.events.session_facts import SessionFacts
from services.gateway.events.track_facts import TrackFacts
from services.gateway.settings import GatewaySettings
from stripsession.auth.v1 import (
    account_security_service_pb2_grpc,
    api_key_service_pb2_grpc,
    auth_service_pb2_grpc,
    device_service_pb2_grpc,
    email_change_service_pb2_grpc,
    federation_service_pb2_grpc,
    passkey_service_pb2_grpc,
    policy_acceptance_service_pb2_grpc,
    provider_service_pb2_grpc,
    second_factor_service_pb2_grpc,
)
from stripsession.billing.v1 import billing_service_pb2_grpc, payment_service_pb2_grpc
from stripsession.library.v1 import (
    cover_service_pb2_grpc,
    library_service_pb2_grpc,
    listing_service_pb2_grpc,
    share_service_pb2_grpc,
    webhook_service_pb2_grpc,
)
from stripsession.retention.v1 import (
    census_service_pb2_grpc,
    closing_service_pb2_grpc,
    export_service_pb2_grpc,
    policy_service_pb2_grpc,
    privacy_request_service_pb2_grpc,
    promise_service_pb2_grpc,
    receipt_service_pb2_grpc,
    retention_service_pb2_grpc,
)
from stripsession.separation.v1 import separation_service_pb2_grpc


@dataclasses.dataclass(frozen=True)
class Gateway:
    """The parts of the process in their order, and those that a test looks at."""

    parts: list[Part]
    endpoints: list[Endpoint]
    http: HttpServer
    facts: TrackFacts
    session_facts: SessionFacts
    key_facts: KeyFacts
    readiness: Readiness


@dataclasses.dataclass(frozen=True)
class Stubs:
    """Whom the routes ask."""

    auth: auth_service_pb2_grpc.AuthServiceAsyncStub
    federation: federation_service_pb2_grpc.FederationServiceAsyncStub
    security: account_security_service_pb2_grpc.AccountSecurityServiceAsyncStub
    api_keys: api_key_service_pb2_grpc.ApiKeyServiceAsyncStub
    devices: device_service_pb2_grpc.DeviceServiceAsyncStub
    passkeys: passkey_service_pb2_grpc.PasskeyServiceAsyncStub
    providers: provider_service_pb2_grpc.ProviderServiceAsyncStub
    factors: second_factor_service_pb2_grpc.SecondFactorServiceAsyncStub
    acceptances: policy_acceptance_service_pb2_grpc.PolicyAcceptanceServiceAsyncStub
    email_changes: email_change_service_pb2_grpc.EmailChangeServiceAsyncStub
    library: library_service_pb2_grpc.LibraryServiceAsyncStub
    covers: cover_service_pb2_grpc.CoverServiceAsyncStub
    listing: listing_service_pb2_grpc.ListingServiceAsyncStub
    shares: share_service_pb2_grpc.ShareServiceAsyncStub
    webhooks: webhook_service_pb2_grpc.WebhookServiceAsyncStub
    jobs: separation_service_pb2_grpc.JobReadingServiceAsyncStub
    billing: billing_service_pb2_grpc.BillingServiceAsyncStub
    payments: payment_service_pb2_grpc.PaymentServiceAsyncStub
    retention: retention_service_pb2_grpc.RetentionServiceAsyncStub
    policies: policy_service_pb2_grpc.PolicyServiceAsyncStub
    closings: closing_service_pb2_grpc.ClosingServiceAsyncStub
    receipts: receipt_service_pb2_grpc.ReceiptServiceAsyncStub
    promises: promise_service_pb2_grpc.PromiseServiceAsyncStub
    census: census_service_pb2_grpc.CensusServiceAsyncStub
    exports: export_service_pb2_grpc.ExportServiceAsyncStub
    requests: privacy_request_service_pb2_grpc.PrivacyRequestServiceAsyncStub


@dataclasses.dataclass(frozen=True)
class Signals:
    """What the routes hear of the process."""

    readiness: Readiness
    keys: KeySet
    ended: EndedSessions
    wakes: TrackWakes
    draining: asyncio.Event


async def serve(settings: GatewaySettings) -> None:
    """Run until told to stop."""
    await lifecycle.run(build(settings).parts)


async def contract() -> dict[str, object]:
    """The OpenAPI document, of a gateway that nothing is behind and nobody starts."""
    away = "127.0.0.1:9"
    settings = GatewaySettings(
        certificates=Path(),
        nats_url="",
        auth_address=away,
        library_address=away,
        separation_address=away,
        billing_address=away,
        retention_address=away,
    )
    async with grpc.aio.insecure_channel(away) as channel:
        stubs = _stubs(auth=channel, library=channel, separation=channel, billing=channel, retention=channel)
        keys = KeySet(stubs.auth)
        admission = Admission(KeySetVerifier(keys), _paces(settings))
        signals = Signals(Readiness(), keys, EndedSessions(), TrackWakes(), asyncio.Event())
        return document(_endpoints(settings, stubs, admission, signals, WatchTimes(), AgeRoutes(stubs.auth)))


def build(settings: GatewaySettings, times: WatchTimes | None = None) -> Gateway:
    """Everything, not yet started. Raises SettingsInvalid."""
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
    stubs = _stubs(
        auth=backends.auth.grpc,
        library=backends.library.grpc,
        separation=backends.separation.grpc,
        billing=backends.billing.grpc,
        retention=backends.retention.grpc,
    )
    keys = KeySet(stubs.auth)
    issuers = SessionIssuers(stubs.federation)
    ended = EndedSessions()
    reading = EndedReading(stubs.security, ended)
    ended_reading = Periodic("ended sessions", reading.read, every_s=READ_EVERY_S)
    session_facts = SessionFacts(Bus(settings.nats_url, certificates), ended, ended_reading.wake)
    verifier = LivingVerifier(KeySetVerifier(keys, issuers), ended, reading.known)
    api_keys = AuthKeyVerifier(stubs.api_keys)
    admission = Admission(
        verifier,
        _paces(settings),
        keys=api_keys,
        ended=ended,
        cookie_secure=settings.cookie_secure,
        stamps=read_stamps(settings.device_key_file, settings.retired_device_key_files),
    )
    wakes = TrackWakes()
    facts = TrackFacts(Bus(settings.nats_url, certificates), wakes.wake)
    key_facts = KeyFacts(Bus(settings.nats_url, certificates), api_keys.forget)
    draining = asyncio.Event()
    readiness = Readiness()

    signals = Signals(readiness, keys, ended, wakes, draining)
    age = AgeRoutes(stubs.auth)
    endpoints = _endpoints(settings, stubs, admission, signals, times or WatchTimes(), age)
    policy = EdgePolicy(
        approach=Approach(
            settings.public_url, settings.trusted_proxies, settings.proxy_networks(), settings.also_known_as
        ),
        cors_origins=settings.cors_origins,
        requests_in_flight_max=settings.requests_in_flight_max,
    )
    landings = [*ProviderLanding(stubs.providers).endpoints(), *PolicyRoutes(stubs.policies).pages()]
    proofs, of_age = FactorRoutes(stubs.factors, admission).methods, age.confirmed
    files = WebFiles(settings.web_dir).endpoint()
    edge = Edge(Router([*endpoints, *landings], admission, files, proofs=proofs, of_age=of_age), policy)
    http = HttpServer(
        EarlyAnswers(edge, draining),
        settings.http_listen,
        draining=draining,
        drain_s=settings.drain_s,
        header_read_s=settings.header_read_s,
    )
    # Readiness last: stopped first, it sends callers elsewhere before the server drains.
    heard: list[Part] = [ended_reading, session_facts, facts, key_facts]
    parts: list[Part] = [MetricsEndpoint(settings.metrics_listen), *backends.parts, *heard, http, readiness]
    return Gateway(parts, endpoints, http, facts, session_facts, key_facts, readiness)


def _stubs(
    *,
    auth: grpc.aio.Channel,
    library: grpc.aio.Channel,
    separation: grpc.aio.Channel,
    billing: grpc.aio.Channel,
    retention: grpc.aio.Channel,
) -> Stubs:
    return Stubs(
        auth_service_pb2_grpc.AuthServiceStub(auth),
        federation_service_pb2_grpc.FederationServiceStub(auth),
        account_security_service_pb2_grpc.AccountSecurityServiceStub(auth),
        api_key_service_pb2_grpc.ApiKeyServiceStub(auth),
        device_service_pb2_grpc.DeviceServiceStub(auth),
        passkey_service_pb2_grpc.PasskeyServiceStub(auth),
        provider_service_pb2_grpc.ProviderServiceStub(auth),
        second_factor_service_pb2_grpc.SecondFactorServiceStub(auth),
        policy_acceptance_service_pb2_grpc.PolicyAcceptanceServiceStub(auth),
        email_change_service_pb2_grpc.EmailChangeServiceStub(auth),
        library_service_pb2_grpc.LibraryServiceStub(library),
        cover_service_pb2_grpc.CoverServiceStub(library),
        listing_service_pb2_grpc.ListingServiceStub(library),
        share_service_pb2_grpc.ShareServiceStub(library),
        webhook_service_pb2_grpc.WebhookServiceStub(library),
        separation_service_pb2_grpc.JobReadingServiceStub(separation),
        billing_service_pb2_grpc.BillingServiceStub(billing),
        payment_service_pb2_grpc.PaymentServiceStub(billing),
        retention_service_pb2_grpc.RetentionServiceStub(retention),
        policy_service_pb2_grpc.PolicyServiceStub(retention),
        closing_service_pb2_grpc.ClosingServiceStub(retention),
        receipt_service_pb2_grpc.ReceiptServiceStub(retention),
        promise_service_pb2_grpc.PromiseServiceStub(retention),
        census_service_pb2_grpc.CensusServiceStub(retention),
        export_service_pb2_grpc.ExportServiceStub(retention),
        privacy_request_service_pb2_grpc.PrivacyRequestServiceStub(retention),
    )


def _paces(settings: GatewaySettings) -> Paces:
    return Paces(
        requests=Pace(settings.requests_per_s, settings.requests_burst),
        sign_ins=Pace(settings.sign_ins_per_minute / 60, settings.sign_ins_burst),
        at_once_per_user=settings.requests_in_flight_per_user,
        tries=Patience(settings.sign_in_tries_free, settings.sign_in_wait_s_min, settings.sign_in_wait_s_max),
    )


def _endpoints(
    settings: GatewaySettings,
    stubs: Stubs,
    admission: Admission,
    signals: Signals,
    times: WatchTimes,
    age: AgeRoutes,
) -> list[Endpoint]:
    endpoints: list[Endpoint] = [
        *ServiceRoutes(signals.readiness, signals.keys.published, lambda: document(endpoints)).endpoints(),
        *AuthRoutes(stubs.auth, admission).endpoints(),
        *age.endpoints(),
        *SessionRoutes(stubs.security).endpoints(),
        *MailRoutes(stubs.security, admission).endpoints(),
        *ApiKeyRoutes(stubs.api_keys).endpoints(),
        *DeviceRoutes(stubs.devices).endpoints(),
        *PasskeyRoutes(stubs.passkeys, admission).endpoints(),
        *ProviderRoutes(stubs.providers, admission).endpoints(),
        *FactorRoutes(stubs.factors, admission).endpoints(),
        *EmailChangeRoutes(stubs.email_changes, admission).endpoints(),
        *UploadRoutes(
            stubs.library, upload_bytes_max=settings.upload_bytes_max, body_idle_s=settings.body_idle_s
        ).endpoints(),
        *ListingRoutes(stubs.library, stubs.listing, stubs.jobs).endpoints(),
        *TrackRoutes(stubs.library).endpoints(),
        *EventRoutes(
            BackendProgress(stubs.library, stubs.jobs),
            signals.wakes,
            signals.draining,
            streams_max=settings.event_streams_per_user,
            times=times,
            ended=signals.ended,
        ).endpoints(),
        *MediaRoutes(stubs.library).endpoints(),
        *CoverRoutes(
            stubs.covers, Bulkhead(settings.covers_in_flight_per_user, settings.covers_in_flight_max)
        ).endpoints(),
        *ShareRoutes(stubs.shares, stubs.library).endpoints(),
        *DownloadRoutes(stubs.library, BackendPlans(stubs.billing)).endpoints(),
        *WebhookEndpointRoutes(stubs.webhooks).endpoints(),
        *WebhookRoutes(stubs.federation).endpoints(),
        *BillingRoutes(stubs.billing, stubs.payments).endpoints(),
        *CatalogueRoutes(stubs.jobs, stubs.billing, stubs.retention).endpoints(),
        *PolicyRoutes(stubs.policies).endpoints(),
        *ClosingRoutes(stubs.closings).endpoints(),
        *ReceiptRoutes(stubs.receipts).endpoints(),
        *PromiseRoutes(stubs.promises).endpoints(),
        *AcceptanceRoutes(stubs.acceptances).endpoints(),
        *CensusRoutes(stubs.census).endpoints(),
        *ExportRoutes(stubs.exports).endpoints(),
        *RequestRoutes(stubs.requests).endpoints(),
    ]
    return endpoints
