"""Mail into a folder of this machine, for whoever runs it alone."""

from __future__ import annotations

import asyncio
import datetime
import email.parser
import email.policy
import os
from pathlib import Path

from services.auth.app.mailing_ports import MailerAway
from services.auth.clients.mailing import message_of, readers_of
from services.auth.domain.mail import Mail

_KEPT_MAX = 200
"""Files that stay; the oldest go first, and all of them with age."""
_OF = "X-StripSession-Account"
"""Header that says whose account a mail is about: their address may be another one by the time that they go."""


class FolderMailer:
    """One .eml file a mail, readable by its owner alone."""

    def __init__(self, folder: Path, sender: str) -> None:
        """The folder is made with the first mail."""
        self._folder = folder
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Write it. Raises MailerAway when the folder cannot be written."""
        try:
            await asyncio.to_thread(self._write, mail)
        except OSError as error:
            raise MailerAway(f"the mail folder cannot be written: {error.strerror}") from error

    async def forget(self, before: datetime.datetime) -> int:
        """Remove what was written before then; how many. Raises MailerAway when the folder cannot be written."""
        try:
            return await asyncio.to_thread(self._forget, before.timestamp())
        except OSError as error:
            raise MailerAway(f"the mail folder cannot be written: {error.strerror}") from error

    async def forget_of(self, user_id: str, address: str) -> None:
        """Remove what was written to a person, or to their address, which may be empty.

        Raises MailerAway when the folder cannot be written.
        """
        try:
            await asyncio.to_thread(self._forget_of, user_id, address)
        except OSError as error:
            raise MailerAway(f"the mail folder cannot be written: {error.strerror}") from error

    def _forget_of(self, user_id: str, address: str) -> None:
        for path in self._folder.glob("*.*"):
            with path.open("rb") as file:
                headers = email.parser.BytesParser(policy=email.policy.default).parse(file, headersonly=True)
            if headers.get(_OF) == user_id or (address and address in readers_of(headers)):
                path.unlink(missing_ok=True)

    def _forget(self, before_s: float) -> int:
        # With what a process left half written as it died.
        old = [each for each in self._folder.glob("*.*") if each.stat().st_mtime < before_s]
        for each in old:
            each.unlink(missing_ok=True)
        return len(old)

    def _write(self, mail: Mail) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        path = self._folder / f"{mail.mail_id}.eml"
        waiting = path.with_suffix(".part")
        message = message_of(mail, self._sender)
        if mail.user_id:
            message[_OF] = mail.user_id
        descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes())
        # Whoever reads the folder meanwhile finds whole mails alone.
        waiting.replace(path)
        for old in sorted(self._folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)[:-_KEPT_MAX]:
            old.unlink(missing_ok=True)
