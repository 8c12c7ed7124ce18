"""What every store of auth must do with browsers that went to a provider; run on the fake and on PostgreSQL."""

from __future__ import annotations

import dataclasses
import datetime
import secrets

from services.auth.app.ports import Store
from services.auth.domain.account import Account
from services.auth.domain.email_address import NO_EMAIL, parse_email
from services.auth.domain.identifiers import new_user_id
from services.auth.domain.provider_sign_in import Connecting, ProviderSignIn, Told

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
ISSUER, OTHER = "https://accounts.example", "https://id.example"


class ProviderConformance:
    """Subclasses give the fixture `store`."""

    async def test_a_journey_is_found_by_its_state_and_by_its_browser(self, store: Store) -> None:
        """What was added is read back whole by either digest, with all that it waits for, and by no other."""
        user_id = await _person(store)
        for made in (
            _made(),
            dataclasses.replace(_made(), again=True),
            dataclasses.replace(_made(), connecting=Connecting(user_id, "ses_1")),
        ):
            async with store.transaction() as work:
                await work.provider_sign_ins.add(made)
            async with store.transaction() as work:
                assert await work.provider_sign_ins.of_state(made.state_hash) == made
                assert await work.provider_sign_ins.of_browser(made.browser_hash) == made
                assert await work.provider_sign_ins.of_state(made.browser_hash) is None
                assert await work.provider_sign_ins.of_browser(made.state_hash) is None

    async def test_what_became_of_a_journey_is_kept(self, store: Store) -> None:
        """Its answer, and whom the provider vouched for, replace what it was begun with, until it is removed."""
        made = _made()
        told = Told("subject", parse_email("Ada@Example.org"), "Ada", NOW - MINUTE)
        async with store.transaction() as work:
            await work.provider_sign_ins.add(made)
            used = dataclasses.replace(made, answered_at=NOW)
            await work.provider_sign_ins.change(used)
            assert await work.provider_sign_ins.of_state(made.state_hash) == used
            arrived = used.arrived(told, NOW + MINUTE)
            await work.provider_sign_ins.change(arrived)
        async with store.transaction() as work:
            assert await work.provider_sign_ins.of_browser(made.browser_hash) == arrived
            assert (arrived.nonce, arrived.verifier, arrived.expires_at) == ("", "", NOW + 11 * MINUTE)
            await work.provider_sign_ins.remove(made.state_hash)
            assert await work.provider_sign_ins.of_state(made.state_hash) is None

    async def test_connections_are_ones_own(self, store: Store) -> None:
        """A person's identities are listed by age, and taken away by their issuer; another's stay."""
        ada, ben = await _person(store), await _person(store)
        await _connect(store, ada, OTHER, "a", NOW + MINUTE)
        await _connect(store, ada, ISSUER, "a", NOW)
        await _connect(store, ben, ISSUER, "b", NOW)
        async with store.transaction() as work:
            listed = await work.provider_sign_ins.connections(ada)
            assert [(each.issuer, each.connected_at) for each in listed] == [(ISSUER, NOW), (OTHER, NOW + MINUTE)]
            assert await work.provider_sign_ins.disconnect(ada, ISSUER)
            assert not await work.provider_sign_ins.disconnect(ada, ISSUER)
            assert [each.issuer for each in await work.provider_sign_ins.connections(ada)] == [OTHER]
            assert [each.issuer for each in await work.provider_sign_ins.connections(ben)] == [ISSUER]
            assert await work.identities.get(ISSUER, "a") is None

    async def test_all_of_a_persons_connections_go_at_once(self, store: Store) -> None:
        """But for an identity whose issuer tells of its people, which is for that issuer to end."""
        ada, ben = await _person(store), await _person(store)
        await _connect(store, ada, ISSUER, "a", NOW)
        await _connect(store, ben, ISSUER, "b", NOW)
        async with store.transaction() as work:
            known = await work.identities.claim("https://clerk.example", "user_1", NOW)
            await work.identities.keep(dataclasses.replace(known, user_id=ada, told_at=NOW))
            await work.provider_sign_ins.disconnect_all(ada)
        async with store.transaction() as work:
            left = await work.provider_sign_ins.connections(ada)
            assert [each.issuer for each in left] == ["https://clerk.example"]
            assert await work.identities.get(ISSUER, "b") is not None

    async def test_what_is_over_is_forgotten(self, store: Store) -> None:
        """Journeys past their end go, and identities that nobody has; what lives stays."""
        old, young = dataclasses.replace(_made(), expires_at=NOW - MINUTE), _made()
        user_id = await _person(store)
        await _connect(store, user_id, ISSUER, "kept", NOW)
        async with store.transaction() as work:
            await work.provider_sign_ins.add(old)
            await work.provider_sign_ins.add(young)
            await work.identities.claim(ISSUER, "left behind", NOW)
            told = await work.identities.claim("https://clerk.example", "user_1", NOW)
            await work.identities.keep(dataclasses.replace(told, told_at=NOW))
            assert await work.provider_sign_ins.forget(NOW, 10) == 1
        async with store.transaction() as work:
            assert await work.provider_sign_ins.of_state(old.state_hash) is None
            assert await work.provider_sign_ins.of_state(young.state_hash) == young
            assert await work.identities.get(ISSUER, "left behind") is None
            assert await work.identities.get(ISSUER, "kept") is not None
            # It tells that somebody whom Clerk still lists was erased here.
            assert await work.identities.get("https://clerk.example", "user_1") is not None

    async def test_an_erasure_leaves_nothing_of_a_provider(self, store: Store) -> None:
        """Neither the identity nor a journey to connect one: the same person may begin anew at once."""
        user_id = await _person(store)
        await _connect(store, user_id, ISSUER, "a", NOW)
        journey = dataclasses.replace(_made(), connecting=Connecting(user_id, "ses_1"))
        async with store.transaction() as work:
            await work.provider_sign_ins.add(journey)
            await work.accounts.close(user_id, NOW)
            await work.people.erase(user_id, NOW, NOW)
        async with store.transaction() as work:
            assert await work.identities.get(ISSUER, "a") is None
            assert await work.provider_sign_ins.of_state(journey.state_hash) is None


async def _person(store: Store) -> str:
    account = Account(new_user_id(), NO_EMAIL, "", NOW)
    async with store.transaction() as work:
        assert await work.accounts.add(account)
    return account.user_id


async def _connect(store: Store, user_id: str, issuer: str, subject: str, at: datetime.datetime) -> None:
    async with store.transaction() as work:
        known = await work.identities.claim(issuer, subject, at)
        await work.identities.keep(dataclasses.replace(known, user_id=user_id))


def _made() -> ProviderSignIn:
    return ProviderSignIn(
        state_hash=secrets.token_bytes(32),
        browser_hash=secrets.token_bytes(32),
        provider="google",
        created_at=NOW,
        expires_at=NOW + 10 * MINUTE,
        nonce="the nonce",
        verifier="the verifier",
    )
