"""Providers that a person has connected to their account: which, one more, one less."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.app.finish_provider_sign_in import arrived
from services.auth.app.ports import Ports, Work
from services.auth.app.provider_ports import Providers
from services.auth.app.start_provider_sign_in import offered_of
from services.auth.app.ways_in import ways_in
from services.auth.app.write_mail import write_mail
from services.auth.domain.account import Account
from services.auth.domain.errors import AccountNotFound
from services.auth.domain.mail import Occasion
from services.auth.domain.provider import Provider
from services.auth.domain.provider_errors import (
    ConnectionNotFound,
    IdentityTaken,
    LastWayIn,
    ProviderConnected,
    ProviderSignInSpent,
)
from services.auth.domain.provider_sign_in import Connecting


@dataclasses.dataclass(frozen=True)
class Connected:
    """A provider that signs a person in."""

    provider: Provider
    connected_at: datetime.datetime
    is_last_way_in: bool
    """Whether nothing else would."""


async def list_connections(ports: Ports, providers: Providers, user_id: str) -> list[Connected]:
    """Those that are set up here, in their order. Raises AccountNotFound."""
    async with ports.store.transaction() as work:
        account = await work.accounts.get(user_id)
        if account is None:
            raise AccountNotFound
        return await _shown(work, providers, account)


async def connect_provider(
    ports: Ports, providers: Providers, connecting: Connecting, browser_secret: str, *, language: str = "en"
) -> Connected:
    """Whom the provider vouched for signs in to this account from now on, and its owner is told by mail.

    Idempotent for who does already.

    Raises ProviderSignInSpent, also for another session's than began it; IdentityTaken, ProviderConnected or
    AccountNotFound.
    """
    async with ports.store.transaction() as work:
        # Of two that connect or disconnect at once, the second finds what the first did. Before the sign-in, which goes
        # with its account.
        account = await work.accounts.locked(connecting.user_id)
        sign_in, told = await arrived(ports, work, browser_secret)
        if sign_in.connecting != connecting:
            raise ProviderSignInSpent
        if account is None:
            raise AccountNotFound
        provider = offered_of(providers, sign_in.provider).provider
        known = await work.identities.claim(provider.issuer, told.subject, ports.clock.now())
        if known.user_id not in (None, account.user_id) or known.ended_at is not None:
            raise IdentityTaken
        present = await work.provider_sign_ins.connections(account.user_id)
        if known.user_id is None and any(each.issuer == provider.issuer for each in present):
            raise ProviderConnected
        await work.identities.keep(dataclasses.replace(known, user_id=account.user_id))
        if known.user_id is None:
            occasion, to = Occasion.PROVIDER_CONNECTED, account.email.typed
            await write_mail(ports, work, occasion, to, language, user_id=account.user_id)
        await work.provider_sign_ins.remove(sign_in.state_hash)
        return next(each for each in await _shown(work, providers, account) if each.provider == provider)


async def remove_connection(
    ports: Ports, providers: Providers, user_id: str, provider: str, *, language: str = "en"
) -> None:
    """It signs nobody in to this account any more, and its owner is told by mail; sessions go on.

    Raises ConnectionNotFound or LastWayIn.
    """
    async with ports.store.transaction() as work:
        account = await work.accounts.locked(user_id)
        shown = await _shown(work, providers, account) if account is not None else []
        found = next((each for each in shown if each.provider.provider == provider), None)
        if account is None or found is None:
            raise ConnectionNotFound
        if found.is_last_way_in:
            raise LastWayIn
        await work.provider_sign_ins.disconnect(user_id, found.provider.issuer)
        occasion, to = Occasion.PROVIDER_DISCONNECTED, account.email.typed
        await write_mail(ports, work, occasion, to, language, user_id=user_id)


async def _shown(work: Work, providers: Providers, account: Account) -> list[Connected]:
    ways = await ways_in(work, providers, account)
    since = {each.issuer: each.connected_at for each in ways.connections}
    usable = [each.provider for each in providers.offered.values() if each.provider.issuer in since]
    return [Connected(each, since[each.issuer], ways.is_one) for each in usable]
