"""Providers that are connected to an account: one more, one less, and the last way in."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from services.auth.app.connections import connect_provider, list_connections, remove_connection
from services.auth.app.passkey_ports import Passkeys
from services.auth.app.provider_ports import Providers
from services.auth.app.remove_passkey import remove_passkey
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.reset_password import reset_password
from services.auth.domain.account import Account
from services.auth.domain.errors import PasskeyNotFound
from services.auth.domain.provider_errors import (
    ConnectionNotFound,
    IdentityTaken,
    LastWayIn,
    ProviderConnected,
    ProviderEmailTaken,
    ProviderSignInSpent,
)
from services.auth.domain.provider_sign_in import Connecting, Told
from tests.unit.auth.fake_providers import FakeProviderSignIns
from tests.unit.auth.fakes import FakeAccounts
from tests.unit.auth.passkey_conformance import passkey_of
from tests.unit.auth.provider_street import Street
from tests.unit.auth.waiting_mail import code_in, newest


@pytest.fixture
def street() -> Street:
    return Street()


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


async def test_a_sign_in_holds_the_account_before_its_identity(street: Street) -> None:
    """A new password that is chosen meanwhile is waited for, and what it disconnected then opens nothing."""
    await street.sign_in()
    street.world.store.rows.locks.clear()
    await street.sign_in()
    assert street.world.store.rows.locks == ["accounts", "identities"]


async def test_a_provider_that_is_disconnected_meanwhile_opens_nothing(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes in while a new password is chosen finds their provider gone, and no session outlives that."""
    await street.sign_in()
    secret, locked = await street.arrive(), FakeAccounts.locked

    async def reset_first(accounts: FakeAccounts, user_id: str) -> Account | None:
        await FakeProviderSignIns(accounts.rows).disconnect_all(user_id)
        return await locked(accounts, user_id)

    monkeypatch.setattr(FakeAccounts, "locked", reset_first)
    sessions = len(street.world.store.rows.sessions)
    with pytest.raises(ProviderSignInSpent):
        await street.finish(secret)
    assert len(street.world.store.rows.sessions) == sessions


async def test_a_passkey_is_a_way_in(street: Street) -> None:
    """Whoever has one may give up their only provider, where this server takes passkeys."""
    account = await street.sign_in()
    ports = street.world.ports
    async with street.world.store.transaction() as work:
        await work.passkeys.add(passkey_of(account.user_id))
    taken = dataclasses.replace(street.providers, takes_passkeys=True)
    for providers, is_last in ((street.providers, True), (taken, False)):
        (only,) = await list_connections(ports, providers, account.user_id)
        assert only.is_last_way_in is is_last
    with pytest.raises(LastWayIn):
        await remove_connection(ports, street.providers, account.user_id, "one")
    await remove_connection(ports, taken, account.user_id, "one")


async def test_the_last_passkey_stays_where_nothing_else_opens(street: Street) -> None:
    """Of two either may go, and the last once something else signs in; one that opens nothing here always may."""
    account = await street.sign_in()
    ports = street.world.ports
    taken = dataclasses.replace(street.providers, takes_passkeys=True)
    mine = [passkey_of(account.user_id) for _ in range(3)]
    async with street.world.store.transaction() as work:
        for each in mine:
            await work.passkeys.add(each)
    passkeys = Passkeys(ports)
    await remove_connection(ports, taken, account.user_id, "one")
    await remove_passkey(passkeys, taken, account.user_id, mine[0].passkey_id, "en")
    await remove_passkey(passkeys, taken, account.user_id, mine[1].passkey_id, "en")
    with pytest.raises(LastWayIn):
        await remove_passkey(passkeys, taken, account.user_id, mine[2].passkey_id, "en")
    with pytest.raises(PasskeyNotFound):
        await remove_passkey(passkeys, taken, account.user_id, mine[1].passkey_id, "en")
    street.two.told = Told("subject-9")
    await street.connect(Connecting(account.user_id, "ses_1"), "two")
    await remove_passkey(passkeys, taken, account.user_id, mine[2].passkey_id, "en")

    async with street.world.store.transaction() as work:
        await work.passkeys.add(mine[0])
    await remove_passkey(passkeys, street.providers, account.user_id, mine[0].passkey_id, "en")


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


async def test_its_owner_hears_of_each_connection(street: Street) -> None:
    """A provider that comes is told by mail once, and one that goes is told; connecting anew what is there is not."""
    account = await street.sign_up()
    mine = Connecting(account.user_id, "ses_1")
    street.world.sends_mail = True
    for _ in range(2):
        await street.connect(mine)
    await remove_connection(street.world.ports, street.providers, account.user_id, "one")
    assert [each.subject for each in street.world.waiting()] == [
        "Your account was connected to a provider",
        "A provider was taken away from your account",
    ]
