"""People of Clerk: at first sight, by webhooks that come twice, late, changed or never, and by comparing lists."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
from collections.abc import AsyncIterator

import pytest

from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from chassis.tokens.rules import clerk
from chassis.tokens.verifying import verify
from services.auth.app.open_session import open_session
from services.auth.app.receive_clerk_webhook import receive_clerk_webhook
from services.auth.app.reconcile_clerk import Reconciled, reconcile_clerk
from services.auth.app.resolve_identity import resolve_identity
from services.auth.domain.errors import (
    IdentityEnded,
    IssuerAway,
    IssuerUnknown,
    TooManyMissing,
    WebhookRefused,
    WebhookUnknown,
    WebhookUnreadable,
)
from services.auth.domain.identity import Profile
from services.auth.store.store import MIGRATIONS, SCHEMA
from stack.issuer.webhooks import Message, deleted
from tests.integration.auth.clerk_house import PAGE, ClerkHouse, clerk_house
from tests.unit.auth.signing_up import sign_up


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database(SCHEMA, MIGRATIONS) as database:
        yield database


@pytest.fixture
async def house(database: Database) -> AsyncIterator[ClerkHouse]:
    async with clerk_house(database) as house:
        yield house


async def resolved(house: ClerkHouse, subject: str) -> str:
    return await resolve_identity(house.federation, house.issuer.options.address, subject)


async def taken(house: ClerkHouse, kind: str, data: dict[str, object]) -> bool:
    return await receive_clerk_webhook(house.federation, house.signed(house.issuer.webhooks.tell(kind, data)))


async def test_its_tokens_are_believed_by_the_one_verifier(house: ClerkHouse) -> None:
    """A token of Clerk's shape is verified with keys that auth fetched, also after the issuer has changed its key."""
    person = house.issuer.people.add("ada@example.org")
    rules, keys = clerk(house.issuer.options.address, frozenset({PAGE})), house.session_issuer.keys
    token = house.issuer.session_token(person.subject)
    verified = await verify(token, rules, keys, now_s=time.time())
    assert verified.subject == person.subject
    document = json.loads(await house.session_issuer.document(""))
    assert [set(key) for key in document["keys"]] == [{"kty", "use", "alg", "kid", "n", "e"}]


async def test_an_account_is_made_at_first_sight(house: ClerkHouse) -> None:
    """Who comes with a token before any webhook has one account, with the address that Clerk verified."""
    person = house.issuer.people.add("ada@example.org", first_name="Ada", last_name="Lovelace")
    user_ids = await asyncio.gather(*(resolved(house, person.subject) for _ in range(4)))
    (user_id,) = set(user_ids)
    account = await house.account(user_id)
    assert (account.email.typed, account.display_name, account.password_hash) == (
        "ada@example.org",
        "Ada Lovelace",
        None,
    )
    assert await house.facts() == ["AccountCreated"]
    assert await taken(house, "user.created", person.as_clerk())
    assert await house.facts() == ["AccountCreated"]


async def test_first_sight_does_not_wait_for_an_issuer_that_is_away(house: ClerkHouse) -> None:
    """While Clerk's API is away a verified token is enough; the address comes with the next that Clerk tells."""
    person = house.issuer.people.add("ada@example.org")
    house.issuer.backend.refusals = [(503, {})]
    user_id = await resolved(house, person.subject)
    assert (await house.account(user_id)).email.typed == ""
    assert await reconcile_clerk(house.federation) == Reconciled(kept=1)
    assert (await house.account(user_id)).email.typed == "ada@example.org"


async def test_an_address_never_opens_anothers_account(house: ClerkHouse) -> None:
    """Somebody of Clerk with the address of an account here gets an account of their own, without that address."""
    ours, _ = await sign_up(house.ports, "ada@example.org", "a long enough secret", "Ada")
    person = house.issuer.people.add("ADA@example.org")
    user_id = await resolved(house, person.subject)
    assert user_id != ours.user_id
    assert (await house.account(user_id)).email.typed == ""
    changed = house.issuer.people.change_email(person.subject, "Ada@Example.org")
    await taken(house, "user.updated", changed.as_clerk())
    assert (await house.account(ours.user_id)).email.typed == "ada@example.org"
    assert (await house.account(user_id)).email.typed == ""


async def test_an_address_that_nobody_verified_is_not_kept(house: ClerkHouse) -> None:
    """What a person only claims to be their address is not stored, and so cannot keep its owner out."""
    person = house.issuer.people.add("victim@example.org", is_verified=False)
    user_id = await resolved(house, person.subject)
    assert (await house.account(user_id)).email.typed == ""
    await sign_up(house.ports, "victim@example.org", "a long enough secret", "")


async def test_a_webhook_makes_changes_and_ends(house: ClerkHouse) -> None:
    """user.created makes an account, user.updated its address, user.deleted ends its sessions and asks for erasure."""
    person = house.issuer.people.add("ada@example.org", first_name="Ada")
    assert await taken(house, "user.created", person.as_clerk())
    identity = await house.identity(person.subject)
    assert identity is not None
    assert (await house.account(identity.user_id)).display_name == "Ada"
    changed = house.issuer.people.change_email(person.subject, "countess@example.org")
    assert await taken(house, "user.updated", changed.as_clerk())
    assert (await house.account(identity.user_id)).email.typed == "countess@example.org"
    assert identity.user_id is not None
    async with house.ports.store.transaction() as work:
        await open_session(house.ports, work, identity.user_id)
    assert await taken(house, "user.deleted", deleted(person.subject))
    living = "SELECT count(sessions.session_id) FROM sessions WHERE ended_at IS NULL"
    assert await house.database.pool.fetchval(living) == 0
    assert await house.facts() == ["AccountCreated", "AccountDeletionRequested", "SessionEnded"]
    with pytest.raises(IdentityEnded):
        await resolved(house, person.subject)


async def test_a_message_that_comes_many_times_counts_once(house: ClerkHouse) -> None:
    """Of copies that come at once and later exactly one is new, and one account comes of them."""
    person = house.issuer.people.add("ada@example.org")
    message = house.issuer.webhooks.tell("user.created", person.as_clerk())
    signed = house.signed(message)
    news = await asyncio.gather(*(receive_clerk_webhook(house.federation, signed) for _ in range(5)))
    assert sorted(news) == [False] * 4 + [True]
    assert not await receive_clerk_webhook(house.federation, house.signed(message))
    assert await house.facts() == ["AccountCreated"]


async def test_messages_in_the_wrong_order_end_right(house: ClerkHouse) -> None:
    """An older update changes nothing, and nobody comes to life again whose deletion came before their making."""
    person = house.issuer.people.add("old@example.org")
    newer = house.issuer.people.change_email(person.subject, "new@example.org")
    await taken(house, "user.updated", newer.as_clerk())
    await taken(house, "user.created", person.as_clerk())
    identity = await house.identity(person.subject)
    assert identity is not None
    assert (await house.account(identity.user_id)).email.typed == "new@example.org"
    late = house.issuer.people.add("late@example.org")
    await taken(house, "user.deleted", deleted(late.subject))
    await taken(house, "user.created", late.as_clerk())
    with pytest.raises(IdentityEnded):
        await resolved(house, late.subject)
    assert await house.facts() == ["AccountCreated"]


async def test_dropped_webhooks_are_made_good_by_comparing(house: ClerkHouse) -> None:
    """Making, changing and deleting that no webhook told of are found in Clerk's list, over several pages."""
    kept = [house.issuer.people.add(f"kept{number}@example.org") for number in range(130)]
    gone = house.issuer.people.add("gone@example.org")
    for person in (kept[0], gone):
        await taken(house, "user.created", person.as_clerk())
    house.issuer.people.change_email(kept[0].subject, "moved@example.org")
    house.issuer.people.remove(gone.subject)
    assert await reconcile_clerk(house.federation) == Reconciled(kept=130, ended=1)
    first = await house.identity(kept[0].subject)
    assert first is not None
    assert (await house.account(first.user_id)).email.typed == "moved@example.org"
    last = await house.identity(kept[-1].subject)
    assert last is not None
    assert (await house.account(last.user_id)).email.typed == "kept129@example.org"
    with pytest.raises(IdentityEnded):
        await resolved(house, gone.subject)
    assert house.waited_s == [0.2, 0.2]
    assert await reconcile_clerk(house.federation) == Reconciled()
    assert (await house.facts()).count("AccountDeletionRequested") == 1


async def test_who_was_only_not_seen_is_not_gone(house: ClerkHouse) -> None:
    """A list that shifts under the reader's hand ends nobody: each that is missing is asked for by name."""
    person = house.issuer.people.add("ada@example.org")
    await taken(house, "user.created", person.as_clerk())
    ours = house.federation.clerk
    assert ours is not None
    ask = ours.users.profile

    class Shifting:
        """Leaves everybody out of the pages."""

        async def page(self, offset: int) -> list[Profile]:
            return []

        async def profile(self, subject: str) -> Profile | None:
            return await ask(subject)

    shifting = dataclasses.replace(ours, users=Shifting())
    assert await reconcile_clerk(dataclasses.replace(house.federation, clerk=shifting)) == Reconciled()
    assert await resolved(house, person.subject)


async def test_a_list_that_cannot_be_ours_ends_nobody(house: ClerkHouse) -> None:
    """When most people are missing, as with the key of another Clerk, nobody is ended and somebody is told."""
    for number in range(30):
        person = house.issuer.people.add(f"{number}@example.org")
        await taken(house, "user.created", person.as_clerk())
    house.issuer.people.persons.clear()
    with pytest.raises(TooManyMissing, match="30 of 30"):
        await reconcile_clerk(house.federation)
    assert "AccountDeletionRequested" not in await house.facts()


async def test_a_busy_issuer_is_given_time_and_a_broken_one_up(house: ClerkHouse) -> None:
    """429 is waited out as long as it asks; 500, nonsense and a wrong key end the comparison with nothing changed."""
    person = house.issuer.people.add("ada@example.org")
    house.issuer.backend.refusals = [(429, {"Retry-After": "7"}), (429, {})]
    assert await reconcile_clerk(house.federation) == Reconciled(kept=1)
    assert house.waited_s[:2] == [7.0, 1.0]
    house.issuer.people.remove(person.subject)
    for status, times in ((500, 1), (429, 4), (401, 1), (404, 1)):
        house.issuer.backend.refusals = [(status, {})] * times
        with pytest.raises(IssuerAway):
            await reconcile_clerk(house.federation)
    # The list answers, but who is missing from it cannot be asked for.
    async with house.ports.store.transaction() as work:
        assert await work.identities.living(house.issuer.options.address) == {person.subject}


BAD_SIGNATURES = {
    "none": {"signatures": ""},
    "of another version": {"signatures": "v2,{}"},
    "not base64": {"signatures": "v1,!!!"},
    "of another message": {"message_id": "msg_other"},
    "of another second": {"timestamp": "{later}"},
    "of another body": {"body": b'{"type": "user.deleted"}'},
    "a second in words": {"timestamp": "now"},
    "a second that is no number here": {"timestamp": "\u0661\u0662"},
    "an id with a dot": {"message_id": "msg.1"},
    "an endless id": {"message_id": "m" * 300},
    "without an id": {"message_id": ""},
}


@pytest.mark.parametrize("changed", BAD_SIGNATURES.values(), ids=BAD_SIGNATURES.keys())
async def test_an_unsigned_message_changes_nothing(house: ClerkHouse, changed: dict[str, object]) -> None:
    """Whatever is not signed by the secret, byte for byte, is refused and remembered nowhere."""
    person = house.issuer.people.add("ada@example.org")
    good = house.signed(house.issuer.webhooks.tell("user.created", person.as_clerk()))
    told = {
        name: value.format(good.signatures.partition(",")[2], later=str(int(good.timestamp) + 1))
        if isinstance(value, str)
        else value
        for name, value in changed.items()
    }
    with pytest.raises(WebhookRefused):
        await receive_clerk_webhook(house.federation, dataclasses.replace(good, **told))  # type: ignore[arg-type]  # each of its own type
    assert await house.database.pool.fetchval("SELECT count(webhook_messages.message_id) FROM webhook_messages") == 0
    assert await receive_clerk_webhook(house.federation, good)


@pytest.mark.parametrize("age_s", [302, -302])
async def test_a_message_has_an_age(house: ClerkHouse, age_s: int) -> None:
    """Five minutes old and five minutes ahead are the most; then it is a recording of somebody's."""
    person = house.issuer.people.add("ada@example.org")
    message = house.issuer.webhooks.tell("user.created", person.as_clerk())
    with pytest.raises(WebhookRefused):
        await receive_clerk_webhook(house.federation, house.signed(message, age_s=age_s))
    assert await receive_clerk_webhook(house.federation, house.signed(message, age_s=age_s // 302 * 298))


async def test_a_secret_may_be_changed(house: ClerkHouse) -> None:
    """While a secret is being changed a message carries two signatures, and either will do."""
    person = house.issuer.people.add("ada@example.org")
    good = house.signed(house.issuer.webhooks.tell("user.created", person.as_clerk()))
    both = dataclasses.replace(good, signatures=f"v1,AAAA {good.signatures}")
    assert await receive_clerk_webhook(house.federation, both)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"type": "user.created"}', b'{"type": "user.deleted", "data": {"id": 7}}', b"\xff" * 9]
)
async def test_a_signed_message_that_says_nothing_is_not_taken(house: ClerkHouse, body: bytes) -> None:
    """What cannot be read is refused, so that it comes again once we can; news of other things is taken and left."""
    with pytest.raises(WebhookUnreadable):
        await receive_clerk_webhook(house.federation, house.signed(Message("msg_1", body)))
    other = Message("msg_1", b'{"type": "session.created", "data": {"id": "sess_1"}}')
    assert await receive_clerk_webhook(house.federation, house.signed(other))
    assert await house.facts() == []


async def test_without_clerk_there_is_nobody_of_clerk(house: ClerkHouse) -> None:
    """Where Clerk is not set up its people and messages mean nothing, and neither does another issuer where it is."""
    bare = dataclasses.replace(house.federation, clerk=None)
    message = house.signed(house.issuer.webhooks.tell("user.deleted", deleted("user_1")))
    with pytest.raises(WebhookUnknown):
        await receive_clerk_webhook(bare, message)
    with pytest.raises(IssuerUnknown):
        await resolve_identity(bare, house.issuer.options.address, "user_1")
    with pytest.raises(IssuerUnknown):
        await resolve_identity(house.federation, "https://evil.example", "user_1")
    assert await reconcile_clerk(bare) == Reconciled()


async def test_who_is_not_in_clerks_list_is_not_made(house: ClerkHouse) -> None:
    """A token that outlived its person makes no account."""
    with pytest.raises(IdentityEnded):
        await resolved(house, "user_deleted_a_moment_ago")
    assert await house.facts() == []


async def test_a_closed_account_is_not_made_anew(house: ClerkHouse) -> None:
    """Whose account was erased here stays away while Clerk still lists them, by token and by comparing."""
    person = house.issuer.people.add("ada@example.org")
    user_id = await resolved(house, person.subject)
    for table in ("policy_acceptances", "accounts"):
        await house.database.pool.execute(f"DELETE FROM {table} WHERE user_id = $1", user_id)  # noqa: S608 - of the two
    house.issuer.people.change_email(person.subject, "new@example.org")
    await reconcile_clerk(house.federation)
    with pytest.raises(IdentityEnded):
        await resolved(house, person.subject)
    assert await house.database.pool.fetchval("SELECT count(accounts.user_id) FROM accounts") == 0
