"""Mail whoever reads an address a link to choose a new password."""

from __future__ import annotations

from services.auth.app.mail_code import is_too_often, mail_code
from services.auth.app.outsider import is_outsider
from services.auth.app.ports import Ports
from services.auth.app.write_mail import mailing, write_mail
from services.auth.domain.email_address import parse_email
from services.auth.domain.email_code import EmailCode, Purpose
from services.auth.domain.identifiers import fingerprint, new_secret
from services.auth.domain.mail import Occasion


async def request_password_reset(ports: Ports, email: str, language: str) -> None:
    """Raises InvalidEmail or MailOff, and tells nobody whether there is an account, or whether a mail was too many.

    An address without one is written to as well: that costs what the other costs, and helps who mistook their address.
    So is somebody whom another issuer vouches for: a password here would be a way in that their issuer cannot close.
    """
    address, lives = parse_email(email), mailing(ports).lives
    async with ports.store.transaction() as work:
        if await is_too_often(ports, work, Purpose.RESET, address.key):
            return
        account = await work.accounts.of_email(address.key)
        is_outside = account is not None and await is_outsider(ports, work, account.user_id)
        if account is not None and not is_outside:
            await mail_code(ports, work, Purpose.RESET, account, language, lives.reset)
            return
        now = ports.clock.now()
        counted = EmailCode(fingerprint(new_secret()), Purpose.RESET, None, address.key, now, now + lives.reset)
        await work.email_codes.add(counted)
        occasion = Occasion.RESET_ELSEWHERE if is_outside else Occasion.RESET_UNKNOWN
        whose = account.user_id if account is not None else None
        await write_mail(ports, work, occasion, address.typed, language, until=counted.expires_at, user_id=whose)
