"""Mail by SMTP, encrypted unless told otherwise."""

from __future__ import annotations

import dataclasses
from typing import Literal

import aiosmtplib

from services.auth.app.mailing_ports import MailerAway, MailRefused
from services.auth.clients.mailing import message_of
from services.auth.domain.mail import Mail

Encryption = Literal["starttls", "tls", "none"]
_PERMANENT = 500


@dataclasses.dataclass(frozen=True)
class SmtpServer:
    """Who takes our mail."""

    host: str
    port: int
    encryption: Encryption
    user: str = ""
    password: str = dataclasses.field(default="", repr=False)
    deadline_s: float = 20.0
    """For a whole mail, and for each step of it."""
    authority: str | None = None
    """File with the authority of its certificate, where that is not one the system knows."""


class SmtpMailer:
    """A connection for each mail: they are few, and a kept one breaks unseen."""

    def __init__(self, server: SmtpServer, sender: str) -> None:
        """`sender` is the address that mail comes from."""
        self._server = server
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Hand it over. Raises MailRefused when it never will be taken, MailerAway when it may be later."""
        server = self._server
        try:
            await aiosmtplib.send(
                message_of(mail, self._sender),
                hostname=server.host,
                port=server.port,
                use_tls=server.encryption == "tls",
                # Never in the clear after all, should the server not offer it.
                start_tls=server.encryption == "starttls",
                username=server.user or None,
                password=server.password or None,
                timeout=server.deadline_s,
                cert_bundle=server.authority,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            refusals = error.recipients
            if all(each.code >= _PERMANENT for each in refusals):
                raise MailRefused(f"code {refusals[0].code}") from error
            raise MailerAway(f"code {refusals[0].code}") from error
        except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPSenderRefused) as error:
            # Ours to mend, and mail is not lost for it.
            raise MailerAway(f"code {error.code}") from error
        except aiosmtplib.SMTPResponseException as error:
            raise (MailRefused if error.code >= _PERMANENT else MailerAway)(f"code {error.code}") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise MailerAway(type(error).__name__) from error
        except ValueError as error:
            # No recipient, or what cannot stand in a message: no later try makes a mail of it. Below the others, as an
            # unknown certificate is one of these, too.
            raise MailRefused(type(error).__name__) from error
