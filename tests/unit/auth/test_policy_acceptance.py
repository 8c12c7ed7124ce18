"""Which version of the policy somebody accepted: as they sign up, as they are asked, and nobody in their place."""

from __future__ import annotations

import pytest

from services.auth.app.close_account import close_account
from services.auth.app.confirm_sign_up import confirm_sign_up
from services.auth.app.create_sign_in_link import create_sign_in_link
from services.auth.app.keep_policy_versions import keep_policy_versions
from services.auth.app.keep_profile import keep_profile
from services.auth.app.policy_acceptance import accept_policy, get_policy_standing, note_policy_notice
from services.auth.app.sign_up import new_person
from services.auth.app.sign_up import sign_up as sign_up_as_asked
from services.auth.domain.account import Account
from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import AccountNotFound, PolicyNotInForce, PolicyVersionNotFound
from services.auth.domain.identifiers import new_user_id
from services.auth.domain.identity import Profile
from services.auth.domain.policy_version import Acceptance
from tests.unit.auth.fakes import World
from tests.unit.auth.policies import ALL, DAY, FIRST, NOW, SECOND, THIRD, published
from tests.unit.auth.provider_street import Street
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.waiting_mail import code_in, newest

EMAIL, PASSWORD = "ada@example.org", "a long enough secret"


async def of_before(world: World, email: str = EMAIL) -> str:
    """Somebody whose account was made where nothing was noted."""
    account = Account(new_user_id(), parse_email(email), "", NOW - 100 * DAY)
    async with world.store.transaction() as work:
        await work.accounts.add(account)
    return account.user_id


async def test_who_signs_up_accepts_the_version_in_force() -> None:
    """By password, by a provider or by another issuer alike: the version and the moment are noted of them."""
    world = await published()
    by_password, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    street = Street()
    await keep_policy_versions(street.world.ports, ALL)
    by_provider = await street.sign_in()
    async with world.store.transaction() as work:
        profile = Profile("user_1", parse_email("grace@example.org"), "", world.clock.now())
        by_issuer = (await keep_profile(world.ports, work, "https://clerk.example", profile)).user_id
    assert by_issuer is not None
    for ports, user_id in (
        (world.ports, by_password.user_id),
        (street.world.ports, by_provider.user_id),
        (world.ports, by_issuer),
    ):
        standing = await get_policy_standing(ports, user_id)
        assert standing.accepted == (Acceptance(2, NOW, at_sign_up=True),)
        assert (standing.in_force, standing.is_accepted, standing.is_asked) == (SECOND, True, False)


async def test_a_sign_up_that_waits_for_its_mail_accepted_what_was_in_force_then() -> None:
    """Another version came meanwhile: the account has the one that its person saw, and is asked for the other."""
    world = await published(confirms_sign_ups=True)
    world.clock.advance(days=9.5)
    await sign_up_as_asked(world.ports, new_person(EMAIL, PASSWORD, "", confirms_age=True))
    asked_at = world.clock.now()
    world.clock.advance(days=0.75)
    account, _ = await confirm_sign_up(world.ports, code_in(newest(world)), PASSWORD)
    standing = await get_policy_standing(world.ports, account.user_id)
    assert standing.accepted == (Acceptance(2, asked_at, at_sign_up=True),)
    assert (standing.in_force, standing.is_asked) == (THIRD, True)


async def test_nobody_accepts_in_another_s_place() -> None:
    """Whose account an operator makes has accepted nothing, and is asked as they come."""
    world = await published()
    link = await create_sign_in_link(world.ports, EMAIL, confirms_age=True)
    standing = await get_policy_standing(world.ports, link.user_id)
    assert (standing.accepted, standing.is_accepted, standing.is_asked) == ((), False, True)


async def test_who_signed_up_before_any_version_was_known_accepted_that_of_the_moment() -> None:
    """Auth of a fresh installation hears of the policy moments later; what it noted gets its number then."""
    world = World()
    early, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    before = await get_policy_standing(world.ports, early.user_id)
    assert (before.in_force, before.is_asked, before.coming) == (None, False, None)
    world.clock.advance(days=20)
    await keep_policy_versions(world.ports, ALL)
    assert world.store.rows.acceptances.keys() == {(early.user_id, 2)}
    standing = await get_policy_standing(world.ports, early.user_id)
    assert standing.accepted == (Acceptance(2, NOW, at_sign_up=True),)
    assert standing.is_asked


async def test_who_was_here_before_is_asked_once() -> None:
    """A notice asks until it is put off or the version is accepted, whose first moment stands."""
    world = await published()
    user_id, other = await of_before(world), await of_before(world, "grace@example.org")
    assert (await get_policy_standing(world.ports, user_id)).is_asked
    await note_policy_notice(world.ports, user_id, 2, asked=True)
    put_off = await get_policy_standing(world.ports, user_id)
    assert (put_off.is_asked, put_off.is_accepted) == (False, False)
    accepted = await accept_policy(world.ports, user_id, 2)
    world.clock.advance(hours=1)
    assert await accept_policy(world.ports, user_id, 2) == accepted == Acceptance(2, NOW, at_sign_up=False)
    assert (await get_policy_standing(world.ports, user_id)).is_accepted
    assert (await get_policy_standing(world.ports, other)).is_asked


async def test_a_version_is_asked_for_from_its_day_on() -> None:
    """Before that it is told once; from then on it is the one that counts, and what was accepted before stays noted."""
    world = await published()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    before = await get_policy_standing(world.ports, account.user_id)
    assert (before.coming, before.is_told) == (THIRD, True)
    await note_policy_notice(world.ports, account.user_id, 3, asked=False)
    assert not (await get_policy_standing(world.ports, account.user_id)).is_told
    world.clock.advance(days=10)
    # Having been told of it as it came is not having been asked for it.
    due = await get_policy_standing(world.ports, account.user_id)
    assert (due.in_force, due.is_accepted, due.is_asked, due.coming) == (THIRD, False, True, None)
    await accept_policy(world.ports, account.user_id, 3)
    accepted = (await get_policy_standing(world.ports, account.user_id)).accepted
    assert [each.version for each in accepted] == [3, 2]


@pytest.mark.parametrize("version", [0, 1, 3, 7])
async def test_only_what_is_in_force_can_be_accepted(version: int) -> None:
    """One of before, one to come and one that never was are refused, and nothing is noted."""
    world = await published()
    user_id = await of_before(world)
    with pytest.raises(PolicyNotInForce):
        await accept_policy(world.ports, user_id, version)
    assert (await get_policy_standing(world.ports, user_id)).accepted == ()


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("version", [0, FIRST.version, 7])
async def test_a_notice_is_of_what_is_in_force_or_comes(version: int, *, asked: bool) -> None:
    """Of any other version nobody can have been told."""
    world = await published()
    with pytest.raises(PolicyVersionNotFound):
        await note_policy_notice(world.ports, await of_before(world), version, asked=asked)


async def test_a_notice_that_stood_open_over_the_day_has_asked_nobody() -> None:
    """It told of what was to come; put away once that is in force it notes nothing, and the person is asked."""
    world = await published()
    user_id = await of_before(world)
    await note_policy_notice(world.ports, user_id, THIRD.version, asked=True)
    assert (await get_policy_standing(world.ports, user_id)).is_told
    world.clock.advance(days=10)
    await note_policy_notice(world.ports, user_id, THIRD.version, asked=False)
    due = await get_policy_standing(world.ports, user_id)
    assert (due.in_force, due.is_asked) == (THIRD, True)
    assert not world.store.rows.tellings


async def test_whose_account_is_closed_accepts_nothing() -> None:
    """Nor is anything told of them or noted."""
    world = await published()
    user_id = await of_before(world)
    await close_account(world.ports, user_id)
    for act in (
        get_policy_standing(world.ports, user_id),
        accept_policy(world.ports, user_id, 2),
        note_policy_notice(world.ports, user_id, 2, asked=True),
    ):
        with pytest.raises(AccountNotFound):
            await act
