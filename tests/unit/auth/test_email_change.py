"""Another address in place of one's own, and taking that back."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

import pytest

from services.auth.app.change_password import change_password
from services.auth.app.confirm_email_change import confirm_email_change
from services.auth.app.create_api_key import create_api_key
from services.auth.app.end_other_sessions import end_other_sessions
from services.auth.app.get_account import get_account
from services.auth.app.keep_profile import keep_profile
from services.auth.app.list_api_keys import list_api_keys
from services.auth.app.list_sessions import list_sessions
from services.auth.app.request_email_change import request_email_change
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.reset_password import reset_password
from services.auth.app.sign_in import sign_in
from services.auth.app.sign_up import new_person
from services.auth.app.sign_up import sign_up as sign_up_as_asked
from services.auth.app.undo_email_change import undo_email_change
from services.auth.domain.email_address import parse_email
from services.auth.domain.email_code import MAILS_AN_HOUR_MAX, UNDO_LIFE
from services.auth.domain.errors import (
    CodeSpent,
    EmailKeptElsewhere,
    EmailTaken,
    InvalidEmail,
    MailOff,
    TooManyMails,
    WrongCredentials,
)
from services.auth.domain.facts import AccountReclaimed
from services.auth.domain.identity import Profile
from services.auth.domain.letters import letter
from services.auth.domain.mail import Occasion
from tests.unit.auth.fakes import World
from tests.unit.auth.passkey_conformance import passkey_of
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
    before, taken = await confirm_email_change(world.ports, code, "de")
    assert (before.email.typed, taken.typed) == (OLD, NEW)
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
    assert newest(world).subject == "This address belongs to a StripSession account"
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


async def test_a_thiefs_own_link_does_not_spend_the_owners() -> None:
    """Whoever moved an account twice may go one step back; the link of before that still brings it home."""
    world = World(sends_mail=True)
    user_id, owners = await moved(world)
    world.clock.advance(hours=1)
    await request_email_change(world.ports, user_id, "third@example.org", "en")
    await confirm_email_change(world.ports, code_in(newest(world)), "en")
    thiefs = code_in(newest(world))
    await undo_email_change(world.ports, thiefs, "en")
    thiefs_reset = newest(world)
    assert (await get_account(world.ports, user_id)).email.typed == thiefs_reset.to == NEW
    await undo_email_change(world.ports, owners, "en")
    assert (await get_account(world.ports, user_id)).email.typed == OLD
    with pytest.raises(CodeSpent):
        await reset_password(world.ports, code_in(thiefs_reset), CHOSEN, "en")


async def test_taking_a_change_back_leaves_no_way_in() -> None:
    """What a thief added while they held the account goes as well: passkeys and providers."""
    world = World(sends_mail=True)
    user_id, undo = await moved(world)
    async with world.store.transaction() as work:
        await work.passkeys.add(passkey_of(user_id))
        claimed = await work.identities.claim("https://one.example", "1", world.clock.now())
        await work.identities.keep(dataclasses.replace(claimed, user_id=user_id))
    await undo_email_change(world.ports, undo, "en")
    rows = world.store.rows
    assert (rows.passkeys, rows.identities) == ({}, {})
    assert AccountReclaimed(user_id, world.clock.now()) in rows.facts


async def _sign_up(world: World, email: str) -> None:
    with pytest.raises(EmailTaken):
        await sign_up(world.ports, email, PASSWORD, "")


async def _sign_up_by_mail(world: World, email: str) -> None:
    world.confirms_sign_ups = True
    assert await sign_up_as_asked(world.ports, new_person(email, PASSWORD, "", confirms_age=True)) is None
    assert (newest(world).to, newest(world).subject) == (email, "This address belongs to a StripSession account")
    world.confirms_sign_ups = False


async def _change_to(world: World, email: str) -> None:
    other, _ = await sign_up(world.ports, "mallory@example.org", PASSWORD, "")
    await request_email_change(world.ports, other.user_id, email, "en")
    assert (newest(world).to, newest(world).subject) == (email, "This address belongs to a StripSession account")


@pytest.mark.parametrize("take", [_sign_up, _sign_up_by_mail, _change_to])
async def test_an_address_that_can_be_brought_back_is_taken(take: Callable[[World, str], Awaitable[None]]) -> None:
    """While the old address's link works, nobody else gets the address, and its owner takes the change back."""
    world = World(sends_mail=True)
    user_id, undo = await moved(world)
    await take(world, OLD)
    await undo_email_change(world.ports, undo, "en")
    assert (await get_account(world.ports, user_id)).email.typed == OLD


@pytest.mark.parametrize("take", [_sign_up_by_mail, _change_to])
@pytest.mark.parametrize(("language", "false"), [("en", "you have an account"), ("de", "du ein Konto hast")])
async def test_a_mail_to_an_address_that_is_kept_says_nothing_false(
    take: Callable[[World, str], Awaitable[None]], language: str, false: str
) -> None:
    """Whoever asks in the week of undoing may have no account: the mail tells of the week, and not of "you"."""
    world = World(sends_mail=True)
    await moved(world)
    await take(world, OLD)
    occasion = Occasion.ADDRESS_TAKEN if take is _sign_up_by_mail else Occasion.EMAIL_CHANGE_TAKEN
    assert newest(world).text == letter(occasion, "en", "https://us.example")[1]
    subject, text = letter(occasion, language, "https://us.example")
    assert false not in text
    assert not {"You", "Du"} & set(subject.split())
    assert ("seven days" if language == "en" else "sieben Tagen") in text


async def test_an_address_is_free_once_its_link_has_run_out() -> None:
    """After a week the change stands, and whoever reads the old address may sign up with it."""
    world = World(sends_mail=True)
    await moved(world)
    world.clock.advance(seconds=UNDO_LIFE.total_seconds())
    await sign_up(world.ports, OLD, PASSWORD, "")


async def test_an_owner_goes_back_to_an_address_of_theirs() -> None:
    """An address that leads back to an account is taken for everybody else alone."""
    world = World(sends_mail=True)
    user_id, _ = await moved(world)
    await request_email_change(world.ports, user_id, OLD, "en")
    await confirm_email_change(world.ports, code_in(newest(world)), "en")
    assert (await get_account(world.ports, user_id)).email.typed == OLD


async def _change(world: World, user_id: str) -> None:
    (kept,) = await list_sessions(world.ports, user_id)
    await change_password(world.ports, user_id, kept.session_id, PASSWORD, CHOSEN, "en")


async def _reset(world: World, user_id: str) -> None:
    await request_password_reset(world.ports, OLD, "en")
    await reset_password(world.ports, code_in(newest(world)), CHOSEN, "en")


async def _sign_out_elsewhere(world: World, user_id: str) -> None:
    await end_other_sessions(world.ports, user_id, "")


@pytest.mark.parametrize("put_out", [_change, _reset, _sign_out_elsewhere])
async def test_a_waiting_change_ends_with_whoever_asked(put_out: Callable[[World, str], Awaitable[None]]) -> None:
    """A link to a thief's address moves nothing once they were put out."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, OLD, PASSWORD, "")
    await request_email_change(world.ports, account.user_id, NEW, "en")
    thiefs = code_in(newest(world))
    await put_out(world, account.user_id)
    with pytest.raises(CodeSpent):
        await confirm_email_change(world.ports, thiefs, "en")


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
