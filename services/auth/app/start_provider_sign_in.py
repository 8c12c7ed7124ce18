"""Send a browser to a provider, to sign somebody in or to connect the provider to their account."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.app.ports import Ports
from services.auth.app.provider_ports import Offered, Providers
from services.auth.domain.errors import AccountNotFound
from services.auth.domain.identifiers import fingerprint, new_secret
from services.auth.domain.provider_errors import ProviderUnknown
from services.auth.domain.provider_sign_in import LIFE, Connecting, ProviderSignIn, challenge_of


@dataclasses.dataclass(frozen=True)
class Road:
    """Where the browser goes, and what it has to come back with."""

    authorization_url: str = dataclasses.field(repr=False)
    browser_secret: str = dataclasses.field(repr=False)
    expires_at: datetime.datetime


async def start_provider_sign_in(
    ports: Ports, providers: Providers, provider: str, connecting: Connecting | None = None, *, again: bool = False
) -> Road:
    """A road of ten minutes; `again` has the provider ask anew who somebody is.

    Raises ProviderUnknown, ProviderAway or AccountNotFound.
    """
    offered = offered_of(providers, provider)
    state, browser_secret, nonce, verifier = new_secret(), new_secret(), new_secret(), new_secret()
    # First, so that nothing is remembered of a road that leads nowhere.
    url = await offered.road.authorization_url(state, nonce, challenge_of(verifier), again=again)
    now = ports.clock.now()
    sign_in = ProviderSignIn(
        state_hash=fingerprint(state),
        browser_hash=fingerprint(browser_secret),
        provider=provider,
        created_at=now,
        expires_at=now + LIFE,
        nonce=nonce,
        verifier=verifier,
        connecting=connecting,
        again=again,
    )
    async with ports.store.transaction() as work:
        if connecting is not None and await work.accounts.get(connecting.user_id) is None:
            raise AccountNotFound
        await work.provider_sign_ins.add(sign_in)
    return Road(url, browser_secret, sign_in.expires_at)


def offered_of(providers: Providers, provider: str) -> Offered:
    """The provider of this name. Raises ProviderUnknown."""
    offered = providers.offered.get(provider)
    if offered is None:
        raise ProviderUnknown
    return offered
