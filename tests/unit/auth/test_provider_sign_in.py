"""Signing in by a provider: state, browser and account."""

from __future__ import annotations

import dataclasses

import pytest

from services.auth.app.confirm_email_change import confirm_email_change
from services.auth.app.finish_provider_sign_in import Newcomer, SignedIn
from services.auth.app.forget_remains import forget_remains
from services.auth.app.request_email_change import request_email_change
from services.auth.domain.email_address import NO_EMAIL, parse_email
from services.auth.domain.errors import AccountNotFound
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.provider_errors import (
    ProviderAnswerRefused,
    ProviderAway,
    ProviderDenied,
    ProviderEmailTaken,
    ProviderSignInSpent,
    ProviderUnknown,
)
from services.auth.domain.provider_sign_in import Told, challenge_of
from tests.unit.auth.provider_street import ADA, Street
from tests.unit.auth.waiting_mail import code_in, newest


@pytest.fixture
def street() -> Street:
    return Street()


async def test_what_the_provider_is_asked_is_fresh_and_kept_as_digests(street: Street) -> None:
    """State, nonce and challenge differ each time; neither state nor the browser's secret is in a row."""
    roads = [await street.start(), await street.start()]
    states, nonces, challenges = zip(*street.one.asked, strict=True)
    assert len({*states, *nonces, *challenges, *(road.browser_secret for road in roads)}) == 8
    rows = street.world.store.rows.provider_sign_ins
    for road, state, nonce, challenge in zip(roads, states, nonces, challenges, strict=True):
        row = rows[fingerprint(state)]
        assert (row.nonce, challenge_of(row.verifier)) == (nonce, challenge)
        assert row.browser_hash == fingerprint(road.browser_secret)


def test_the_challenge_is_rfc_7636s() -> None:
    """The example of its appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_who_is_new_confirms_their_age_before_there_is_an_account(street: Street) -> None:
    """Nothing is made by the first asking, which shows whom the provider named; the second makes the account once."""
    secret = await street.arrive()
    asked = await street.finish(secret, confirms_age=False)
    assert isinstance(asked, Newcomer)
    assert (asked.told, asked.provider.name) == (ADA, "One")
    assert (street.world.store.rows.accounts, street.world.store.rows.identities) == ({}, {})
    made = await street.finish(secret)
    assert isinstance(made, SignedIn)
    assert made.is_made
    assert (made.account.email.typed, made.account.display_name) == ("ada@example.org", "Ada")
    assert made.account.email_verified_at == street.world.clock.now()
    assert street.world.store.rows.facts == [AccountCreated(made.account.user_id, made.account.created_at)]
    with pytest.raises(ProviderSignInSpent):
        await street.finish(secret)


async def test_who_is_known_is_asked_nothing(street: Street) -> None:
    """The same subject finds its account, whatever address the provider tells by then."""
    account = await street.sign_in()
    street.one.told = dataclasses.replace(ADA, email=parse_email("ada@elsewhere.example"))
    found = await street.finish(await street.arrive(), confirms_age=False)
    assert isinstance(found, SignedIn)
    assert (found.account, found.is_made) == (account, False)


async def test_one_subject_of_two_providers_is_two_people(street: Street) -> None:
    """Who somebody is, is issuer and subject."""
    street.one.told = street.two.told = Told("1")
    assert (await street.sign_in("one")).user_id != (await street.sign_in("two")).user_id


async def test_an_address_leads_to_nobodys_account(street: Street) -> None:
    """Whoever is vouched for with the address of an account is told to sign in there; nothing is made or connected."""
    account = await street.sign_up()
    secret = await street.arrive()
    for confirms_age in (False, True):
        with pytest.raises(ProviderEmailTaken):
            await street.finish(secret, confirms_age=confirms_age)
    assert set(street.world.store.rows.accounts) == {account.user_id}
    assert street.world.store.rows.identities == {}


async def test_without_a_verified_address_the_account_has_none(street: Street) -> None:
    """An address that the provider does not vouch for is not kept, and asks nobody about it."""
    await street.sign_up()
    street.one.told = Told("subject-1", NO_EMAIL, "Ada")
    assert (await street.sign_in()).email == NO_EMAIL


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "another"},
        {"state": ""},
        {"browser_secret": "another"},
        {"browser_secret": ""},
        {"provider": "two"},
    ],
)
async def test_an_answer_that_is_not_this_browsers_is_refused(street: Street, changed: dict[str, str]) -> None:
    """Without the state, the browser or the address that it began with, nobody is asked about the code."""
    road = await street.start()
    with pytest.raises(ProviderSignInSpent):
        await street.receive(street.answer(road, **changed))
    assert (street.one.redeemed, street.two.redeemed) == ([], [])
    await street.receive(street.answer(road))


async def test_a_state_works_once(street: Street) -> None:
    """The same answer again is refused, and spoils nothing of the first."""
    road = await street.start()
    await street.receive(street.answer(road))
    with pytest.raises(ProviderSignInSpent):
        await street.receive(street.answer(road))
    assert isinstance(await street.finish(road.browser_secret), SignedIn)


async def test_a_state_works_for_ten_minutes(street: Street) -> None:
    """At their end it is as one that never was; so is what came back, ten minutes after that."""
    late, early = await street.start(), await street.start()
    street.world.clock.advance(seconds=599.0)
    await street.receive(street.answer(early))
    street.world.clock.advance(seconds=1.0)
    with pytest.raises(ProviderSignInSpent):
        await street.receive(street.answer(late))
    street.world.clock.advance(seconds=599.0)
    with pytest.raises(ProviderSignInSpent):
        await street.finish(early.browser_secret)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"code": "", "error": "access_denied"}, ProviderDenied),
        ({"error": "login_required"}, ProviderDenied),
        ({"code": "", "error": "server_error"}, ProviderAway),
        ({"code": "", "error": "temporarily_unavailable"}, ProviderAway),
        ({"code": "", "error": "invalid_scope"}, ProviderAnswerRefused),
        ({"code": ""}, ProviderAnswerRefused),
        ({"issuer": "https://two.example"}, ProviderAnswerRefused),
        ({"issuer": "https://two.example", "code": "", "error": "access_denied"}, ProviderAnswerRefused),
    ],
)
async def test_an_answer_that_brings_nobody_ends_it(
    street: Street, changed: dict[str, str], fault: type[Exception]
) -> None:
    """Its reason is told, no code is exchanged, and a good answer after it comes too late."""
    road = await street.start()
    with pytest.raises(fault):
        await street.receive(street.answer(road, **changed))
    assert street.one.redeemed == []
    with pytest.raises(ProviderSignInSpent):
        await street.receive(street.answer(road))


@pytest.mark.parametrize("fault", [ProviderAway(), ProviderAnswerRefused("nonce")])
async def test_a_code_that_brings_nobody_is_tried_once(street: Street, fault: Exception) -> None:
    """After a failed exchange nothing is left of the sign-in."""
    street.one.told = fault
    road = await street.start()
    with pytest.raises(type(fault)):
        await street.receive(street.answer(road))
    assert street.world.store.rows.provider_sign_ins == {}
    with pytest.raises(ProviderSignInSpent):
        await street.finish(road.browser_secret)


async def test_nothing_is_finished_before_the_answer(street: Street) -> None:
    """A browser that has only begun gets nothing; so does one that has nothing, or the state in place of its secret."""
    road = await street.start()
    for secret in (road.browser_secret, street.one.asked[0][0], "", "x"):
        with pytest.raises(ProviderSignInSpent):
            await street.finish(secret)


async def test_a_provider_that_is_away_or_unknown_begins_nothing(street: Street) -> None:
    """No row is left of a road that leads nowhere, and the other provider goes on."""
    street.one.away = ProviderAway()
    with pytest.raises(ProviderAway):
        await street.start()
    with pytest.raises(ProviderUnknown):
        await street.start("nobody")
    assert street.world.store.rows.provider_sign_ins == {}
    await street.start("two")


async def test_an_address_that_can_be_brought_back_leads_to_nobodys_account(street: Street) -> None:
    """While somebody's old address has a link that works, no provider's word gives it to another account."""
    street.world.sends_mail = True
    account = await street.sign_up()
    await request_email_change(street.world.ports, account.user_id, "new@example.org", "en")
    await confirm_email_change(street.world.ports, code_in(newest(street.world)), "en")
    secret = await street.arrive()
    for confirms_age in (False, True):
        with pytest.raises(ProviderEmailTaken):
            await street.finish(secret, confirms_age=confirms_age)


async def test_whose_account_was_erased_begins_anew(street: Street) -> None:
    """While it is being erased nobody comes in; once it is gone the same person may make another account."""
    account = await street.sign_in()
    async with street.world.store.transaction() as work:
        await work.accounts.close(account.user_id, street.world.clock.now())
    with pytest.raises(AccountNotFound):
        await street.sign_in()
    rows = street.world.store.rows
    rows.accounts.clear()
    rows.identities = {key: dataclasses.replace(each, user_id=None) for key, each in rows.identities.items()}
    await forget_remains(street.world.ports)
    assert street.world.store.rows.identities == {}
    assert (await street.sign_in()).user_id != account.user_id


async def test_nothing_of_a_journey_is_kept_past_its_end(street: Street) -> None:
    """The hourly purge takes what nobody finished, for it may name a person."""
    await street.arrive()
    street.world.clock.advance(seconds=601.0)
    await forget_remains(street.world.ports)
    assert street.world.store.rows.provider_sign_ins == {}
