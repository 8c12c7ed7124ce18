"""What auth says that it holds of a person, on real PostgreSQL."""

from __future__ import annotations

import datetime

from chassis.db.census import Holdings
from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from services.auth.events.envelopes import encode
from services.auth.store.holdings import KINDS
from services.auth.store.store import MIGRATIONS, SCHEMA, PostgresStore, SealingKeys
from tests.unit.auth.people_conformance import NOW, furnish

EVERYTHING = {
    **dict.fromkeys(("account", "email_address", "display_name", "password", "identities", "sessions"), 1),
    "age_confirmation": 1,
    "policy_acceptances": 1,
    # By a mail, and by a notice.
    "policy_tellings": 2,
    **dict.fromkeys(("refresh_tokens", "second_factor", "recovery_codes", "api_keys", "mails"), 1),
    **dict.fromkeys(("sign_in_links", "waiting_sign_ups", "device_sign_ins"), 1),
    **dict.fromkeys(("passkeys", "passkey_handles", "provider_sign_ins"), 1),
    # A right password that waits for a second factor, and a question to a passkey.
    "sign_in_steps": 2,
    # One of theirs, and one that was asked for by their address alone.
    "mailed_codes": 2,
}


def test_every_kind_is_expected() -> None:
    """What is furnished has something of each kind that there is: a new one is looked at here, too."""
    assert EVERYTHING.keys() == {kind.name for kind in KINDS}


async def counts(database: Database, user_id: str) -> dict[str, int]:
    return {each.kind.name: each.count for each in await Holdings(database, KINDS).of(user_id)}


async def test_everything_of_a_person_is_counted_until_they_are_erased(postgres: PostgresServer) -> None:
    """Each kind is counted, what waits with their address alone by that; after the erasure only the neighbour's are."""
    async with postgres.database(SCHEMA, MIGRATIONS) as database:
        store = PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))
        async with store.transaction() as work:
            for user_id in ("usr_1", "usr_2"):
                await furnish(work, user_id)
        assert await counts(database, "usr_1") == EVERYTHING
        (sessions,) = [each for each in await Holdings(database, KINDS).of("usr_1") if each.kind.name == "sessions"]
        assert (sessions.oldest, sessions.newest) == (NOW, NOW)
        async with store.transaction() as work:
            await work.accounts.close("usr_1", NOW)
            await work.sessions.end("ses_usr_1", NOW)
            assert await work.people.erase("usr_1", NOW, NOW + datetime.timedelta(hours=1))
        assert await counts(database, "usr_1") == {}
        assert await counts(database, "usr_2") == EVERYTHING
