"""Hand waiting mail over to whoever carries it."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable

from services.auth.app.mailing_ports import MailerAway, MailRefused
from services.auth.app.ports import Ports
from services.auth.app.write_mail import mailing
from services.auth.domain.mail import ClaimedMail, pause_s

BATCH = 10
HELD = datetime.timedelta(minutes=5)
"""Longer than sending a batch takes: a process that dies while it sends leaves its mails to the next one."""


class Outcome(enum.Enum):
    """What became of a try to send a mail."""

    SENT = "sent"
    REFUSED = "refused"
    """It never will be taken."""
    AWAY = "away"
    """It waits for another try."""


Told = Callable[[str, Outcome, str], None]


async def deliver_mails(ports: Ports, told: Told) -> int:
    """Send what is due, one after the other; how many were tried. `told` hears of each: its id, outcome and why.

    At least once: a process that dies between the sending and the record of it leaves a mail to be sent again.
    """
    tried = 0
    while True:
        now = ports.clock.now()
        async with ports.store.transaction() as work:
            claimed = await work.mails.claim(now, now + HELD, BATCH)
        for each in claimed:
            await _deliver(ports, each, told)
        tried += len(claimed)
        if len(claimed) < BATCH:
            return tried


async def _deliver(ports: Ports, claimed: ClaimedMail, told: Told) -> None:
    mail_id, reason = claimed.mail.mail_id, ""
    try:
        await mailing(ports).mailer.send(claimed.mail)
        outcome = Outcome.SENT
    except MailRefused as error:
        outcome, reason = Outcome.REFUSED, str(error)
    except MailerAway as error:
        outcome, reason = Outcome.AWAY, str(error)
    except Exception as error:  # noqa: BLE001 - one mail's trouble must not keep the others of its batch waiting
        # Its text may tell of whom the mail was for.
        outcome, reason = Outcome.AWAY, type(error).__name__
    async with ports.store.transaction() as work:
        if outcome is Outcome.AWAY:
            pause = datetime.timedelta(seconds=pause_s(claimed.tries))
            await work.mails.postpone(mail_id, ports.clock.now() + pause)
        else:
            await work.mails.remove(mail_id)
    told(mail_id, outcome, reason)
