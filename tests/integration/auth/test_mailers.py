"""Each way that mail leaves: a real SMTP server with certificates, and a folder."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import email
import email.policy
import os
import ssl
import stat
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from chassis.authority import ensure_certificates
from chassis.testing.nats import free_port
from services.auth.app.mailing_ports import MailerAway, MailRefused
from services.auth.clients.folder_mailer import FolderMailer
from services.auth.clients.smtp_mailer import Encryption, SmtpMailer, SmtpServer
from tests.unit.auth.mail_conformance import mail_to

FROM = "StripSession <no-reply@us.example>"


class Taken:
    """What a server takes, or says instead."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.of_recipient = ""
        self.of_data = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.of_recipient:
            return self.of_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        return self.of_data


def authenticated(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_ours = (data.login, data.password) == (b"us", b"secret")
    # Unhandled: that the server itself says what came of it.
    return AuthResult(success=is_ours, handled=False)


@contextlib.asynccontextmanager
async def served(
    certificates: Path, taken: Taken, *, encryption: Encryption = "starttls", offers_tls: bool = True
) -> AsyncIterator[SmtpServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "nats.pem", certificates / "nats.key")
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        if encryption == "starttls" and offers_tls:
            return SMTP(
                taken,
                loop=loop,
                tls_context=context,
                require_starttls=True,
                enable_SMTPUTF8=True,
                auth_required=True,
                authenticator=authenticated,
            )
        return SMTP(taken, loop=loop, enable_SMTPUTF8=True)

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if encryption == "tls" else None)
    port = server.sockets[0].getsockname()[1]
    try:
        authority = str(certificates / "ca.pem")
        # The server lets nobody sign in where it did not see the encryption begin.
        user, password = ("us", "secret") if encryption == "starttls" else ("", "")
        yield SmtpServer("localhost", port, encryption, user, password, deadline_s=10, authority=authority)
    finally:
        server.close()


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
async def test_mail_is_handed_over_encrypted(certificates: Path, encryption: Encryption) -> None:
    """A mail arrives whole, with its link in one piece, over TLS from a server whose certificate we know."""
    taken, mail = Taken(), mail_to("ada@example.org")
    async with served(certificates, taken, encryption=encryption) as server:
        await SmtpMailer(server, FROM).send(mail)
    (message,) = taken.messages
    assert (message["To"], message["From"], message["Subject"]) == (mail.to, FROM, mail.subject)
    assert message["Message-ID"] == f"<{mail.mail_id}@us.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == mail.text


async def test_mail_never_goes_in_the_clear(certificates: Path) -> None:
    """A server that offers no encryption gets no mail, and neither does one with another authority's certificate."""
    taken = Taken()
    async with served(certificates, taken, offers_tls=False) as server:
        with pytest.raises(MailerAway):
            await SmtpMailer(server, FROM).send(mail_to("ada@example.org"))
    other = certificates.parent / "other-authority"
    ensure_certificates(other, ("nats",))
    async with served(other, taken) as server:
        trusting_another = SmtpServer(
            server.host, server.port, "starttls", "us", "secret", authority=str(certificates / "ca.pem")
        )
        with pytest.raises(MailerAway):
            await SmtpMailer(trusting_another, FROM).send(mail_to("ada@example.org"))
    assert taken.messages == []


async def test_refusals_are_told_apart(certificates: Path) -> None:
    """What never will be taken is given up; what may be later, a wrong password of ours and a silent port are not."""
    taken = Taken()
    async with served(certificates, taken) as server:
        mailer = SmtpMailer(server, FROM)
        for of_recipient, of_data, error in (
            ("550 no such user", "250 OK", MailRefused),
            ("450 later", "250 OK", MailerAway),
            ("", "554 spam", MailRefused),
            ("", "451 later", MailerAway),
        ):
            taken.of_recipient, taken.of_data = of_recipient, of_data
            with pytest.raises(error) as caught:
                await mailer.send(mail_to("ada@example.org"))
            assert "ada" not in str(caught.value)
        wrong = SmtpServer(server.host, server.port, "starttls", "us", "wrong", authority=server.authority)
        with pytest.raises(MailerAway, match="code 535"):
            await SmtpMailer(wrong, FROM).send(mail_to("ada@example.org"))
    with pytest.raises(MailerAway):
        await SmtpMailer(SmtpServer("localhost", free_port(), "starttls"), FROM).send(mail_to("ada@example.org"))


async def test_what_is_no_mail_is_given_up(certificates: Path) -> None:
    """What has nobody to go to, or is no message, never will be one."""
    async with served(certificates, Taken()) as server:
        for mail in (mail_to(""), dataclasses.replace(mail_to("ada@example.org"), subject="two\nlines")):
            with pytest.raises(MailRefused, match=r"^ValueError$"):
                await SmtpMailer(server, FROM).send(mail)


async def test_a_server_that_says_nothing_is_given_up(certificates: Path) -> None:
    """Handing over has a deadline, after which the mail waits for another try."""

    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(MailerAway):
        await SmtpMailer(SmtpServer("127.0.0.1", port, "none", deadline_s=0.05), FROM).send(mail_to("ada@example.org"))
    await asyncio.wait_for(gone.wait(), 10)
    server.close()


async def test_a_folder_keeps_mail_for_its_owner(tmp_path: Path) -> None:
    """Each mail is a file that its owner alone can read, whole, with a link in one piece; sent again it is the same."""
    folder, mail = tmp_path / "mail", mail_to("ada@example.org")
    mailer = FolderMailer(folder, FROM)
    await mailer.send(mail)
    await mailer.send(mail)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert (message["To"], message["Subject"]) == (mail.to, mail.subject)
    assert isinstance(message, EmailMessage)
    assert message.get_content().replace("\r\n", "\n") == mail.text


async def test_a_folder_forgets_what_is_old(tmp_path: Path) -> None:
    """What was written before the day that is named goes, whether or not more mail came; what is newer stays."""
    folder, mailer = tmp_path / "mail", FolderMailer(tmp_path / "mail", FROM)
    day = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    assert await mailer.forget(day) == 0
    await mailer.send(mail_to("ada@example.org"))
    (new,) = folder.iterdir()
    old, half = folder / "eml_old.eml", folder / "eml_half.part"
    for path, seconds in ((old, -1), (half, -1), (new, 0)):
        path.touch()
        os.utime(path, (day.timestamp() + seconds,) * 2)
    assert await mailer.forget(day) == 2
    assert list(folder.iterdir()) == [new]


async def test_a_folder_forgets_whoever_is_erased(tmp_path: Path) -> None:
    """What was written about their account goes, to whichever address, and what was to theirs; nothing of others."""
    folder, mailer = tmp_path / "mail", FolderMailer(tmp_path / "mail", FROM)
    await mailer.forget_of("usr_1", "ada@example.org")
    mails = {
        "confirm": mail_to("Ada@example.org"),
        "before": dataclasses.replace(mail_to("ada.before@example.org"), user_id="usr_1"),
        "other": dataclasses.replace(mail_to("eve@example.org"), user_id="usr_2"),
        "stranger": mail_to("not.Ada@example.org"),
    }
    for each in mails.values():
        await mailer.send(each)
    await mailer.forget_of("usr_1", "Ada@example.org")
    left = {path.stem for path in folder.iterdir()}
    assert left == {mails["other"].mail_id, mails["stranger"].mail_id}
    await mailer.forget_of("usr_3", "")
    assert len(list(folder.iterdir())) == 2


async def test_a_folder_that_cannot_be_written_loses_no_mail(tmp_path: Path) -> None:
    """Where something is in the folder's way, the mail waits."""
    (tmp_path / "mail").write_text("a file")
    with pytest.raises(MailerAway):
        await FolderMailer(tmp_path / "mail", FROM).send(mail_to("ada@example.org"))
