"""Write to whoever has a webhook to which nothing is sent any more."""

from __future__ import annotations

from services.auth.app.may_tell import may_tell
from services.auth.app.ports import Ports
from services.auth.app.write_mail import write_notice
from services.auth.domain.email_code import Purpose
from services.auth.domain.mail import Occasion


async def tell_webhook_given_up(ports: Ports, consumer: str, message_id: str, owner_id: str) -> None:
    """One mail a day, however many endpoints fail. None to an address that its owner has not confirmed.

    An endpoint can be made to fail as often as one likes, so with somebody else's address that would be a way to write
    to them, and with one's own a way to have this server's mail taken for spam.
    """
    async with ports.store.transaction() as work:
        if not await work.first_time(consumer, message_id):
            return
        account = await work.accounts.locked(owner_id)
        if account is None or account.email_verified_at is None:
            return
        if not await may_tell(ports, work, account, Purpose.WEBHOOK_GIVEN_UP):
            return
        await write_notice(ports, work, account, Occasion.WEBHOOK_GIVEN_UP)
