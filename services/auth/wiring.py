"""Builds auth, top to bottom."""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Callable

from chassis import lifecycle, logs
from chassis.bus.connection import Bus, Connecting
from chassis.bus.consumer import Consumer
from chassis.bus.relay import Relay
from chassis.bus.topology import FACTS
from chassis.clock import Clock, SystemClock
from chassis.db.census import Holdings
from chassis.db.export import Documents
from chassis.db.migrate import migrate_at
from chassis.db.operator_acts import OperatorActs
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.lifecycle import Part, Periodic
from chassis.metrics import MetricsEndpoint
from chassis.rpc.examination_servicer import ExaminationServicer
from chassis.rpc.export import Exporter
from chassis.rpc.purge import Purger
from chassis.rpc.server import Registration, RpcServer
from chassis.settings import SettingsInvalid
from chassis.signing_keys import load_or_make, load_public
from services.auth.api.account_administration_servicer import AccountAdministrationServicer
from services.auth.api.api_key_servicer import ApiKeyServicer
from services.auth.api.closing_servicer import AccountClosingServicer
from services.auth.api.data_holder_servicer import DataHolderServicer
from services.auth.api.device_servicer import DeviceServicer
from services.auth.api.email_change_servicer import EmailChangeServicer
from services.auth.api.factor_servicer import SecondFactorServicer
from services.auth.api.federation_servicer import FederationServicer
from services.auth.api.notice_servicer import RequestNoticeServicer
from services.auth.api.passkey_servicer import PasskeyServicer
from services.auth.api.policy_servicers import policy_registrations
from services.auth.api.provider_servicer import ProviderServicer
from services.auth.api.security_servicer import AccountSecurityServicer
from services.auth.api.servicer import AuthServicer, LocalSignInServicer, PublishedKeys
from services.auth.api.statuses import STATUSES
from services.auth.app.ask_erasure_again import ask_erasure_again
from services.auth.app.deliver_mails import deliver_mails
from services.auth.app.federation_ports import Clerk, Federation
from services.auth.app.forget_remains import forget_remains
from services.auth.app.mailing_ports import Mailer, Mailing, MailLives
from services.auth.app.passkey_ports import Passkeys
from services.auth.app.ports import Lives, Ports
from services.auth.app.provider_ports import Providers
from services.auth.app.reconcile_clerk import reconcile_clerk
from services.auth.clients.authenticator_codes import TotpCodes
from services.auth.clients.clerk_users import ClerkUsers
from services.auth.clients.folder_mailer import FolderMailer
from services.auth.clients.http_documents import HttpDocuments
from services.auth.clients.known_passwords import HashFile, HashFileUnusable, ListedPasswords
from services.auth.clients.offered_providers import offered_providers
from services.auth.clients.password_hashing import Argon2Hasher
from services.auth.clients.session_issuers import SessionIssuer, clerk_issuer
from services.auth.clients.signing_keys import key_set, load_or_make_secret, mail_key
from services.auth.clients.smtp_mailer import SmtpMailer, SmtpServer
from services.auth.clients.token_signing import JwtSigner
from services.auth.clients.webauthn_answers import WebauthnAnswers
from services.auth.domain.errors import IssuerAway, TooManyMissing
from services.auth.domain.webhook_signature import secret_key
from services.auth.events.closing_facts import closing_consumers
from services.auth.events.consumers import WEBHOOK_GIVEN_UP, FactHandlers
from services.auth.events.envelopes import encode
from services.auth.events.policy_timer import announcing
from services.auth.events.told_mails import told
from services.auth.settings import AuthSettings
from services.auth.store.examination import PLACE, Examination
from services.auth.store.exports import DOCUMENTS
from services.auth.store.holdings import KINDS
from services.auth.store.lives import BY_OWN_CLOCK
from services.auth.store.store import MIGRATIONS, SCHEMA, PostgresStore, SealingKeys
from stripsession.auth.v1 import account_administration_service_pb2_grpc as administration_grpc
from stripsession.auth.v1 import account_closing_service_pb2_grpc as closing_grpc
from stripsession.auth.v1 import (
    account_security_service_pb2_grpc,
    api_key_service_pb2_grpc,
    auth_service_pb2_grpc,
    device_service_pb2_grpc,
    email_change_service_pb2_grpc,
    federation_service_pb2_grpc,
    passkey_service_pb2_grpc,
    provider_service_pb2_grpc,
    second_factor_service_pb2_grpc,
)
from stripsession.auth.v1 import request_notice_service_pb2_grpc as notice_grpc
from stripsession.library.v1 import events_pb2 as library_events
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as privacy_grpc
from stripsession.privacy.v1 import examination_service_pb2_grpc as examination_grpc

_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Federated:
    """What takes in people of other issuers; without one, nothing that runs."""

    federation: Federation
    issuers: tuple[SessionIssuer, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclasses.dataclass(frozen=True)
class Assembly:
    """Auth's own parts, in the order in which they are started."""

    ports: Ports
    hasher: Argon2Hasher
    known_passwords: ListedPasswords
    purge: Periodic
    federated: Federated
    provider_documents: HttpDocuments
    mail: Periodic
    announcer: Periodic
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
            auth.known_passwords,
            webhooks_given_up(auth.ports, database, bus),
            *closing_consumers(auth.ports, database, bus),
            auth.purge,
            *auth.federated.parts,
            auth.provider_documents,
            auth.mail,
            auth.announcer,
            auth.server,
            auth.readiness,
        ]
    )


async def migrate(settings: AuthSettings) -> None:
    """Bring the schema up to date."""
    await migrate_at(settings.database_url, SCHEMA, MIGRATIONS)


def webhooks_given_up(ports: Ports, database: Database, bus: Bus) -> Part:
    """The consumer that has people written to about their webhooks."""
    return Consumer(
        bus,
        database,
        stream=FACTS.name,
        durable=WEBHOOK_GIVEN_UP,
        kind=library_events.WebhookGivenUp,
        handle=FactHandlers(ports).webhook_given_up,
    )


def assemble(settings: AuthSettings, database: Database, clock: Clock) -> Assembly:
    """Everything but what every service has. Raises SigningKeyUnusable or SettingsInvalid."""
    key = load_or_make(settings.signing_key_file)
    issuer = settings.issuer or settings.public_url or "stripsession"
    hasher = Argon2Hasher(
        memory_kib=settings.hashing_memory_kib,
        passes=settings.hashing_passes,
        parallel=settings.hashing_parallel,
        wait_s=settings.hashing_wait_s,
        waiting_max=settings.hashing_waiting_max,
    )
    known_passwords = ListedPasswords(
        _hash_file(settings), wait_s=settings.hashing_wait_s, waiting_max=settings.hashing_waiting_max
    )
    keys = SealingKeys(mail_key(key), load_or_make_secret(settings.factor_key_file))
    ports = Ports(
        store=PostgresStore(database, encode, keys),
        hasher=hasher,
        signer=JwtSigner(
            key,
            issuer=issuer,
            audience=settings.audience,
            life=datetime.timedelta(seconds=settings.access_token_s),
        ),
        clock=clock,
        lives=_lives(settings),
        codes=TotpCodes(),
        known_passwords=known_passwords,
        mailing=_mailing(settings),
        outside_issuers=frozenset({settings.clerk_issuer} - {""}),
    )
    public_keys = [key.public_key(), *(load_public(path) for path in settings.retired_key_files)]
    servicer = AuthServicer(ports, PublishedKeys(key_set(public_keys), issuer, settings.audience))
    federated = _federated(settings, ports)
    provider_documents = HttpDocuments()
    providers = _providers(settings, provider_documents)
    readiness = Readiness()
    acts = OperatorActs(database)

    async def post() -> None:
        if ports.mailing is not None:
            await deliver_mails(ports, told)

    mail = Periodic("mail", post, every_s=settings.mail_every_s)
    announcer = announcing(ports, mail.wake)
    server = RpcServer(
        settings.listen,
        Certificates(settings.certificates, "auth"),
        statuses=STATUSES,
        registrations=[
            *_registrations(ports, servicer, federated, providers, _passkeys(settings, ports), mail.wake),
            _examining(settings, database, clock),
            _holding(ports, database),
            *policy_registrations(ports, announcer.wake),
        ],
        readiness=readiness,
        drain_s=settings.drain_s,
        acts=acts,
    )

    async def purge() -> None:
        await acts.forget_old()
        await forget_remains(ports)
        await ask_erasure_again(ports)

    purging = Periodic("purge", purge, every_s=settings.purge_every_s)
    return Assembly(
        *(ports, hasher, known_passwords, purging, federated, provider_documents, mail, announcer, server, readiness)
    )


def _examining(settings: AuthSettings, database: Database, clock: Clock) -> Registration:
    is_own_mail = settings.smtp_host in ("", "localhost", "127.0.0.1", "::1")
    parties = {
        "sign_in_parties": bool(settings.clerk_issuer) + len(settings.providers()),
        "mail_parties": int(not is_own_mail),
    }
    looks = Examination(database, clock, datetime.timedelta(days=settings.remains_days), parties).looks()
    return lambda server: examination_grpc.add_ExaminationServiceServicer_to_server(ExaminationServicer(looks), server)


def _lives(settings: AuthSettings) -> Lives:
    return Lives(
        session_idle=datetime.timedelta(days=settings.session_idle_days),
        access=datetime.timedelta(seconds=settings.access_token_s),
        link=datetime.timedelta(seconds=settings.sign_in_link_s),
        remains=datetime.timedelta(days=settings.remains_days),
    )


def _hash_file(settings: AuthSettings) -> HashFile | None:
    path = settings.breached_passwords_file
    try:
        return HashFile(path) if path is not None else None
    except (HashFileUnusable, OSError) as error:
        raise SettingsInvalid(f"STRIPSESSION_BREACHED_PASSWORDS_FILE {path} cannot be used: {error}") from error


def _providers(settings: AuthSettings, http: HttpDocuments) -> Providers:
    other_issuers = (settings.clerk_issuer,) if settings.clerk_issuer else ()
    offered = offered_providers(http, settings.providers(), settings.public_url, other_issuers)
    return dataclasses.replace(offered, takes_passkeys=settings.party_of_passkeys() is not None)


def _registrations(
    ports: Ports,
    servicer: AuthServicer,
    federated: Federated,
    providers: Providers,
    passkeys: Passkeys,
    post: Callable[[], None],
) -> list[Registration]:
    return [
        lambda server: auth_service_pb2_grpc.add_AuthServiceServicer_to_server(servicer, server),
        lambda server: auth_service_pb2_grpc.add_LocalSignInServiceServicer_to_server(
            LocalSignInServicer(ports), server
        ),
        lambda server: administration_grpc.add_AccountAdministrationServiceServicer_to_server(
            AccountAdministrationServicer(ports), server
        ),
        lambda server: closing_grpc.add_AccountClosingServiceServicer_to_server(
            AccountClosingServicer(ports, post), server
        ),
        lambda server: notice_grpc.add_RequestNoticeServiceServicer_to_server(
            RequestNoticeServicer(ports, post), server
        ),
        lambda server: federation_service_pb2_grpc.add_FederationServiceServicer_to_server(
            FederationServicer(federated.federation, federated.issuers), server
        ),
        lambda server: account_security_service_pb2_grpc.add_AccountSecurityServiceServicer_to_server(
            AccountSecurityServicer(ports), server
        ),
        lambda server: api_key_service_pb2_grpc.add_ApiKeyServiceServicer_to_server(ApiKeyServicer(ports), server),
        lambda server: device_service_pb2_grpc.add_DeviceServiceServicer_to_server(DeviceServicer(ports), server),
        lambda server: provider_service_pb2_grpc.add_ProviderServiceServicer_to_server(
            ProviderServicer(ports, providers), server
        ),
        lambda server: passkey_service_pb2_grpc.add_PasskeyServiceServicer_to_server(
            PasskeyServicer(passkeys, providers), server
        ),
        lambda server: second_factor_service_pb2_grpc.add_SecondFactorServiceServicer_to_server(
            SecondFactorServicer(ports, passkeys, providers), server
        ),
        lambda server: email_change_service_pb2_grpc.add_EmailChangeServiceServicer_to_server(
            EmailChangeServicer(ports), server
        ),
    ]


def _holding(ports: Ports, database: Database) -> Registration:
    exporter = Exporter(Documents(database, DOCUMENTS))
    servicer = DataHolderServicer(ports, Holdings(database, KINDS).of, exporter, Purger(PLACE, BY_OWN_CLOCK, {}))
    return lambda server: privacy_grpc.add_DataHolderServiceServicer_to_server(servicer, server)


def _passkeys(settings: AuthSettings, ports: Ports) -> Passkeys:
    party = settings.party_of_passkeys()
    authenticators = WebauthnAnswers(party) if party is not None else None
    return Passkeys(ports, authenticators, settings.clerk_issuer)


def _federated(settings: AuthSettings, ports: Ports) -> Federated:
    if not settings.clerk_issuer or not settings.clerk_secret_key_file or not settings.clerk_webhook_secret_file:
        return Federated(Federation(ports))
    http = HttpDocuments()
    users = ClerkUsers(http, settings.clerk_api_url, settings.clerk_secret_key_file.read_text().strip())
    webhook_key = secret_key(settings.clerk_webhook_secret_file.read_text())
    federation = Federation(ports, Clerk(settings.clerk_issuer, users, webhook_key))

    async def reconcile() -> None:
        try:
            done = await reconcile_clerk(federation)
        except (IssuerAway, TooManyMissing) as error:
            # Next time is soon enough; begun again at once, it would only ask the more.
            logs.event(_log, logging.ERROR, "people not compared with clerk's", reason=str(error) or "away")
            return
        logs.event(_log, logging.INFO, "people compared with clerk's", kept=done.kept, ended=done.ended)

    comparing = Periodic("clerk", reconcile, every_s=settings.clerk_reconcile_every_s)
    issuer = clerk_issuer(http, settings.clerk_issuer, settings.parties_of_clerk())
    return Federated(federation, (issuer,), (http, comparing))


def _mailing(settings: AuthSettings) -> Mailing | None:
    mailer: Mailer
    folder = FolderMailer(settings.mail_dir, settings.mail_from) if settings.mail_dir is not None else None
    if settings.smtp_host:
        password_file = settings.smtp_password_file
        authority = settings.smtp_authority_file
        server = SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            encryption=settings.smtp_encryption,
            user=settings.smtp_user,
            password=password_file.read_text(encoding="utf-8").strip() if password_file is not None else "",
            deadline_s=settings.smtp_deadline_s,
            authority=str(authority) if authority is not None else None,
        )
        mailer = SmtpMailer(server, settings.mail_from)
    elif folder is not None:
        mailer = folder
    else:
        return None
    return Mailing(
        mailer=mailer,
        public_url=settings.public_url,
        lives=MailLives(
            verify=datetime.timedelta(seconds=settings.email_link_s),
            reset=datetime.timedelta(seconds=settings.reset_link_s),
        ),
        confirms_sign_ups=settings.sign_up_confirmed_by_mail,
        # A server may have taken the folder's place, with mail left in it.
        kept=folder,
    )
