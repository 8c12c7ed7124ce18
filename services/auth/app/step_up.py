"""Show again who one is, before a dangerous act."""

from __future__ import annotations

from services.auth.app.judge_code import judge_code
from services.auth.app.list_proofs import typed_proofs
from services.auth.app.ports import Ports, Work
from services.auth.domain.errors import AccountNotFound, ProofNotTaken, SessionNotFound, WrongPassword
from services.auth.domain.password import is_possible, prepared
from services.auth.domain.second_factor import CodeVerdict
from services.auth.domain.session import AccessToken, Method


async def step_up_by_password(ports: Ports, user_id: str, session_id: str, password: str) -> AccessToken:
    """A token of the session that says so.

    Raises AccountNotFound, ProofNotTaken, WrongPassword, SessionNotFound, or HashingBusy.
    """
    async with ports.store.transaction() as work:
        account = await work.accounts.get(user_id)
        if account is None:
            raise AccountNotFound
        if Method.PASSWORD not in await typed_proofs(work, account):
            raise ProofNotTaken
    if not is_possible(password) or not await ports.hasher.verify(account.password_hash, prepared(password)):
        raise WrongPassword
    async with ports.store.transaction() as work:
        present = await work.accounts.locked(user_id)
        if present is None or present.password_hash != account.password_hash:
            raise WrongPassword
        if Method.PASSWORD not in await typed_proofs(work, present):
            raise ProofNotTaken
        return await proved(ports, work, user_id, session_id, Method.PASSWORD)


async def step_up_by_code(ports: Ports, user_id: str, session_id: str, code: str, language: str) -> AccessToken:
    """The same. Raises AccountNotFound, ProofNotTaken, WrongCode, TooManyCodes or SessionNotFound."""
    verdict = CodeVerdict()
    async with ports.store.transaction() as work:
        account = await work.accounts.locked(user_id)
        if account is None:
            raise AccountNotFound
        if Method.TOTP not in await typed_proofs(work, account):
            raise ProofNotTaken
        verdict = await judge_code(ports, work, account, code, language)
        if verdict.method:
            return await proved(ports, work, user_id, session_id, verdict.method)
    # Raised outside the block: the count of wrong codes must be committed.
    verdict.require()
    raise ProofNotTaken


async def proved(ports: Ports, work: Work, user_id: str, session_id: str, method: str) -> AccessToken:
    """The token of a session in which its person has shown now who they are, within the caller's unit of work.

    Raises SessionNotFound, also for another person's.
    """
    now = ports.clock.now()
    session = await work.sessions.prove(session_id, user_id, now, method)
    if session is None:
        raise SessionNotFound
    return ports.signer.sign(session, now)
