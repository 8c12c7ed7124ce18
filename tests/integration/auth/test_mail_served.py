"""Mail as it is deployed: served auth on real PostgreSQL, with the folder that mail goes to on one machine."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from chassis.bus.connection import Bus
from chassis.bus.subjects import subject_of
from chassis.bus.topology import FACTS
from chassis.clock import SystemClock
from chassis.db.pool import Database
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from chassis.settings import SettingsInvalid
from chassis.testing.nats import NatsServer
from chassis.testing.postgres import PostgresServer
from services.auth import wiring
from services.auth.app.forget_remains import forget_remains
from services.auth.domain.letters import letter_in_all
from services.auth.domain.mail import Occasion
from services.auth.settings import AuthSettings
from services.auth.store.store import MIGRATIONS, SCHEMA
from stripsession.auth.v1 import account_security_service_pb2 as security_pb
from stripsession.auth.v1 import account_security_service_pb2_grpc as security_grpc
from stripsession.auth.v1 import auth_service_pb2 as pb
from stripsession.auth.v1 import auth_service_pb2_grpc as pb_grpc
from stripsession.library.v1.events_pb2 import WebhookGivenUp

EMAIL, PASSWORD, CHOSEN = "ada@example.org", "a long enough secret", "another long secret"
ARRIVES_S = 20.0


class Served:
    """Auth, and the mail that it wrote."""

    def __init__(self, channel: grpc.aio.Channel, assembly: wiring.Assembly, folder: Path, database: Database) -> None:
        self.auth = pb_grpc.AuthServiceStub(channel)
        self.security = security_grpc.AccountSecurityServiceStub(channel)
        self.assembly = assembly
        self.folder = folder
        self.database = database
        self.read: set[Path] = set()

    async def newest(self) -> tuple[str, str, str]:
        """Whom the next mail is to, its subject and its code, if it has one."""
        async with asyncio.timeout(ARRIVES_S):
            while not (unread := set(self.folder.glob("*.eml")) - self.read):
                self.assembly.mail.wake()
                await asyncio.sleep(0)
        (file,) = unread
        self.read.add(file)
        message: Any = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        found = re.search(r"https://us\.example/#/\w+/(\S{43})", message.get_content())
        return message["To"], message["Subject"], found[1] if found else ""


Serve = Callable[..., contextlib.AbstractAsyncContextManager[Served]]


@pytest.fixture
def serve(postgres: PostgresServer, certificates: Path, tmp_path: Path) -> Serve:
    @contextlib.asynccontextmanager
    async def serving(**more: Any) -> AsyncIterator[Served]:
        settings = AuthSettings(
            certificates=certificates,
            nats_url="",
            signing_key_file=tmp_path / "key.pem",
            public_url="https://us.example",
            mail_dir=tmp_path / "mail",
            # Hashing is tested by itself; here it need only be real.
            hashing_memory_kib=1024,
            hashing_passes=1,
            drain_s=1,
            **more,
        )
        async with contextlib.AsyncExitStack() as stack:
            database = await stack.enter_async_context(postgres.database(SCHEMA, MIGRATIONS))
            assembly = wiring.assemble(settings, database, SystemClock())
            for part in (assembly.hasher, assembly.mail, assembly.server, assembly.readiness):
                await part.start()
                stack.push_async_callback(part.stop)
            channel = Channel("auth", f"127.0.0.1:{assembly.server.port}", Certificates(certificates, "gateway"))
            stack.push_async_callback(channel.stop)
            yield Served(channel.grpc, assembly, tmp_path / "mail", database)

    return serving


async def test_a_webhook_that_is_given_up_reaches_its_owner(serve: Serve, nats_server: NatsServer) -> None:
    """The library's fact on the bus is a mail to the address that its owner confirmed."""
    async with serve() as served, contextlib.AsyncExitStack() as stack:
        opened = await served.auth.SignUp(pb.SignUpRequest(email=EMAIL, password=PASSWORD, confirms_age=True))
        _, _, code = await served.newest()
        await served.security.VerifyEmail(security_pb.VerifyEmailRequest(code=code))
        bus = Bus(nats_server.url, None, streams=[FACTS])
        for part in (bus, wiring.webhooks_given_up(served.assembly.ports, served.database, bus)):
            await part.start()
            stack.push_async_callback(part.stop)
        fact = WebhookGivenUp(endpoint_id="whe_1", owner_id=opened.account.user_id).SerializeToString()
        await bus.jetstream.publish(subject_of(WebhookGivenUp), fact)
        assert (await served.newest())[:2] == (EMAIL, letter_in_all(Occasion.WEBHOOK_GIVEN_UP, "")[0])


async def test_mail_of_before_a_server_took_it_is_forgotten(serve: Serve, tmp_path: Path) -> None:
    """What the folder got while no SMTP server was named goes with the other remains once one is."""
    folder = tmp_path / "mail"
    folder.mkdir()
    for name, age_s in (("old", 8 * 86_400), ("new", 0)):
        (folder / f"{name}.eml").write_text(f"To: {EMAIL}\n")
        written_at = SystemClock().now().timestamp() - age_s
        os.utime(folder / f"{name}.eml", (written_at, written_at))
    async with serve(smtp_host="127.0.0.1") as served:
        await forget_remains(served.assembly.ports)
    assert [path.name for path in folder.iterdir()] == ["new.eml"]


async def reason_of(call: Awaitable[object]) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return from_error(caught.value).reason


async def test_a_person_is_mailed(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """Sign-up mails a link that verifies; a reset mails one that chooses; and no log holds a secret."""
    caplog.set_level(logging.DEBUG)
    async with serve() as served:
        opened = await served.auth.SignUp(
            pb.SignUpRequest(email=EMAIL, password=PASSWORD, language="de", confirms_age=True)
        )
        to, subject, verify_code = await served.newest()
        assert (to, subject) == (EMAIL, "Bestätige deine E-Mail-Adresse")
        await served.security.VerifyEmail(security_pb.VerifyEmailRequest(code=verify_code))
        user = pb.GetAccountRequest(user_id=opened.account.user_id)
        assert (await served.auth.GetAccount(user)).account.email_verified
        await served.security.RequestPasswordReset(security_pb.RequestPasswordResetRequest(email=EMAIL))
        _, _, reset_code = await served.newest()
        await served.security.ResetPassword(security_pb.ResetPasswordRequest(code=reset_code, password=CHOSEN))
        assert (await served.newest())[1] == "Your password was changed"
        refresh = pb.RefreshSessionRequest(refresh_token=opened.tokens.refresh_token)
        assert await reason_of(served.auth.RefreshSession(refresh)) == "SESSION_ENDED"
        await served.auth.SignIn(pb.SignInRequest(email=EMAIL, password=CHOSEN))
    said = "".join(record.getMessage() + repr(record.__dict__) for record in caplog.records)
    for secret in (EMAIL, PASSWORD, CHOSEN, verify_code, reset_code):
        assert secret not in said


async def test_a_sign_up_is_confirmed_by_mail(serve: Serve) -> None:
    """A new address and a taken one get the same answer; only the mail, and only to the address, tells them apart."""
    async with serve(sign_up_confirmed_by_mail=True) as served:
        request = pb.SignUpRequest(email=EMAIL, password=PASSWORD, display_name="Ada", confirms_age=True)
        unknown = await served.auth.SignUp(request)
        to, subject, code = await served.newest()
        assert (to, subject) == (EMAIL, "Confirm your StripSession account")
        assert await reason_of(served.auth.SignIn(pb.SignInRequest(email=EMAIL, password=PASSWORD))) == (
            "WRONG_CREDENTIALS"
        )
        wrong = pb.ConfirmSignUpRequest(code=code, password="not the password")
        assert await reason_of(served.auth.ConfirmSignUp(wrong)) == "WRONG_PASSWORD"
        confirmed = await served.auth.ConfirmSignUp(pb.ConfirmSignUpRequest(code=code, password=PASSWORD))
        assert confirmed.account.email_verified
        known = await served.auth.SignUp(request)
        assert known == unknown == pb.SignUpResponse()
        assert await served.newest() == (EMAIL, "This address belongs to a StripSession account", "")


def test_confirming_by_mail_needs_mail(certificates: Path, tmp_path: Path) -> None:
    """Auth does not start with sign-ups that nobody could ever confirm."""
    given: dict[str, Any] = {"certificates": certificates, "nats_url": "", "signing_key_file": tmp_path / "key.pem"}
    lacking: list[dict[str, Any]] = [{}, {"smtp_host": "mail.example"}, {"public_url": "https://us.example"}]
    for more in lacking:
        with pytest.raises(SettingsInvalid, match="SIGN_UP_CONFIRMED_BY_MAIL"):
            AuthSettings(**given, **more, sign_up_confirmed_by_mail=True)
