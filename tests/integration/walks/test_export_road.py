"""A person asks for all that is held of them: over every service by its own wiring, and nothing of anybody else's."""

from __future__ import annotations

import asyncio
import collections
import io
import json
import zipfile

import pytest

from services.library.domain.track import TrackState
from stripsession.library.v1 import library_service_pb2 as library
from stripsession.retention.v1 import census_service_pb2 as census
from stripsession.retention.v1 import export_service_pb2 as pb
from tests.integration.walks.auth_rows import PASSWORD
from tests.integration.walks.belongings import Person, State
from tests.integration.walks.contracts import method_named
from tests.integration.walks.house import HOLDERS
from tests.integration.walks.people import Walk

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

EXPORTS = "retention.v1.ExportService"
NOT_GIVEN = {
    # Secrets, steps of a sign-in, and what only says how a service works.
    *("password", "refresh_tokens", "sign_in_links", "mails", "waiting_sign_ups", "passkey_handles", "sign_in_steps"),
    *("keys", "requests", "needless_objects", "receipt_secret", "invoice_links"),
    # Told beside those that they are of, as columns of the same document.
    *("display_name", "email_address", "age_confirmation", "customers", "cards"),
}
"""Kinds of a census that have no document of their own."""


def _is_document(told: dict[str, str]) -> bool:
    return told["media_type"] == "application/json"


async def _ready(walk: Walk, person: Person) -> pb.Export:
    asking = pb.BeginExportRequest(owner_id=person.user_id)
    export: pb.Export = (await walk.maker.ask(f"{EXPORTS}.BeginExport", asking, "gateway")).export
    looking = pb.GetExportRequest(owner_id=person.user_id, export_id=export.export_id)
    async with asyncio.timeout(60):
        while export.state == pb.EXPORT_STATE_PREPARING:
            await asyncio.sleep(0.2)  # sleep: it is prepared by the clock of the service that is looked at
            export = (await walk.maker.ask(f"{EXPORTS}.GetExport", looking, "gateway")).export
    assert export.state == pb.EXPORT_STATE_READY
    return export


async def _archive(walk: Walk, person: Person, export: pb.Export) -> bytes:
    request = pb.ReadArchiveRequest(owner_id=person.user_id, export_id=export.export_id)
    heard = await walk.house.call(method_named(f"stripsession.{EXPORTS}.ReadArchive"), [request], "gateway")
    assert heard.refusal is None
    return b"".join(answer.chunk for answer in heard.answers if isinstance(answer, pb.ReadArchiveResponse))


async def test_an_export_holds_all_of_a_persons_and_nothing_of_anothers(walk: Walk) -> None:
    """Every kind that the census counts is in it, every stem is its sound, and no name of a neighbour's is."""
    maker = walk.maker
    ada, bob = await maker.person(), await maker.person()
    for person in (ada, bob):
        await maker.paying(person, walk.house.shop)
        await maker.belongings(person, State.READY)
        await maker.belongings(person, State.FACTOR_SET)
    export = await _ready(walk, ada)
    counting = census.GetCensusRequest(owner_id=ada.user_id)
    counted = await maker.ask("retention.v1.CensusService.GetCensus", counting, "gateway")
    data = await _archive(walk, ada, export)
    assert len(data) == export.size_bytes
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        contents = {name: archive.read(name) for name in archive.namelist()}
    index = json.loads(contents["index.json"])
    given = {(each["holder"], each["kind"]) for each in index["files"]}
    told = {(each.holder, each.kind) for each in counted.held}
    # The export itself came with being asked for.
    assert {each for each in told - given if each[1] not in NOT_GIVEN} - {("retention", "exports")} == set()
    assert {holder for holder, _ in given} >= set(HOLDERS)
    # A kind with a second document, as deliveries with their tries, is counted by its first.
    numbers = collections.defaultdict[tuple[str, str], list[int]](list)
    files = collections.Counter((each["holder"], each["kind"]) for each in index["files"] if not _is_document(each))
    for each in filter(_is_document, index["files"]):
        numbers[each["holder"], each["kind"]].append(len(json.loads(contents[each["path"]])))
    for each in counted.held:
        if (each.holder, each.kind) in given:
            kind = each.holder, each.kind
            assert each.count in (*numbers[kind], files[kind]), kind
    assert {each["title"] is not None for each in index["files"]} == {True}
    for name, content in contents.items():
        if not name.endswith((".flac", ".png")):
            assert walk.silent_about(bob, content.decode()), name
            assert PASSWORD not in content.decode(), name
        if name.endswith(".json"):
            assert json.loads(content)
    (account,) = json.loads(contents["auth/accounts.json"])
    assert (account["email"], account["user_id"]) == (ada.email, ada.user_id)
    listing = library.ListTracksRequest(owner_id=ada.user_id)
    tracks = (await maker.ask("library.v1.LibraryService.ListTracks", listing, "gateway")).tracks
    stems = {f"library/stems/{track.track_id}/{stem}.flac" for track in tracks for stem in track.stems}
    assert stems == {name for name in contents if name.startswith("library/stems/")}
    assert all(contents[name].startswith(b"fLaC") for name in stems)
    assert TrackState.READY.value in {track["state"] for track in json.loads(contents["library/tracks.json"])}
    assert [name for name in contents if name.startswith(("/", "..")) or "\\" in name] == []
    others = pb.ReadArchiveRequest(owner_id=bob.user_id, export_id=export.export_id)
    heard = await walk.house.call(method_named(f"stripsession.{EXPORTS}.ReadArchive"), [others], "gateway")
    assert heard.refusal is not None
    assert heard.refusal.reason == "EXPORT_NOT_FOUND"
