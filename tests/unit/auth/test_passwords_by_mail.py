"""A password that is chosen anew by mail, or changed with the present one."""

from __future__ import annotations

import pytest

from services.auth.app.change_password import change_password
from services.auth.app.create_api_key import create_api_key
from services.auth.app.end_other_sessions import end_other_sessions
from services.auth.app.list_sessions import list_sessions
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.request_verification import request_verification
from services.auth.app.reset_password import reset_password
from services.auth.app.sign_in import sign_in
from services.auth.app.verify_api_key import verify_api_key
from services.auth.app.verify_email import verify_email
from services.auth.domain.email_code import MAILS_AN_HOUR_MAX
from services.auth.domain.errors import (
    ApiKeyRefused,
    CodeSpent,
    MailOff,
    SessionNotFound,
    WeakPassword,
    WrongCredentials,
    WrongPassword,
)
from services.auth.domain.facts import AccountReclaimed
from services.auth.domain.letters import letter
from services.auth.domain.mail import Occasion
from tests.unit.auth.fakes import World
from tests.unit.auth.passkey_conformance import passkey_of
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.waiting_mail import code_in, newest

EMAIL, PASSWORD, CHOSEN = "ada@example.org", "a long enough secret", "another long secret"


# ---- Reset ----


async def test_a_reset_ends_every_session_and_is_told() -> None:
    """A new password by mail signs out everywhere, verifies the address, and is told; the old one is wrong then."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    await request_password_reset(world.ports, EMAIL.upper(), "en")
    code = code_in(newest(world))
    with pytest.raises(WeakPassword):
        await reset_password(world.ports, code, "password", "en")
    await reset_password(world.ports, code, CHOSEN, "en")
    assert await list_sessions(world.ports, account.user_id) == []
    told = newest(world)
    assert (told.to, told.subject) == (EMAIL, letter(Occasion.PASSWORD_CHANGED, "en", "")[0])
    with pytest.raises(WrongCredentials):
        await sign_in(world.ports, EMAIL, PASSWORD)
    signed_in, _ = await sign_in(world.ports, EMAIL, CHOSEN)
    assert signed_in.email_verified_at is not None
    with pytest.raises(CodeSpent):
        await reset_password(world.ports, code, PASSWORD, "en")


async def test_a_reset_ends_every_key() -> None:
    """A key that whoever had the password may have made opens nothing once the password is chosen anew by mail."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    _, secret = await create_api_key(
        world.ports, account.user_id, "theirs", ["tracks:read"], 0, never=True, idempotency_key=""
    )
    await verify_api_key(world.ports, secret)
    await request_password_reset(world.ports, EMAIL, "en")
    await reset_password(world.ports, code_in(newest(world)), CHOSEN, "en")
    with pytest.raises(ApiKeyRefused):
        await verify_api_key(world.ports, secret)
    assert world.store.rows.facts[-1] == AccountReclaimed(account.user_id, world.clock.now())


async def test_an_account_is_held_before_its_codes() -> None:
    """By a reset as by whatever else holds both: two of them at once would else wait for each other."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    other, _ = await sign_up(world.ports, "bob@example.org", PASSWORD, "")
    await request_password_reset(world.ports, EMAIL, "en")
    world.store.rows.locks.clear()
    await reset_password(world.ports, code_in(newest(world)), CHOSEN, "en")
    assert world.store.rows.locks[:2] == ["accounts", "email_codes"]
    world.store.rows.locks.clear()
    await end_other_sessions(world.ports, account.user_id, "")
    assert world.store.rows.locks == ["accounts", "email_codes"]
    await request_verification(world.ports, other.user_id, "en")
    world.store.rows.locks.clear()
    await verify_email(world.ports, code_in(newest(world)))
    assert world.store.rows.locks == ["accounts", "email_codes"]


async def test_one_reset_spends_the_others() -> None:
    """Of several links that were mailed only one chooses a password, and none after half an hour."""
    world = World(sends_mail=True)
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    codes = []
    for _ in range(2):
        await request_password_reset(world.ports, EMAIL, "en")
        codes.append(code_in(newest(world)))
    await reset_password(world.ports, codes[1], CHOSEN, "en")
    with pytest.raises(CodeSpent):
        await reset_password(world.ports, codes[0], PASSWORD, "en")
    await request_password_reset(world.ports, EMAIL, "en")
    late = code_in(newest(world))
    world.clock.advance(minutes=30)
    with pytest.raises(CodeSpent):
        await reset_password(world.ports, late, PASSWORD, "en")


async def test_asking_for_a_reset_tells_nothing() -> None:
    """With an account and without, the same is stored and one mail is written, and no more than so many an hour."""
    world = World(sends_mail=True)
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    for email in (EMAIL, "nobody@example.org"):
        before = (len(world.store.rows.codes), len(world.waiting()))
        for _ in range(MAILS_AN_HOUR_MAX + 2):
            await request_password_reset(world.ports, email, "en")
        after = (len(world.store.rows.codes), len(world.waiting()))
        assert [now - then for now, then in zip(after, before, strict=True)] == [MAILS_AN_HOUR_MAX] * 2
    assert "no StripSession account" in newest(world).text


async def test_nothing_is_asked_of_a_server_without_mail() -> None:
    """Where no mail is sent, what needs one says so, and signing up works as before."""
    world = World()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    with pytest.raises(MailOff):
        await request_password_reset(world.ports, EMAIL, "en")
    with pytest.raises(MailOff):
        await request_verification(world.ports, account.user_id, "en")
    assert world.waiting() == []


# ---- Change of password ----


async def test_a_change_of_password_keeps_one_session() -> None:
    """With the present password a new one is chosen: others end, and the person is told."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    await sign_in(world.ports, EMAIL, PASSWORD)
    await request_password_reset(world.ports, EMAIL, "en")
    link = code_in(newest(world))
    kept = (await list_sessions(world.ports, account.user_id))[0]
    assert await change_password(world.ports, account.user_id, kept.session_id, PASSWORD, CHOSEN, "en") == 1
    assert await list_sessions(world.ports, account.user_id) == [kept]
    assert newest(world).subject == letter(Occasion.PASSWORD_CHANGED, "en", "")[0]
    with pytest.raises(CodeSpent):
        await reset_password(world.ports, link, PASSWORD, "en")
    await sign_in(world.ports, EMAIL, CHOSEN)


async def test_a_change_of_password_tells_what_else_opens() -> None:
    """Passkeys, providers and API keys stay, and the mail names what there is; without any it says nothing of them."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    (own,) = await list_sessions(world.ports, account.user_id)
    await change_password(world.ports, account.user_id, own.session_id, PASSWORD, CHOSEN, "en")
    assert "still work" not in newest(world).text
    async with world.store.transaction() as work:
        await work.passkeys.add(passkey_of(account.user_id))
        await work.passkeys.add(passkey_of(account.user_id))
    await create_api_key(world.ports, account.user_id, "mine", ["tracks:read"], 0, never=True, idempotency_key="")
    await create_api_key(world.ports, account.user_id, "old", ["tracks:read"], 1, never=False, idempotency_key="")
    world.clock.advance(days=2)
    await sign_in(world.ports, EMAIL, CHOSEN)
    (own, *_) = await list_sessions(world.ports, account.user_id)
    await change_password(world.ports, account.user_id, own.session_id, CHOSEN, PASSWORD, "de")
    assert "gelten weiterhin: Passkeys (2), API-Schlüssel (1)." in newest(world).text
    assert len(world.store.rows.passkeys) == 2


async def test_a_password_is_not_changed_without_the_present_one() -> None:
    """A wrong present password, a weak new one and another's session change nothing."""
    world = World()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    other, _ = await sign_up(world.ports, "bob@example.org", PASSWORD, "")
    (own,) = await list_sessions(world.ports, account.user_id)
    (strange,) = await list_sessions(world.ports, other.user_id)
    for session_id, present, chosen, error in (
        (own.session_id, "a wrong password", CHOSEN, WrongPassword),
        (own.session_id, "", CHOSEN, WrongPassword),
        (own.session_id, PASSWORD, "password", WeakPassword),
        (strange.session_id, PASSWORD, CHOSEN, SessionNotFound),
    ):
        with pytest.raises(error):
            await change_password(world.ports, account.user_id, session_id, present, chosen, "en")
    await sign_in(world.ports, EMAIL, PASSWORD)
