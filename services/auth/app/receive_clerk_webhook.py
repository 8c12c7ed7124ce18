"""Take what Clerk tells of people."""

from __future__ import annotations

from services.auth.app.end_identity import end_identity
from services.auth.app.federation_ports import Federation
from services.auth.app.keep_profile import keep_profile
from services.auth.domain.clerk_user import read_message
from services.auth.domain.errors import WebhookUnknown
from services.auth.domain.webhook_signature import SignedMessage, check_signature


async def receive_clerk_webhook(federation: Federation, message: SignedMessage) -> bool:
    """Whether it was new. Raises WebhookUnknown without Clerk, WebhookRefused or WebhookUnreadable."""
    clerk = federation.clerk
    if clerk is None:
        raise WebhookUnknown
    ports = federation.ports
    check_signature(message, clerk.webhook_key, ports.clock.now())
    told = read_message(message.body)
    async with ports.store.transaction() as work:
        # In one transaction with what it changes: a message that failed is taken when it comes again.
        if not await work.identities.first_time(message.message_id, ports.clock.now()):
            return False
        if told is not None and told.profile is not None:
            await keep_profile(ports, work, clerk.issuer, told.profile)
        elif told is not None:
            await end_identity(ports, work, clerk.issuer, told.deleted_subject)
        return True
