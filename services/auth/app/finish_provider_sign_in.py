"""Open a session for whom a provider vouched for, and make their account when there is none."""

from __future__ import annotations

import dataclasses

from services.auth.app.address_holder import holder_of
from services.auth.app.list_proofs import proofs_here
from services.auth.app.open_session import open_session
from services.auth.app.policy_acceptance import accept_as_signing_up
from services.auth.app.ports import Ports, Work
from services.auth.app.provider_ports import Providers
from services.auth.app.start_provider_sign_in import offered_of
from services.auth.domain.account import Account
from services.auth.domain.errors import AccountNotFound
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import fingerprint, new_user_id
from services.auth.domain.identity import Identity
from services.auth.domain.provider import Provider
from services.auth.domain.provider_errors import ProviderEmailTaken, ProviderSignInSpent
from services.auth.domain.provider_sign_in import ProviderSignIn, Told
from services.auth.domain.session import Method, SessionTokens


@dataclasses.dataclass(frozen=True)
class SignedIn:
    """A session."""

    account: Account
    tokens: SessionTokens
    is_made: bool
    """Whether the account was made now."""


@dataclasses.dataclass(frozen=True)
class Newcomer:
    """Somebody who has no account, and has not said that they may have one."""

    provider: Provider
    told: Told


async def finish_provider_sign_in(
    ports: Ports, providers: Providers, browser_secret: str, *, confirms_age: bool, device: str = ""
) -> SignedIn | Newcomer:
    """Once; who is new is asked first, and finishes then.

    Raises ProviderSignInSpent; ProviderEmailTaken; AccountNotFound while the account is being erased.
    """
    async with ports.store.transaction() as work:
        sign_in, told = await arrived(ports, work, browser_secret)
        if sign_in.connecting is not None:
            raise ProviderSignInSpent
        provider = offered_of(providers, sign_in.provider).provider
        known = await work.identities.get(provider.issuer, told.subject)
        if known is None or known.is_new:
            if told.email.key and await holder_of(work, told.email.key, ports.clock.now()) is not None:
                # An issuer's word on mail opens nobody's account: its owner signs in there, and connects this.
                raise ProviderEmailTaken
            if not confirms_age:
                return Newcomer(provider, told)
        account, is_made = await _found_or_made(ports, work, provider, told, known)
        await work.provider_sign_ins.remove(sign_in.state_hash)
        now = ports.clock.now()
        # Of an account that was made now there is nothing yet that somebody else could take.
        has_other_proofs = bool(await proofs_here(work, providers, account))
        shown_at = now if is_made else sign_in.shown_at(now, has_other_proofs=has_other_proofs)
        methods = (Method.PROVIDER,) if shown_at is not None else ()
        opened = await open_session(ports, work, account.user_id, device, methods=methods, shown_at=shown_at)
        return SignedIn(account, opened, is_made)


async def arrived(ports: Ports, work: Work, browser_secret: str) -> tuple[ProviderSignIn, Told]:
    """What a browser came back with, locked within the caller's work. Raises ProviderSignInSpent."""
    sign_in = await work.provider_sign_ins.of_browser(fingerprint(browser_secret)) if browser_secret else None
    if sign_in is None or sign_in.told is None or ports.clock.now() >= sign_in.expires_at:
        raise ProviderSignInSpent
    return sign_in, sign_in.told


async def _found_or_made(
    ports: Ports, work: Work, provider: Provider, told: Told, seen: Identity | None
) -> tuple[Account, bool]:
    now = ports.clock.now()
    # The account first, as wherever a session opens: a new password that is chosen meanwhile ends this one with the
    # others, or has disconnected the provider by the time that its identity is looked at.
    seen_id = seen.user_id if seen is not None else None
    found = await work.accounts.locked(seen_id) if seen_id is not None else None
    # Of two that come at once, the second waits here until the first has committed, and then finds its account.
    known = await work.identities.claim(provider.issuer, told.subject, now)
    if seen_id not in (None, known.user_id):
        # Disconnected in this very moment.
        raise ProviderSignInSpent
    if known.user_id is not None or known.ended_at is not None:
        if seen_id is None and known.user_id is not None:
            found = await work.accounts.locked(known.user_id)
        if found is None:
            raise AccountNotFound
        return found, False
    verified_at = now if told.email.key else None
    # Nobody gets here who has not said so.
    account = Account(
        *(new_user_id(), told.email, told.display_name, now), email_verified_at=verified_at, age_confirmed_at=now
    )
    if not await work.accounts.add(account):
        # Somebody else took the address in this very moment.
        raise ProviderEmailTaken
    # Its time stays that of what nobody told: an erased account leaves nothing that the issuer could still speak of.
    await work.identities.keep(dataclasses.replace(known, user_id=account.user_id))
    await accept_as_signing_up(work, account.user_id, now)
    await work.publish(AccountCreated(account.user_id, now))
    return account, True
