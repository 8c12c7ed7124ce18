"""Mail a person's new address a link that puts it in place of the old one."""

from __future__ import annotations

from services.auth.app.address_holder import holder_of
from services.auth.app.mail_code import is_too_often
from services.auth.app.outsider import is_outsider
from services.auth.app.ports import Ports
from services.auth.app.write_mail import mailing, write_mail
from services.auth.domain.email_address import parse_email
from services.auth.domain.email_code import HOUR, MAILS_AN_HOUR_MAX, EmailCode, Purpose
from services.auth.domain.errors import AccountNotFound, EmailKeptElsewhere, InvalidEmail, TooManyMails
from services.auth.domain.identifiers import fingerprint, new_secret
from services.auth.domain.mail import Occasion


async def request_email_change(ports: Ports, user_id: str, email: str, language: str) -> None:
    """Tells nobody whether another account has the address: that one is written to as well, at the same cost.

    Raises AccountNotFound, EmailKeptElsewhere, InvalidEmail, MailOff, or TooManyMails.
    """
    address, lives, now = parse_email(email), mailing(ports).lives, ports.clock.now()
    async with ports.store.transaction() as work:
        account = await work.accounts.locked(user_id)
        if account is None:
            raise AccountNotFound
        if await is_outsider(ports, work, user_id):
            raise EmailKeptElsewhere
        if address == account.email:
            raise InvalidEmail("This is your address already.")
        asked = await work.email_codes.count_of(user_id, Purpose.CHANGE, now - HOUR)
        # By who asks too: else a fresh account could have strangers written to, each once, as fast as it can name them.
        if asked >= MAILS_AN_HOUR_MAX or await is_too_often(ports, work, Purpose.CHANGE, address.key):
            raise TooManyMails(HOUR.total_seconds())
        # Whoever mistook their address asks again, and the link that went to a stranger works no more.
        await work.email_codes.use_all(user_id, Purpose.CHANGE, now)
        holder_id = await holder_of(work, address.key, now)
        is_free = holder_id in (None, user_id)
        code = new_secret()
        made = EmailCode(
            fingerprint(code),
            Purpose.CHANGE,
            # Of a taken address the code goes to nobody, and only counts.
            user_id,
            address.key,
            now,
            now + lives.verify,
            address.typed,
        )
        await work.email_codes.add(made)
        occasion = Occasion.EMAIL_CHANGE if is_free else Occasion.EMAIL_CHANGE_TAKEN
        whose = holder_id or user_id
        await write_mail(
            ports, work, occasion, address.typed, language, code=code, until=made.expires_at, user_id=whose
        )
