"""How a person can show who they are."""

from __future__ import annotations

from services.auth.app.ports import Ports, Work
from services.auth.app.provider_ports import Providers
from services.auth.domain.account import Account
from services.auth.domain.errors import AccountNotFound
from services.auth.domain.session import Method


async def list_proofs(ports: Ports, providers: Providers, user_id: str) -> tuple[str, ...]:
    """The handiest first. PROVIDER alone where only that can be asked anew, and none where nobody here can.

    Raises AccountNotFound.
    """
    async with ports.store.transaction() as work:
        account = await work.accounts.get(user_id)
        if account is None:
            raise AccountNotFound
        if found := await proofs_here(work, providers, account):
            return found
        connections = await work.provider_sign_ins.connections(user_id)
        return (Method.PROVIDER,) if any(providers.of_issuer(each.issuer) for each in connections) else ()


async def proofs_here(work: Work, providers: Providers, account: Account) -> tuple[str, ...]:
    """What somebody can show this server itself, within the caller's unit of work; the handiest first."""
    has_passkey = providers.takes_passkeys and bool(await work.passkeys.of_person(account.user_id))
    return ((Method.PASSKEY,) if has_passkey else ()) + await typed_proofs(work, account)


async def typed_proofs(work: Work, account: Account) -> tuple[str, ...]:
    """Those of them that are typed in, within the caller's unit of work.

    With a second factor the password counts no more: whoever took both a session and the password must not take away
    the factor with them.
    """
    methods = await factor_methods(work, account.user_id)
    return methods or ((Method.PASSWORD,) if account.password_hash is not None else ())


async def factor_methods(work: Work, user_id: str) -> tuple[str, ...]:
    """What a second factor can be shown by; none where there is none."""
    factor = await work.second_factors.get(user_id)
    if factor is None or factor.set_at is None:
        return ()
    has_codes = await work.second_factors.recovery_codes_left(user_id) > 0
    return (Method.TOTP, Method.RECOVERY_CODE) if has_codes else (Method.TOTP,)
