"""Another address in place of one's own, and taking that back."""

from __future__ import annotations

import pytest

from services.auth.app.confirm_email_change import confirm_email_change
from services.auth.app.create_api_key import create_api_key
from services.auth.app.get_account import get_account
from services.auth.app.keep_profile import keep_profile
from services.auth.app.list_api_keys import list_api_keys
from services.auth.app.list_sessions import list_sessions
from services.auth.app.request_email_change import request_email_change
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.reset_password import reset_password
from services.auth.app.sign_in import sign_in
from services.auth.app.undo_email_change import undo_email_change
from services.auth.domain.email_address import parse_email
from services.auth.domain.email_code import MAILS_AN_HOUR_MAX, UNDO_LIFE
from services.auth.domain.errors import (
    CodeSpent,
    EmailKeptElsewhere,
    InvalidEmail,
    MailOff,
    TooManyMails,
    WrongCredentials,
)
from services.auth.domain.identity import Profile
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.waiting_mail import code_in, newest

OLD, NEW, PASSWORD, CHOSEN = "ada@example.org", "Ada@New.example", "a long enough secret", "another long secret"
ISSUER = "https://clerk.example"


async def moved(world: World) -> tuple[str, str]:
    """Somebody whose address was changed: their id, and the code that the old address was sent."""
    account, _ = await sign_up(world.ports, OLD, PASSWORD, "")
    await request_email_change(world.ports, account.user_id, NEW, "en")
    asked = newest(world)
    assert asked.to == NEW
    await confirm_email_change(world.ports, code_in(asked), "en")
    assert newest(world).to == OLD
    return account.user_id, code_in(newest(world))


async def test_an_address_is_changed_by_whoever_reads_it() -> None:
    """The old address signs in until the new one's mail was read, and then the new one does, once and for all."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, OLD, PASSWORD, "")
    await request_email_change(world.ports, account.user_id, f" {NEW} ", "en")
    code = code_in(newest(world))
    await sign_in(world.ports, OLD, PASSWORD)
    await confirm_email_change(world.ports, code, "de")
    assert (newest(world).to, newest(world).subject) == (OLD, "Dein Konto hat eine andere E-Mail-Adresse")
    with pytest.raises(WrongCredentials):
        await sign_in(world.ports, OLD, PASSWORD)
    signed_in, _ = await sign_in(world.ports, NEW, PASSWORD)
    assert (signed_in.email.typed, signed_in.email_verified_at) == (NEW, world.clock.now())
    with pytest.raises(CodeSpent):
        await confirm_email_change(world.ports, code, "en")
    # Sessions stay: the first one, and the two of the checks above.
    assert len(await list_sessions(world.ports, account.user_id)) == 3


async def test_a_taken_address_is_answered_alike() -> None:
    """Whether or not another account has the address, one mail goes to it; only its reader learns which."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, OLD, PASSWORD, "")
    await sign_up(world.ports, "grace@example.org", PASSWORD, "")
    told = []
    for email in (NEW, "grace@example.org"):
        mails, codes = len(world.waiting()), len(world.store.rows.codes)
        await request_email_change(world.ports, account.user_id, email, "en")
        told.append((newest(world).to, len(world.waiting()) - mails, len(world.store.rows.codes) - codes))
    assert told == [(NEW, 1, 1), ("grace@example.org", 1, 1)]
    assert newest(world).subject == "You already have a StripSession account"
    assert "/change/" not in newest(world).text


async def test_an_address_that_was_taken_meanwhile_stays_its_owners() -> None:
    """Of two who want one address, whoever has an account with it first keeps it."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, OLD, PASSWORD, "")
    await request_email_change(world.ports, account.user_id, NEW, "en")
    code = code_in(newest(world))
    await sign_up(world.ports, NEW, PASSWORD, "")
    with pytest.raises(CodeSpent):
        await confirm_email_change(world.ports, code, "en")
    assert (await get_account(world.ports, account.user_id)).email.typed == OLD


async def test_asking_again_spends_the_link_before() -> None:
    """Whoever mistook their address asks again, and the stranger's link changes nothing."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, OLD, PASSWORD, "")
    await request_email_change(world.ports, account.user_id, "stranger@example.org", "en")
    strange = code_in(newest(world))
    await request_email_change(world.ports, account.user_id, NEW, "en")
    with pytest.raises(CodeSpent):
        await confirm_email_change(world.ports, strange, "en")


async def test_one_account_writes_to_few_strangers() -> None:
    """An account asks so often in an hour, whoever its mails go to, taken addresses counted; and so an address is asked
    for, whoever asks."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, OLD, PASSWORD, "")
    grace, _ = await sign_up(world.ports, "grace@example.org", PASSWORD, "")
    for number in range(MAILS_AN_HOUR_MAX - 1):
        await request_email_change(world.ports, account.user_id, f"stranger{number}@example.org", "en")
    await request_email_change(world.ports, account.user_id, "grace@example.org", "en")
    told = len(world.waiting())
    for email in ("stranger@example.org", "grace@example.org", NEW):
        with pytest.raises(TooManyMails):
            await request_email_change(world.ports, account.user_id, email, "en")
    assert len(world.waiting()) == told
    await request_email_change(world.ports, grace.user_id, NEW, "en")
    world.clock.advance(hours=1)
    for _ in range(MAILS_AN_HOUR_MAX - 1):
        await request_email_change(world.ports, account.user_id, NEW, "en")
    world.clock.advance(seconds=1)
    eve, _ = await sign_up(world.ports, "eve@example.org", PASSWORD, "")
    await request_email_change(world.ports, eve.user_id, NEW, "en")
    with pytest.raises(TooManyMails):
        await request_email_change(world.ports, grace.user_id, NEW, "en")


async def test_a_thief_who_moved_the_account_is_put_out() -> None:
    """The old address's link brings it back, and ends sessions, keys, the password and what waits in other mails."""
    world = World(sends_mail=True)
    user_id, undo = await moved(world)
    await request_email_change(world.ports, user_id, "third@example.org", "en")
    await confirm_email_change(world.ports, code_in(newest(world)), "en")
    thiefs_undo = code_in(newest(world))
    await create_api_key(world.ports, user_id, "k", ["tracks:read"], 0, never=False, idempotency_key="")
    await undo_email_change(world.ports, undo, "en")
    assert (await get_account(world.ports, user_id)).email.typed == OLD
    assert await list_sessions(world.ports, user_id) == []
    assert await list_api_keys(world.ports, user_id) == []
    for email in (OLD, NEW, "third@example.org"):
        with pytest.raises(WrongCredentials):
            await sign_in(world.ports, email, PASSWORD)
    for code in (undo, thiefs_undo):
        with pytest.raises(CodeSpent):
            await undo_email_change(world.ports, code, "en")
    assert newest(world).to == OLD
    await reset_password(world.ports, code_in(newest(world)), CHOSEN, "en")
    await sign_in(world.ports, OLD, CHOSEN)


async def test_a_change_is_taken_back_within_a_week() -> None:
    """After seven days the change stands."""
    world = World(sends_mail=True)
    _, undo = await moved(world)
    world.clock.advance(seconds=UNDO_LIFE.total_seconds())
    with pytest.raises(CodeSpent):
        await undo_email_change(world.ports, undo, "en")


async def test_addresses_that_cannot_be_taken() -> None:
    """One's own, none at all, and any where no mail is sent, are refused with the reason."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, OLD, PASSWORD, "")
    for email in (OLD, "nowhere"):
        with pytest.raises(InvalidEmail):
            await request_email_change(world.ports, account.user_id, email, "en")
    world.sends_mail = False
    with pytest.raises(MailOff):
        await request_email_change(world.ports, account.user_id, NEW, "en")


async def test_people_of_another_issuer_keep_address_and_password_there() -> None:
    """Whom an outside issuer vouches for changes no address here and chooses no password by mail, and is told why."""
    world = World(sends_mail=True, outside_issuers=frozenset({ISSUER}))
    async with world.store.transaction() as work:
        profile = Profile("user_1", parse_email(OLD), "", world.clock.now())
        identity = await keep_profile(world.ports, work, ISSUER, profile)
    assert identity.user_id is not None
    with pytest.raises(EmailKeptElsewhere):
        await request_email_change(world.ports, identity.user_id, NEW, "en")
    await request_password_reset(world.ports, OLD, "en")
    assert (newest(world).to, newest(world).subject) == (OLD, "You sign in to StripSession elsewhere")
    assert "/reset/" not in newest(world).text
    # A link of before the issuer was set up opens nothing either.
    world.outside_issuers = frozenset()
    await request_password_reset(world.ports, OLD, "en")
    code = code_in(newest(world))
    world.outside_issuers = frozenset({ISSUER})
    with pytest.raises(CodeSpent):
        await reset_password(world.ports, code, CHOSEN, "en")
