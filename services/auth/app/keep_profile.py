"""Keep what an issuer tells of a person, and make their account when there is none."""

from __future__ import annotations

import dataclasses

from services.auth.app.claim_identity import claim_identity
from services.auth.app.policy_acceptance import accept_as_signing_up
from services.auth.app.ports import Ports, Work
from services.auth.domain.account import Account
from services.auth.domain.email_address import NO_EMAIL
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import new_user_id
from services.auth.domain.identity import Identity, Profile


async def keep_profile(ports: Ports, work: Work, issuer: str, profile: Profile) -> Identity:
    """The identity afterwards, within the caller's unit of work; one that has ended stays as it is."""
    known = await claim_identity(ports, work, issuer, profile.subject)
    if known.ended_at is not None:
        return known
    if known.is_new:
        account = await _made(ports, work, profile)
        kept = dataclasses.replace(known, user_id=account.user_id, told_at=profile.told_at)
        await work.identities.keep(kept)
        return kept
    if known.user_id is None or profile.told_at <= known.told_at:
        return known
    # Another account's address stays that account's: nobody is given an account by what an issuer says of mail.
    now = ports.clock.now()
    if profile.email is not None and await work.accounts.take_email(known.user_id, profile.email, now):
        await work.accounts.mark_verified(known.user_id, now)
    account_now = await work.accounts.get(known.user_id)
    if account_now is not None and not account_now.display_name and profile.display_name:
        await work.accounts.rename(known.user_id, profile.display_name)
    kept = dataclasses.replace(known, told_at=profile.told_at)
    await work.identities.keep(kept)
    return kept


async def _made(ports: Ports, work: Work, profile: Profile) -> Account:
    now = ports.clock.now()
    # Issuers tell verified addresses alone.
    email, verified_at = (profile.email, now) if profile.email is not None else (NO_EMAIL, None)
    account = Account(new_user_id(), email, profile.display_name, now, email_verified_at=verified_at)
    if not await work.accounts.add(account):
        account = dataclasses.replace(account, email=NO_EMAIL, email_verified_at=None)
        await work.accounts.add(account)
    await accept_as_signing_up(work, account.user_id, now)
    await work.publish(AccountCreated(account.user_id, now))
    return account
