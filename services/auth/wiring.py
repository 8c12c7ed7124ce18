"""Builds auth, top to bottom."""

from __future__ import annotations

import dataclasses
import datetime

from chassis import lifecycle
from chassis.bus.connection import Bus, Connecting
from chassis.bus.relay import Relay
from chassis.bus.topology import FACTS
from chassis.clock import Clock, SystemClock
from chassis.db.migrate import migrate_at
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.lifecycle import Periodic
from chassis.metrics import MetricsEndpoint
from chassis.rpc.server import RpcServer
from services.auth.api.api_key_servicer import ApiKeyServicer
from services.auth.api.device_servicer import DeviceServicer
from services.auth.api.servicer import AuthServicer, LocalSignInServicer, PublishedKeys
from services.auth.api.statuses import STATUSES
from services.auth.app.forget_remains import forget_remains
from services.auth.app.ports import Lives, Ports
from services.auth.clients.password_hashing import Argon2Hasher
from services.auth.clients.signing_keys import key_set, load_or_make, load_public
from services.auth.clients.token_signing import JwtSigner
from services.auth.events.envelopes import encode
from services.auth.settings import AuthSettings
from services.auth.store.store import MIGRATIONS, SCHEMA, PostgresStore
from stripsession.auth.v1 import api_key_service_pb2_grpc, auth_service_pb2_grpc, device_service_pb2_grpc


@dataclasses.dataclass(frozen=True)
class Assembly:
    """Auth's own parts, in the order in which they are started."""

    ports: Ports
    hasher: Argon2Hasher
    purge: Periodic
    server: RpcServer
    readiness: Readiness


async def serve(settings: AuthSettings) -> None:
    """Answer until told to stop."""
    await migrate(settings)
    database = Database(settings.database_url, SCHEMA)
    bus = Bus(settings.nats_url, Certificates(settings.certificates, "auth"), streams=[FACTS])
    auth = assemble(settings, database, SystemClock())
    await lifecycle.run(
        [
            MetricsEndpoint(settings.metrics_listen),
            database,
            Connecting(bus),
            Relay(database, bus),
            auth.hasher,
            auth.purge,
            auth.server,
            auth.readiness,
        ]
    )


async def migrate(settings: AuthSettings) -> None:
    """Bring the schema up to date."""
    await migrate_at(settings.database_url, SCHEMA, MIGRATIONS)


def assemble(settings: AuthSettings, database: Database, clock: Clock) -> Assembly:
    """Everything but what every service has. Raises SigningKeyUnusable."""
    key = load_or_make(settings.signing_key_file)
    issuer = settings.issuer or settings.public_url or "stripsession"
    hasher = Argon2Hasher(
        memory_kib=settings.hashing_memory_kib,
        passes=settings.hashing_passes,
        parallel=settings.hashing_parallel,
        wait_s=settings.hashing_wait_s,
        waiting_max=settings.hashing_waiting_max,
    )
    ports = Ports(
        store=PostgresStore(database, encode),
        hasher=hasher,
        signer=JwtSigner(
            key,
            issuer=issuer,
            audience=settings.audience,
            life=datetime.timedelta(seconds=settings.access_token_s),
        ),
        clock=clock,
        lives=Lives(
            session_idle=datetime.timedelta(days=settings.session_idle_days),
            link=datetime.timedelta(seconds=settings.sign_in_link_s),
            remains=datetime.timedelta(days=settings.remains_days),
        ),
    )
    public_keys = [key.public_key(), *(load_public(path) for path in settings.retired_key_files)]
    servicer = AuthServicer(ports, PublishedKeys(key_set(public_keys), issuer, settings.audience))
    local_servicer = LocalSignInServicer(ports)
    key_servicer = ApiKeyServicer(ports)
    device_servicer = DeviceServicer(ports)
    readiness = Readiness()
    server = RpcServer(
        settings.listen,
        Certificates(settings.certificates, "auth"),
        statuses=STATUSES,
        registrations=[
            lambda server: auth_service_pb2_grpc.add_AuthServiceServicer_to_server(servicer, server),
            lambda server: auth_service_pb2_grpc.add_LocalSignInServiceServicer_to_server(local_servicer, server),
            lambda server: api_key_service_pb2_grpc.add_ApiKeyServiceServicer_to_server(key_servicer, server),
            lambda server: device_service_pb2_grpc.add_DeviceServiceServicer_to_server(device_servicer, server),
        ],
        readiness=readiness,
        drain_s=settings.drain_s,
    )

    async def purge() -> None:
        await forget_remains(ports)

    return Assembly(ports, hasher, Periodic("purge", purge, every_s=settings.purge_every_s), server, readiness)
