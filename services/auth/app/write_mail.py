"""Let mail wait to be sent, within the work that it tells of."""

from __future__ import annotations

import datetime

from services.auth.app.mailing_ports import Mailing
from services.auth.app.ports import Ports, Work
from services.auth.domain.account import Account
from services.auth.domain.errors import MailOff
from services.auth.domain.identifiers import new_mail_id
from services.auth.domain.letters import Still, letter, letter_in_all, letter_of_policy
from services.auth.domain.mail import Mail, Occasion
from services.auth.domain.policy_version import PolicyVersion

NOTICE_LIFE = datetime.timedelta(days=2)
"""How long a mail without a link is worth sending."""
ANNOUNCEMENT_LIFE = datetime.timedelta(days=7)
"""Of what people must hear of, as long as the policy says that mail waits."""


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
    language: str,
    *,
    code: str = "",
    until: datetime.datetime | None = None,
    user_id: str | None = None,
    still: Still | None = None,
) -> None:
    """Sent once the caller's unit of work has committed; nothing where none is sent here, or `to` is empty.

    `until` is a link's end; `user_id` whose mail it is, where they have an account; `still` what of theirs works on.
    """
    if ports.mailing is not None:
        words = letter(occasion, language, ports.mailing.public_url, code, still=still)
        await write_words(ports, work, to, words, until=until, user_id=user_id)


async def write_notice(
    ports: Ports, work: Work, account: Account, occasion: Occasion, day: datetime.datetime | None = None
) -> None:
    """The same of what begins without the person, in each of our languages; `day` is when it happens."""
    if ports.mailing is not None:
        words = letter_in_all(occasion, ports.mailing.public_url, day=day)
        await write_words(ports, work, account.email.typed, words, user_id=account.user_id)


async def write_announcement(
    ports: Ports, work: Work, account: Account, occasion: Occasion, policy: PolicyVersion
) -> None:
    """The same of a version of the privacy policy, which is worth sending for longer."""
    if ports.mailing is not None:
        words = letter_of_policy(occasion, ports.mailing.public_url, policy)
        until = ports.clock.now() + ANNOUNCEMENT_LIFE
        await write_words(ports, work, account.email.typed, words, until=until, user_id=account.user_id)


async def write_words(
    ports: Ports,
    work: Work,
    to: str,
    words: tuple[str, str],
    *,
    until: datetime.datetime | None = None,
    user_id: str | None,
) -> None:
    """The same of words that are made already, in the caller's unit of work; `user_id` whose mail it is."""
    # An account of another issuer's person may be without an address.
    if to:
        now = ports.clock.now()
        await work.mails.add(Mail(new_mail_id(), to, *words, until or now + NOTICE_LIFE, user_id), now)
