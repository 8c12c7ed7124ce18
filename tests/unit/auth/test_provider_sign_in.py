"""Signing in by a provider: state, browser and account."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from services.auth.app.connections import connect_provider, list_connections, remove_connection
from services.auth.app.finish_provider_sign_in import Newcomer, SignedIn, finish_provider_sign_in
from services.auth.app.forget_remains import forget_remains
from services.auth.app.provider_ports import Providers
from services.auth.app.receive_provider_answer import ProviderAnswer, receive_provider_answer
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.reset_password import reset_password
from services.auth.app.sign_up import new_person, sign_up
from services.auth.app.start_provider_sign_in import Road, start_provider_sign_in
from services.auth.domain.account import Account
from services.auth.domain.email_address import NO_EMAIL, parse_email
from services.auth.domain.errors import AccountNotFound
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.provider_errors import (
    ConnectionNotFound,
    IdentityTaken,
    LastWayIn,
    ProviderAnswerRefused,
    ProviderAway,
    ProviderConnected,
    ProviderDenied,
    ProviderEmailTaken,
    ProviderSignInSpent,
    ProviderUnknown,
)
from services.auth.domain.provider_sign_in import Connecting, Told, challenge_of
from tests.unit.auth.fake_providers import SayingProvider, offering
from tests.unit.auth.fakes import World
from tests.unit.auth.waiting_mail import code_in, newest

ADA = Told("subject-1", parse_email("ada@example.org"), "Ada")


class Street:
    """Auth, two providers, and a browser that goes to them."""

    def __init__(self) -> None:
        self.world = World()
        self.one, self.two = SayingProvider("https://one.example"), SayingProvider("https://two.example")
        self.one.told = ADA
        self.providers: Providers = offering(self.one, self.two)

    async def start(self, provider: str = "one", connecting: Connecting | None = None) -> Road:
        return await start_provider_sign_in(self.world.ports, self.providers, provider, connecting)

    def answer(self, road: Road, **changed: str) -> ProviderAnswer:
        state = road.authorization_url.partition("state=")[2]
        good = ProviderAnswer("one", road.browser_secret, state, code="a code")
        return dataclasses.replace(good, **changed)

    async def receive(self, answer: ProviderAnswer) -> None:
        await receive_provider_answer(self.world.ports, self.providers, answer)

    async def arrive(self, provider: str = "one", connecting: Connecting | None = None) -> str:
        road = await self.start(provider, connecting)
        await self.receive(self.answer(road, provider=provider))
        return road.browser_secret

    async def finish(self, secret: str, *, confirms_age: bool = True) -> SignedIn | Newcomer:
        return await finish_provider_sign_in(self.world.ports, self.providers, secret, confirms_age=confirms_age)

    async def sign_in(self, provider: str = "one") -> Account:
        found = await self.finish(await self.arrive(provider))
        assert isinstance(found, SignedIn)
        return found.account

    async def sign_up(self, email: str = "ada@example.org") -> Account:
        opened = await sign_up(self.world.ports, new_person(email, "nineteen-cellos", ""))
        assert opened is not None
        return opened[0]

    async def connect(self, connecting: Connecting, provider: str = "one") -> str:
        secret = await self.arrive(provider, connecting)
        connected = await connect_provider(self.world.ports, self.providers, connecting, secret)
        return connected.provider.provider


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


async def test_a_signed_in_person_connects_a_provider_and_comes_in_by_it(street: Street) -> None:
    """From then on it leads to their account, by whatever address; connecting once more changes nothing."""
    account = await street.sign_up("grace@example.org")
    mine = Connecting(account.user_id, "ses_1")
    assert await street.connect(mine) == "one"
    street.world.clock.advance(seconds=60.0)
    assert await street.connect(mine) == "one"
    (listed,) = await list_connections(street.world.ports, street.providers, account.user_id)
    assert listed.connected_at == street.world.clock.now() - datetime.timedelta(minutes=1)
    assert not listed.is_last_way_in
    assert (await street.sign_in()).user_id == account.user_id


@pytest.mark.parametrize("other", [Connecting("usr_other", "ses_1"), Connecting("", "ses_2")])
async def test_only_the_session_that_began_it_connects(street: Street, other: Connecting) -> None:
    """Another person, or another session of the same, gets nothing; nor is anybody signed in by it."""
    account = await street.sign_up()
    secret = await street.arrive(connecting=Connecting(account.user_id, "ses_1"))
    other = dataclasses.replace(other, user_id=other.user_id or account.user_id)
    with pytest.raises(ProviderSignInSpent):
        await connect_provider(street.world.ports, street.providers, other, secret)
    with pytest.raises(ProviderSignInSpent):
        await street.finish(secret)
    assert street.world.store.rows.identities == {}


async def test_what_was_begun_to_sign_in_connects_nothing(street: Street) -> None:
    """Else whoever has somebody bring an answer of theirs could put their own way in into the other's account."""
    account = await street.sign_up()
    secret = await street.arrive()
    with pytest.raises(ProviderSignInSpent):
        await connect_provider(street.world.ports, street.providers, Connecting(account.user_id, "ses_1"), secret)


async def test_an_identity_is_one_accounts(street: Street) -> None:
    """One that leads to an account is connected to no other; and of one provider an account has one."""
    await street.sign_in()
    grace = await street.sign_up("grace@example.org")
    mine = Connecting(grace.user_id, "ses_1")
    with pytest.raises(IdentityTaken):
        await street.connect(mine)
    street.one.told = Told("subject-2")
    await street.connect(mine)
    street.one.told = Told("subject-3")
    with pytest.raises(ProviderConnected):
        await street.connect(mine)


async def test_the_last_way_in_stays(street: Street) -> None:
    """Without a password one provider has to stay; of two either may go, and what went leads nowhere any more."""
    account = await street.sign_in()
    ports, providers = street.world.ports, street.providers
    (only,) = await list_connections(ports, providers, account.user_id)
    assert only.is_last_way_in
    with pytest.raises(LastWayIn):
        await remove_connection(ports, providers, account.user_id, "one")
    street.two.told = Told("subject-9")
    await street.connect(Connecting(account.user_id, "ses_1"), "two")
    await remove_connection(ports, providers, account.user_id, "one")
    with pytest.raises(ConnectionNotFound):
        await remove_connection(ports, providers, account.user_id, "one")
    with pytest.raises(LastWayIn):
        await remove_connection(ports, providers, account.user_id, "two")
    with pytest.raises(ProviderEmailTaken):
        await street.sign_in()


async def test_a_new_password_by_mail_takes_providers_away(street: Street) -> None:
    """Whoever held the account before may have connected one, which must not outlive the reset."""
    street.world.sends_mail = True
    account = await street.sign_up("grace@example.org")
    await street.connect(Connecting(account.user_id, "ses_1"))
    await request_password_reset(street.world.ports, "grace@example.org", "en")
    await reset_password(street.world.ports, code_in(newest(street.world)), "twenty-trumpets", "en")
    assert await list_connections(street.world.ports, street.providers, account.user_id) == []
    assert (await street.sign_in()).user_id != account.user_id


async def test_a_provider_that_is_set_up_no_more_is_no_way_in(street: Street) -> None:
    """What an operator took away neither counts as another way nor is shown; a password and Clerk do count."""
    account = await street.sign_in()
    street.two.told = Told("subject-9")
    await street.connect(Connecting(account.user_id, "ses_1"), "two")
    ports = street.world.ports
    for left, is_last in ((Providers({"one": street.providers.offered["one"]}), True), (street.providers, False)):
        (first, *_) = await list_connections(ports, left, account.user_id)
        assert first.is_last_way_in is is_last
    by_clerk = Providers({"one": street.providers.offered["one"]}, ("https://two.example",))
    await remove_connection(ports, by_clerk, account.user_id, "one")


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
