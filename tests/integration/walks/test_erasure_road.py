"""A person's issuer deletes them: over every service by its own wiring, until nothing is left but what the law asks."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from chassis import metrics
from chassis.evidence import verifying
from stack.issuer.webhooks import deleted
from stripsession.auth.v1 import auth_service_pb2 as auth
from stripsession.auth.v1 import federation_service_pb2 as federation
from stripsession.library.v1 import library_service_pb2 as library
from stripsession.privacy.v1 import data_holder_service_pb2 as privacy
from stripsession.retention.v1 import census_service_pb2 as census
from stripsession.retention.v1 import closing_service_pb2 as closings
from stripsession.retention.v1 import erasure_administration_service_pb2 as erasures
from tests.integration.walks.belongings import Belongings, Person, State
from tests.integration.walks.contracts import method_named
from tests.integration.walks.house import HOLDERS, House
from tests.integration.walks.of_receipt import account_receipt, verified_receipt
from tests.integration.walks.people import Walk

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

LEFT = {
    # And whom an operator's act concerned, for two years.
    "auth": {"erased_people", "operator_acts", "operator_act_outcomes"},
    # Names by which a late worker's objects are found, for a day.
    "library": {"erased_people", "tracks", "uploads"},
    "separation": {"erased_people"},
    # Payment records.
    "billing": {"erased_people", "customers", "invoices", "grants", "entries", "postings", "operator_acts"},
    # And for 90 days which entry of the chain is the account's receipt.
    "retention": {"account_erasures", "account_erasure_steps", "account_closings", "account_receipts"},
}
"""Where an erased person's opaque id may still be read."""


async def _everything(url: str, schema: str) -> dict[str, str]:
    """All that a service's tables hold, as text; without facts on their way, which hold opaque ids alone."""
    connection = await asyncpg.connect(url)
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
        return {
            row["tablename"]: repr(await connection.fetch(f"SELECT t::text FROM {schema}.{row['tablename']} t"))  # noqa: S608 - names of tables that PostgreSQL told
            for row in names
            if row["tablename"] != "outbox"
        }
    finally:
        await connection.close()


def _objects(house: House, things: Belongings) -> list[str]:
    folder = Path(urlsplit(house.objects_url).path)
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return [name for name in files if things.upload_id in name or (things.track_id and things.track_id in name)]


async def _known_to_clerk(house: House, person: Person) -> str:
    """The person's subject at the issuer, who is theirs besides their password."""
    assert house.vouching is not None
    subject = house.vouching.person(person.email).subject
    await house.write_auth(
        "INSERT INTO identities (issuer, subject, user_id, created_at, told_at) VALUES ($1, $2, $3, now(), now())",
        house.vouching.issuer.options.address,
        subject,
        person.user_id,
    )
    return subject


async def _census(walk: Walk, person: Person) -> tuple[set[tuple[str, str, str]], list[str]]:
    """What is held of a person as they are told it, by holder, kind and deadline; and who could not be asked."""
    asking = census.GetCensusRequest(owner_id=person.user_id)
    told = await walk.maker.ask("retention.v1.CensusService.GetCensus", asking, "gateway")
    return {(each.holder, each.kind, each.kept.word) for each in told.held}, list(told.away)


async def _delete_at_clerk(walk: Walk, subject: str) -> None:
    assert walk.house.vouching is not None
    webhooks = walk.house.vouching.issuer.webhooks
    message = webhooks.tell("user.deleted", deleted(subject))
    headers = webhooks.headers(message)
    request = federation.ReceiveClerkWebhookRequest(
        body=message.body,
        message_id=headers["svix-id"],
        timestamp=headers["svix-timestamp"],
        signature=headers["svix-signature"],
    )
    await walk.maker.ask("auth.v1.FederationService.ReceiveClerkWebhook", request, "gateway")


async def test_a_deletion_at_the_issuer_empties_every_service(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Songs, keys, jobs and address go, seven years later what was paid, and the neighbour still has theirs."""
    house, maker, erased = walk.house, walk.maker, asyncio.Event()
    monkeypatch.setattr(metrics.ACCOUNTS_ERASED, "inc", erased.set)
    person = await maker.person()
    await maker.paying(person, house.shop)
    things = [await maker.belongings(person, state) for state in (State.READY, State.SEPARATING, State.UPLOADING)]
    linking = auth.CreateSignInLinkRequest(email=person.email)
    await maker.ask("auth.v1.LocalSignInService.CreateSignInLink", linking, "console")
    neighbours = await maker.belongings(walk.bob, State.READY)
    (subscription,) = [each for each in house.shop.world.all("subscription") if _is_of(house, each, person)]
    assert subscription["status"] == "active"
    assert all(_objects(house, each) for each in things)

    counted, away = await _census(walk, person)
    assert away == []
    assert {holder for holder, _, _ in counted} >= set(HOLDERS)
    kinds = {kind for _, kind, _ in counted}
    assert kinds >= {"tracks", "stem_files", "keys", "jobs", "invoices", "cards", "email_address"}

    await _delete_at_clerk(walk, await _known_to_clerk(house, person))
    # The last token of theirs has run out.
    await house.write_auth(
        "UPDATE sessions SET ended_at = ended_at - interval '1 hour' WHERE user_id = $1", person.user_id
    )
    await asyncio.wait_for(erased.wait(), 120)

    for service, tables in LEFT.items():
        held = await _everything(house.urls[service], service)
        assert not [name for name, text in held.items() if person.email in text], service
        assert {name for name, text in held.items() if person.user_id in text} <= tables, service
    counted, away = await _census(walk, person)
    assert (away, {kept for _, _, kept in counted}) == ([], {"seven_years"})
    assert subscription["status"] == "canceled"
    assert not [_objects(house, each) for each in things if _objects(house, each)]
    asking = library.ListTracksRequest(owner_id=person.user_id)
    assert not (await maker.ask("library.v1.LibraryService.ListTracks", asking, "gateway")).tracks
    reading = library.ReadSegmentRequest(owner_id=walk.bob.user_id, track_id=neighbours.track_id, stem="vocals")
    assert await maker.ask("library.v1.LibraryService.ReadSegment", reading, "gateway")
    proofs = await asyncpg.connect(house.urls["retention"])
    try:
        rows = await proofs.fetch(
            "SELECT holder, finished_at, counts FROM retention.account_erasure_steps WHERE user_id = $1", person.user_id
        )
    finally:
        await proofs.close()
    assert {row["holder"] for row in rows if row["finished_at"] is not None} == set(HOLDERS)
    told = {row["holder"]: row["counts"] for row in rows}
    assert '"tracks": 2' in told["library"]
    assert '"jobs": 2' in told["separation"]
    assert '"subscriptions": 1' in told["billing"]
    assert '"accounts": 1' in told["auth"]
    receipt = await account_receipt(house, person.user_id)
    assert receipt.about is not None
    assert (receipt.entry.kind, receipt.about.person) == ("account", person.user_id)
    assert {("library", "tracks", 2), ("auth", "accounts", 1)} <= set(verifying.counts_of(receipt.entry.body))

    purged = await _seven_years_later(walk, person)
    assert purged.finished
    assert {each.kind for each in purged.purged} >= {"customers", "grants", "invoices", "ledger_entries"}
    held = await _everything(house.urls["billing"], "billing")
    assert {name for name, text in held.items() if person.user_id in text} <= {"erased_people", "operator_acts"}
    assert await _census(walk, person) == (set(), [])
    assert _payments(await _everything(house.urls["billing"], "billing"), walk.bob)
    assert not (await _seven_years_later(walk, person)).purged


async def _seven_years_later(walk: Walk, person: Person) -> privacy.PurgeResponse:
    """Let a person's erasure and their invoices be that old, and ask billing as retention does."""
    billing = await asyncpg.connect(walk.house.urls["billing"])
    try:
        ago = "now() - interval '7 years 1 minute'"
        erased = f"UPDATE billing.erased_people SET finished_at = {ago} WHERE user_id = $1"  # noqa: S608 - of this test
        await billing.execute(erased, person.user_id)
        paid = f"UPDATE billing.invoices SET created_at = {ago} WHERE owner_id = $1"  # noqa: S608 - of this test
        await billing.execute(paid, person.user_id)
    finally:
        await billing.close()
    request = privacy.PurgeRequest(data_class="payment")
    request.older_than.GetCurrentTime()
    method = method_named("stripsession.privacy.v1.DataHolderService.Purge")
    (answer,) = (await walk.house.call(method, [request], "retention", service="billing")).answers
    assert isinstance(answer, privacy.PurgeResponse)
    return answer


def _payments(held: dict[str, str], person: Person) -> set[str]:
    """Tables of billing in which a person stands."""
    return {name for name, text in held.items() if person.user_id in text and name in ("entries", "grants")}


async def _outlive(house: House, person: Person, erased: asyncio.Event) -> None:
    """Wait for the end, as if the person's access tokens ran out at once: auth ends sessions, and waits for those."""
    async with asyncio.timeout(120):
        while not erased.is_set():
            await house.write_auth(
                "UPDATE sessions SET ended_at = ended_at - interval '1 hour' WHERE user_id = $1", person.user_id
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(erased.wait(), 0.5)  # sleep: auth asks itself again after a pause of its own


async def test_an_operator_erases_whom_a_backup_brought_back(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A living account goes by an operator's word, and once more when a service came back with what it had removed."""
    house, maker, erased = walk.house, walk.maker, asyncio.Event()
    monkeypatch.setattr(metrics.ACCOUNTS_ERASED, "inc", erased.set)
    person = await maker.person()
    await maker.belongings(person, State.READY)
    asking, name = erasures.ErasePersonRequest(user_id=person.user_id), "retention.v1.ErasureAdministrationService"
    assert (await maker.ask(f"{name}.ErasePerson", asking, "console")).begun
    await _outlive(house, person, erased)
    told = await maker.ask(f"{name}.ErasePerson", asking, "console")
    assert (told.begun, told.HasField("finished_at")) == (False, True)
    looked = await maker.ask(f"{name}.GetErasure", erasures.GetErasureRequest(user_id=person.user_id), "console")
    done = {part.holder: part.finished_at.ToDatetime() for part in looked.erasure.holders}
    assert done.keys() == {"sign-in", *HOLDERS}
    assert done["sign-in"] < done["auth"]

    restored = await asyncpg.connect(house.urls["library"])
    try:
        await restored.execute("DELETE FROM library.erased_people WHERE user_id = $1", person.user_id)
        upload = library.CreateUploadRequest(owner_id=person.user_id, length_bytes=4)
        brought = (await maker.ask("library.v1.LibraryService.CreateUpload", upload, "gateway")).upload.upload_id
        assert await restored.fetchval("SELECT 1 FROM library.user_keys WHERE owner_id = $1", person.user_id)
        erased.clear()
        again = erasures.ErasePersonRequest(user_id=person.user_id, again=True)
        assert (await maker.ask(f"{name}.ErasePerson", again, "console")).begun
        await asyncio.wait_for(erased.wait(), 120)
        assert not await restored.fetchval("SELECT 1 FROM library.user_keys WHERE owner_id = $1", person.user_id)
        opened = "SELECT 1 FROM library.uploads WHERE upload_id = $1 AND wrapped_key IS NOT NULL"
        assert not await restored.fetchval(opened, brought)
        for service in ("library", "separation", "auth"):
            held = await _everything(house.urls[service], service)
            assert {table for table, text in held.items() if person.user_id in text} <= LEFT[service], service
    finally:
        await restored.close()


async def test_a_person_closes_their_account_and_watches_it_go(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who keeps the account loses nothing; who goes at once loses all of it, and their link tells when it is over."""
    house, maker, erased = walk.house, walk.maker, asyncio.Event()
    monkeypatch.setattr(metrics.ACCOUNTS_ERASED, "inc", erased.set)
    person = await maker.person()
    things = await maker.belongings(person, State.READY)
    name = "retention.v1.ClosingService"
    waiting = await maker.ask(f"{name}.AskClosing", closings.AskClosingRequest(user_id=person.user_id), "gateway")
    await maker.ask(f"{name}.WithdrawClosing", closings.WithdrawClosingRequest(user_id=person.user_id), "gateway")
    kept = closings.FollowClosingRequest(token=waiting.token)
    assert (await maker.ask(f"{name}.FollowClosing", kept, "gateway")).state == closings.CLOSING_STATE_WITHDRAWN
    assert _objects(house, things)

    asking = closings.AskClosingRequest(user_id=person.user_id, at_once=True)
    following = closings.FollowClosingRequest(token=(await maker.ask(f"{name}.AskClosing", asking, "gateway")).token)
    await _outlive(house, person, erased)
    over = await maker.ask(f"{name}.FollowClosing", following, "gateway")
    assert (over.state, over.HasField("finished_at")) == (closings.CLOSING_STATE_OVER, True)
    told = {part.holder: {each.kind: each.count for each in part.erased} for part in over.holders}
    assert list(told) == ["sign-in", "library", "separation", "billing", "auth"]
    assert (told["library"]["tracks"], told["auth"]["accounts"]) == (1, 1)
    receipt = await verified_receipt(house, over.receipt)
    assert receipt.about is not None
    assert (receipt.entry.kind, receipt.about.person) == ("account", person.user_id)
    # It is the person's own; the rest tells of nobody.
    over.ClearField("receipt")
    assert walk.silent_about(person, str(over))
    assert not _objects(house, things)
    counted, away = await _census(walk, person)
    # Whoever holds the link is told for 90 days that it is over.
    assert away == []
    assert {each for each in counted if each[-1] != "seven_years"} == {("retention", "closing", "purged")}
    for service, tables in LEFT.items():
        held = await _everything(house.urls[service], service)
        assert not [table for table, text in held.items() if person.email in text], service
        assert {table for table, text in held.items() if person.user_id in text} <= tables, service


def _is_of(house: House, subscription: dict[str, object], person: Person) -> bool:
    customers = [each for each in house.shop.world.all("customer") if each["metadata"].get("user_id") == person.user_id]
    return subscription["customer"] in [each["id"] for each in customers]
