"""Let mail wait to be sent, within the work that it tells of."""

from __future__ import annotations

import datetime

from services.auth.app.mailing_ports import Mailing
from services.auth.app.ports import Ports, Work
from services.auth.domain.account import Account
from services.auth.domain.errors import MailOff
from services.auth.domain.identifiers import new_mail_id
from services.auth.domain.letters import Still, letter, letter_in_all
from services.auth.domain.mail import Mail, Occasion

NOTICE_LIFE = datetime.timedelta(days=2)
"""How long a mail without a link is worth sending."""


def mailing(ports: Ports) -> Mailing:
    """How mail is sent. Raises MailOff where it is not."""
    if ports.mailing is None:
        raise MailOff
    return ports.mailing


async def write_mail(
    ports: Ports,
    work: Work,
    occasion: Occasion,
    to: str,
    language: str | None,
    *,
    code: str = "",
    until: datetime.datetime | None = None,
    user_id: str | None = None,
    still: Still | None = None,
) -> None:
    """Sent once the caller's unit of work has committed; nothing where none is sent here, or `to` is empty.

    Without a language it is in each of ours: what begins without the person says none. `until` is a link's end;
    `user_id` whose mail it is, where they have an account; `still` what of theirs works on.
    """
    # An account of another issuer's person may be without an address.
    if ports.mailing is None or not to:
        return
    now = ports.clock.now()
    url = ports.mailing.public_url
    subject, text = (
        letter_in_all(occasion, url) if language is None else letter(occasion, language, url, code, still=still)
    )
    await work.mails.add(Mail(new_mail_id(), to, subject, text, until or now + NOTICE_LIFE), now, user_id)


async def write_notice(
    ports: Ports, work: Work, account: Account, occasion: Occasion, day: datetime.datetime | None = None
) -> None:
    """The same of what begins without the person, in each of our languages; `day` is when it happens."""
    if ports.mailing is None or not account.email.typed:
        return
    now = ports.clock.now()
    subject, text = letter_in_all(occasion, ports.mailing.public_url, day=day)
    mail = Mail(new_mail_id(), account.email.typed, subject, text, now + NOTICE_LIFE)
    await work.mails.add(mail, now, account.user_id)
