"""Write to whoever sent a request about privacy, as retention asks once an operator has answered or extended it."""

from __future__ import annotations

import datetime

from services.auth.app.ports import Ports
from services.auth.app.write_mail import ANNOUNCEMENT_LIFE, write_words
from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import InvalidEmail
from services.auth.domain.request_words import RequestNotice, request_letter

TOLD = "auth-request-notice"
"""In the inbox, which keeps a notice that is asked for again from being a second mail."""


async def tell_sender(
    ports: Ports,
    notice: RequestNotice,
    *,
    number: str,
    due_on: datetime.date,
    user_id: str = "",
    address: str = "",
    text: str = "",
) -> None:
    """Let a mail wait, once for each notice; nothing where none is sent here, or there is nobody to write to."""
    if ports.mailing is None:
        return
    # As long as waiting mail may stay: to be told in time is the sender's right.
    until = ports.clock.now() + ANNOUNCEMENT_LIFE
    words = request_letter(notice, ports.mailing.public_url, number=number, due_on=due_on, text=text)
    async with ports.store.transaction() as work:
        if not await work.first_time(TOLD, f"{number}.{notice.value}"):
            return
        if user_id:
            # Held, so that the mail of whoever is being erased in this moment goes with them.
            account = await work.accounts.locked(user_id)
            if account is not None:
                await write_words(ports, work, account.email.typed, words, until=until, user_id=user_id)
            return
        try:
            to = parse_email(address).typed
        except InvalidEmail:
            # Nobody can be written to there, today or later; the answer is at their link.
            return
        await write_words(ports, work, to, words, until=until, user_id=None)
